"""The safety lever: while it is pulled, nothing starts by itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from core.errors import JournalCorrupt
from core.formats import Format


@dataclass(frozen=True, slots=True)
class Hold:
    """Who pulled the lever, when and why."""

    by: str
    """an operator, or else a login"""
    at: datetime
    reason: str
    ticket: str = ""
    key: str | None = None
    """fingerprint of the key that signed it; None: ``by`` is not proved"""
    signature: str | None = None

    def sentence(self) -> str:
        """Return it in words."""
        proof = "" if self.key else " (not proved)"
        return f"held by {self.by}{proof} since {self.at:%Y-%m-%d %H:%M:%SZ}: {self.reason}"


def lever_sentence(text: str | None) -> str | None:
    """Return in words who pulled the lever, by ``text`` from its key; None: it is not pulled."""
    if text is None:
        return None
    try:
        return read_hold(text).sentence()
    except JournalCorrupt as error:
        return error.what


_HOLD: TypeAdapter[Hold] = TypeAdapter(Hold)


def hold_text(hold: Hold) -> str:
    """Return ``hold`` as it is kept."""
    return Format.HOLD.text(_HOLD.dump_python(hold, mode="json"))


def read_hold(text: str) -> Hold:
    """Return the hold that ``text`` holds.

    Raises:
        JournalCorrupt: it holds none, or one of a format that is not read. Then it is pulled.
    """
    Format.HOLD.demand(text, "the lever")
    try:
        return _HOLD.validate_json(text)
    except ValidationError:
        raise JournalCorrupt(
            "who pulled the lever cannot be read",
            expected='{"by": …, "at": …, "reason": …}',
            actual=text[:80],
            next_step="find out who wrote it; nothing starts by itself until `ndc dr release`",
        ) from None
