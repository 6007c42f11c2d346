"""What became of a store in a drill: as a report keeps it, and as a person reads it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from core.text import duration, size
from dr.drills.store_recovery import KeptApart, StoreRecovery

_APART: Final = "docs/runbooks/seen/store-kept-apart.md"
_EQUAL: Final = {True: "equal", False: "DIFFERS", None: "not seen to be compared since"}


def recovery_lines(one: StoreRecovery) -> Iterator[str]:
    """Yield what became of ``one``: where it went on, what is gone, what is left."""
    yield f"  store    {one.store.name}, written by {one.source}: {_course(one)}"
    yield f"           point: {_point(one)}"
    yield f"           tracers: {_tracers(one)}"
    yield f"           served: {_served(one)}"
    copies = ", ".join(f"{host} {_EQUAL[so]}" for host, so in one.copies.items())
    yield f"           copies: {copies}"
    if one.apart is None:
        yield "           apart: nobody tells what hosts keep of what they alone wrote"
    yield from (f"           apart: {_kept(each)}" for each in one.apart or ())


def _course(one: StoreRecovery) -> str:
    if one.moved:
        return f"begins at {one.moved.target}, on {one.moved.host}"
    if one.left:
        return f"STAYS LOST: {one.left.why}; next: {one.left.next_step}"
    return "no plan was about it: it waits for its writer"


def _point(one: StoreRecovery) -> str:
    promised = f"of {duration(one.store.recovery_point)} at most"
    if one.moved is None:
        return f"none is needed where its writer comes back; its tier: {promised}"
    age = (
        "of an age that is not known" if one.age is None else f"{_seconds(one.age)} old at the loss"
    )
    made_at = f"{one.moved.made_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{made_at}, {age}, {promised}; announced: {one.moved.loss.text()}"


def _tracers(one: StoreRecovery) -> str:
    if one.trail is None:
        return "nobody can say what became of them"
    unread = f", {one.not_read_back} NOT READ BACK" if one.not_read_back else ""
    back = ""
    if one.lost:
        back = (
            ", how far back is not known"
            if one.reach is None
            else f", back to {_seconds(one.reach)}"
        )
        back += "" if one.reach is None else " before the loss"
    return f"{one.acknowledged} acknowledged, {len(one.lost)} of them gone{back}{unread}"


def _served(one: StoreRecovery) -> str:
    return f"read {_after(one.read_after)}, written {_after(one.written_after)}"


def _after(length: timedelta | None) -> str:
    if length is None:
        return "not seen to be again"
    return f"again after {_seconds(length)}" if length else "all the time"


def _kept(each: KeptApart) -> str:
    counted = each.counted
    much = (
        f"{counted.files} files and folders, {size(counted.size_bytes)}"
        if counted
        else "how much nobody tells"
    )
    return f"{each.host} keeps what it alone wrote ({much}): {_APART}"


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():.1f} s"


def plain_recovery(one: StoreRecovery) -> dict[str, object]:
    """Return ``one`` as a report keeps it; durations are seconds, null is what nobody knows."""
    moved = one.moved
    return {
        "store": one.store.name,
        "source": one.source,
        "site": one.site,
        "planned_site": moved.target if moved else None,
        "planned_host": moved.host if moved else None,
        "point": moved.point if moved else None,
        "point_made_at": moved.made_at.isoformat() if moved else None,
        "point_age_at_loss_seconds": _plain(one.age),
        "announced_loss_seconds": _plain(moved.loss.span) if moved else None,
        "left": one.left.why if one.left else "",
        "recovery_point_promised_seconds": one.store.recovery_point.total_seconds(),
        "acknowledged": one.acknowledged if one.trail else None,
        "lost": len(one.lost) if one.trail else None,
        "not_read_back": one.not_read_back if one.trail else None,
        "lost_reach_seconds": _plain(one.reach),
        "read_after_seconds": _plain(one.read_after),
        "written_after_seconds": _plain(one.written_after),
        "served": one.is_served,
        "as_planned": one.is_as_planned,
        "within_point": one.is_within_point,
        "copies": dict(one.copies),
        "apart": None if one.apart is None else [_plain_apart(each) for each in one.apart],
        "tracers_removed": one.trail.removed if one.trail else None,
    }


def _plain_apart(each: KeptApart) -> dict[str, object]:
    counted = each.counted
    return {
        "host": each.host,
        "files": counted.files if counted else None,
        "bytes": counted.size_bytes if counted else None,
    }


def _plain(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
