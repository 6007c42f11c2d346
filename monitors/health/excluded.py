"""Hosts that were given up and are back, and votes that were taken out: they wait for a person."""

from __future__ import annotations

from collections.abc import Iterator

from monitors.health.concern import Concern, Condition
from monitors.health.snapshot import HostView, QuorumView


def of_excluded(host: HostView) -> Iterator[Concern]:
    """Yield that ``host`` waits for admission, once it answers; it does until a person decides."""
    if host.excluded is not None and host.answers:
        sentence = (
            f"waits for admission since {host.excluded.since:%Y-%m-%d %H:%M:%SZ}: run "
            f"{host.excluded.run} gave it up; next: ndc dr admit {host.name}"
        )
        yield Concern(host.name, Condition.WARNING, sentence, host.name)


def of_retired(quorum: QuorumView | None) -> Iterator[Concern]:
    """Yield which votes were taken out of ``quorum``; they stay out until a person says so."""
    for host in quorum.retired if quorum else ():
        sentence = f"the vote of {host} was taken out; once it is back: ndc dr replace-voter {host}"
        yield Concern("quorum", Condition.WARNING, sentence, host)
