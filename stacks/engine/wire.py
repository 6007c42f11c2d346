"""The messages between the engine's driver and the process of one stack: lines of JSON.

The driver writes one job and keeps the pipe open; when it closes, nobody waits any
more. The process answers with messages, the last of which is ``Finished``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, TypeAdapter

from stacks.changes import Change, Drift
from stacks.programs.declared import DeclaredStack
from stacks.resources import Kind, from_plain, to_plain

Verb: TypeAlias = Literal["preview", "up", "drift", "destroy", "preview-destroy"]


class Item(BaseModel):
    """One specification, in its plain form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    spec: dict[str, Any]


class Job(BaseModel):
    """One verb on one stack, and everything that its process needs to carry it out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verb: Verb
    stack: str
    items: list[Item]
    cli: str
    """path of the Pulumi CLI"""
    folder: str
    """where the stack's project file lies"""
    known: bool
    """whether the backend has a record of the stack"""
    interrupted: bool
    """whether that record has operations whose end was not seen"""

    def declared(self) -> DeclaredStack:
        """Return what the stack is to hold."""
        return DeclaredStack(
            self.stack, tuple(from_plain(item.kind, item.spec) for item in self.items)
        )


def items_of(stack: DeclaredStack) -> list[Item]:
    """Return the specifications of ``stack`` as a job has them."""
    return [Item(kind=spec.kind, spec=to_plain(spec)) for spec in stack.specs]


@dataclass(frozen=True, slots=True)
class Progress:
    """Something is going on with an object."""

    object: str
    """as ``host/ndc01-data``"""
    sentence: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A property was changed, or would be."""

    change: Change


@dataclass(frozen=True, slots=True)
class Drifted:
    """A property is not what was last applied."""

    drift: Drift


@dataclass(frozen=True, slots=True)
class Failed:
    """Something was not made, changed or removed as asked."""

    object: str
    """empty: the stack as a whole"""
    failure: str
    """as ``failure_to_json`` writes it"""


@dataclass(frozen=True, slots=True)
class Finished:
    """The last message: without it, the process died."""


Said: TypeAlias = Progress | Changed | Drifted | Failed | Finished


_NAMES: dict[type[Said], str] = {
    Progress: "progress",
    Changed: "changed",
    Drifted: "drifted",
    Failed: "failed",
    Finished: "finished",
}
_READERS: dict[str, TypeAdapter[Said]] = {name: TypeAdapter(said) for said, name in _NAMES.items()}


def to_line(message: Said) -> str:
    """Return ``message`` as a line, without its end."""
    return json.dumps({_NAMES[type(message)]: asdict(message)})


def from_line(line: str) -> Said:
    """Return what ``to_line`` wrote, or raise ValueError."""
    ((name, plain),) = json.loads(line).items()
    return _READERS[name].validate_python(plain)
