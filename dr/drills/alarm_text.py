"""The alarms of a drill, as its report has them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dr.drills.alarms import Paged, PageRecord


def alarm_lines(record: PageRecord | None) -> Iterator[str]:
    """Yield which alarms called a person, and who says so; None: nobody watches this network."""
    if record is None:
        yield "  alarms   nobody watches this network"
        return
    if not record.answered:
        yield f"  alarms   nobody can say which called: {', '.join(record.silent)} did not answer"
        return
    silent = f"; {', '.join(record.silent)} did not answer" if record.silent else ""
    count = f"{len(record.pages)} called" if record.pages else "none called"
    yield f"  alarms   {count} a person since the loss, by the word of {_said_by(record)}{silent}"
    for paged in record.pages:
        yield f"           {_sentence(paged)}"


def _said_by(record: PageRecord) -> str:
    return ", ".join(record.answered)


def _sentence(paged: Paged) -> str:
    about = f" ({paged.about})" if paged.about else ""
    until = "is not known to have ended"
    if paged.ended_at is not None:
        lasted = (paged.ended_at - paged.began_at).total_seconds()
        until = f"ended at {paged.ended_at:%H:%M:%S}, after {lasted:.0f} s"
    began = f"{paged.began_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{paged.name}{about} fired at {began}, {until}; judged at {', '.join(paged.sites)}"


def plain_alarms(record: PageRecord | None) -> dict[str, object]:
    """Return ``record`` for a report as JSON; null is what nobody could say."""
    if record is None:
        return {"pages": None, "judges_answered": [], "judges_silent": []}
    pages = [_plain(paged) for paged in record.pages] if record.answered else None
    return {
        "pages": pages,
        "judges_answered": [*record.answered],
        "judges_silent": [*record.silent],
    }


def _plain(paged: Paged) -> dict[str, object]:
    return {
        "name": paged.name,
        "about": paged.about,
        "judged_at": [*paged.sites],
        "began_at": paged.began_at.isoformat(),
        "ended_at": paged.ended_at.isoformat() if paged.ended_at else None,
    }
