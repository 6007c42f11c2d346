"""What Prometheus calls about, in groups: somebody is woken, it may wait, it is held back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from monitors.health.alarms import AlarmsView, AlarmView, alarms_line
from monitors.health.concern import Condition
from monitors.health.snapshot import Snapshot
from tui.picture import PictureLine, Span
from tui.sheet import below
from tui.words import duration, marked

_GROUPS = (
    ("page", "pages: somebody is woken", Condition.CRITICAL),
    ("ticket", "tickets: for the day", Condition.WARNING),
)


def alarms_lines(snapshot: Snapshot) -> tuple[PictureLine, ...]:
    """Return how many alerts fire, then each: where, since when, what, and its page.

    What is held back stands last, and asks for nobody's eye: another alert explains it.
    """
    alarms, now = snapshot.alarms, snapshot.taken_at
    condition = Condition.UNSEEN if alarms is None else None
    first: tuple[PictureLine, ...] = ((Span(alarms_line(alarms), condition),),)
    if alarms is None:
        return first
    calling = [one for one in alarms.alarms if not one.held_back]
    held = [one for one in alarms.alarms if one.held_back]
    others = [one for one in calling if one.severity not in {name for name, *_ in _GROUPS}]
    return below(
        first,
        tuple(_mute(alarms)),
        *(
            tuple(_group(title, [a for a in calling if a.severity == severity], shown, now))
            for severity, title, shown in _GROUPS
        ),
        tuple(_group("others", others, Condition.WARNING, now)),
        tuple(
            _group("held back: another one explains it, or somebody silenced it", held, None, now)
        ),
    )


def _mute(alarms: AlarmsView) -> Iterator[PictureLine]:
    for mute in alarms.mute:
        sentence = f"{marked(Condition.WARNING)} nobody hears the alarms of {mute.site}"
        yield (Span(sentence, Condition.WARNING),)


def _group(
    title: str, alarms: Sequence[AlarmView], condition: Condition | None, now: datetime
) -> Iterator[PictureLine]:
    aside = condition is None
    if alarms:
        yield (Span(title, is_aside=True),)
    for alarm in alarms:
        mark = marked(condition)[0] if condition is not None else " "
        since = duration(now - alarm.since)
        line = f"{mark} {alarm.site:<8} {since:>6}  {alarm.summary}"
        yield (Span(line.rstrip(), condition, aside),)
        yield (Span(f"    {alarm.name}: {alarm.runbook}", is_aside=True),)
