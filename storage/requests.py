"""What a refuge asks of its source: a line of JSON, answered by a line and, maybe, a stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from core.errors import Rejected
from core.text import first_problem
from inventory.names import HostName, StoreName
from storage.points import RecoveryPoint

MOST_ORIGINS = 64
"""that a request names: a base is among the newest, or all is sent"""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Send the newest recovery point of ``store``, if it is not among those here."""

    store: StoreName
    have: tuple[str, ...]
    """origins of the newest points here, newest first"""
    verb: Literal["pull"] = "pull"


@dataclass(frozen=True, slots=True)
class DigestRequest:
    """Say what the recovery point of ``store`` from ``origin`` holds."""

    store: StoreName
    origin: str
    verb: Literal["digest"] = "digest"


@dataclass(frozen=True, slots=True)
class EndRequest:
    """Say whether you write ``store``, or with which recovery point you ended."""

    store: StoreName
    verb: Literal["end"] = "end"


@dataclass(frozen=True, slots=True)
class StandRequest:
    """Say how you are with ``store``; root of the host may ask it."""

    store: StoreName
    verb: Literal["stand"] = "stand"


StoreRequest: TypeAlias = PullRequest | DigestRequest | EndRequest | StandRequest


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What the source says first. A stream follows where it names a point to ``send``."""

    send: str | None = None
    """origin of the point that follows; None: nothing follows"""
    made_at: datetime | None = None
    """of that point"""
    base: str | None = None
    """origin of the point that it differs from; None: all of it is sent"""
    past: tuple[str, ...] = ()
    """finals of hosts that wrote before, all of which is in what follows"""
    without: tuple[HostName, ...] = ()
    """hosts without which it was begun: what only they wrote is given up"""
    digest: str | None = None
    """of what was asked for; None: it is not there, or was not asked for"""
    written: bool = False
    """whether it is there to be written to; told to who asked for the end"""
    final: str | None = None
    """origin of the point with which who answers ended; None: it did not, or was not asked"""
    have: tuple[str, ...] = ()
    """origins of the newest points there; told to who asked for the end"""
    refused: str | None = None
    """why the source does not answer; None: it does"""

    @property
    def point(self) -> RecoveryPoint | None:
        """The point that follows; None: nothing does."""
        if self.send is None or self.made_at is None:
            return None
        return RecoveryPoint(self.made_at, self.send)


_REQUEST: TypeAdapter[StoreRequest] = TypeAdapter(
    Annotated[StoreRequest, Field(discriminator="verb")]
)
_ANSWER: TypeAdapter[SourceAnswer] = TypeAdapter(SourceAnswer)
ValueT = TypeVar("ValueT")


def request_text(request: StoreRequest) -> str:
    """Return ``request`` in one line."""
    return _REQUEST.dump_json(request).decode()


def answer_text(answer: SourceAnswer) -> str:
    """Return ``answer`` in one line."""
    return _ANSWER.dump_json(answer, exclude_none=True).decode()


def read_request(text: str) -> StoreRequest:
    """Return the request in ``text``.

    Raises:
        Rejected: it is none.
    """
    return _read(_REQUEST, text, "a refuge's request")


def read_answer(text: str) -> SourceAnswer:
    """Return the answer in ``text``.

    Raises:
        Rejected: it is none.
    """
    return _read(_ANSWER, text, "the answer of a store's source")


def _read(reader: TypeAdapter[ValueT], text: str, what: str) -> ValueT:
    try:
        return reader.validate_json(text)
    except ValidationError as error:
        raise Rejected(
            f"{what} cannot be read",
            expected="a line of JSON, as this version writes it",
            actual=first_problem(error),
            next_step="run ndc up, which gives all hosts the same version",
        ) from error
