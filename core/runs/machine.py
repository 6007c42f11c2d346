"""The states of a step, and the only ways between them.

This table is the specification: ``run.advance`` obeys it, ``mermaid`` draws it
for the documentation, and a test walks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from core.errors import JournalCorrupt


class StepState(StrEnum):
    """Where a step stands; it moves along ``EDGES`` alone."""

    PENDING = "pending"
    """not sent"""
    AWAITING_APPROVAL = "awaiting approval"
    """its turn has come, and a person has to say yes"""
    RUNNING = "running"
    """sent; no outcome yet"""
    IN_DOUBT = "in doubt"
    """sent, and nobody knows: look before anything else"""
    DONE = "done"
    """seen in effect"""
    FAILED = "failed"
    """known not to be in effect"""
    SKIPPED = "skipped"
    """a person answered for it"""
    UNDOING = "undoing"
    """its undo was sent; no outcome yet"""
    UNDO_IN_DOUBT = "undo in doubt"
    """its undo was sent, and nobody knows"""
    UNDONE = "undone"
    """its undo was seen in effect"""
    STUCK = "stuck"
    """neither forward nor back: a person has to repair it, then skip it"""


class EventKind(StrEnum):
    """What was written to the journal about a step."""

    ASKED = "asked"
    LAPSED = "lapsed"
    """who let it begin did so too long ago: they have to be asked again"""
    STARTED = "started"
    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    LOST = "lost"
    REFUSED = "refused"
    """nothing was sent"""
    ABANDONED = "abandoned"
    UNDO_STARTED = "undo-started"
    SKIPPED = "skipped"


class Edge(NamedTuple):
    """One legal transition: ``event`` leads from ``source`` to ``target``, and ``meaning`` why."""

    source: StepState
    event: EventKind
    target: StepState
    meaning: str


_S, _E = StepState, EventKind

# fmt: off
EDGES: Final = (
    Edge(_S.PENDING,           _E.ASKED,        _S.AWAITING_APPROVAL, "it has a gate"),
    Edge(_S.PENDING,           _E.LAPSED,       _S.AWAITING_APPROVAL, "approved too long ago"),
    Edge(_S.PENDING,           _E.STARTED,      _S.RUNNING,       "sent: it may happen"),
    Edge(_S.PENDING,           _E.REFUSED,      _S.FAILED,        "a precondition fails"),
    Edge(_S.PENDING,           _E.SKIPPED,      _S.SKIPPED,       "a person answers for it"),
    Edge(_S.AWAITING_APPROVAL, _E.LAPSED,       _S.AWAITING_APPROVAL, "approved too long ago"),
    Edge(_S.AWAITING_APPROVAL, _E.STARTED,      _S.RUNNING,       "approved and sent"),
    Edge(_S.AWAITING_APPROVAL, _E.REFUSED,      _S.FAILED,        "a precondition fails"),
    Edge(_S.AWAITING_APPROVAL, _E.SKIPPED,      _S.SKIPPED,       "a person answers for it"),
    Edge(_S.RUNNING,           _E.SUCCEEDED,    _S.DONE,          "answered, and seen in effect"),
    Edge(_S.RUNNING,           _E.REJECTED,     _S.FAILED,        "the world said no"),
    Edge(_S.RUNNING,           _E.LOST,         _S.IN_DOUBT,      "no answer, or we died waiting"),
    Edge(_S.IN_DOUBT,          _E.SUCCEEDED,    _S.DONE,          "we looked: it had happened"),
    Edge(_S.IN_DOUBT,          _E.STARTED,      _S.RUNNING,       "we looked: it had not; again"),
    Edge(_S.IN_DOUBT,          _E.LAPSED,       _S.IN_DOUBT,      "it had not; approve anew"),
    Edge(_S.IN_DOUBT,          _E.ABANDONED,    _S.FAILED,        "we looked: it had not; enough"),
    Edge(_S.IN_DOUBT,          _E.SKIPPED,      _S.SKIPPED,       "a person answers for it"),
    Edge(_S.FAILED,            _E.SUCCEEDED,    _S.DONE,          "resumed: it is so by now"),
    Edge(_S.FAILED,            _E.STARTED,      _S.RUNNING,       "resumed: once more"),
    Edge(_S.FAILED,            _E.LAPSED,       _S.AWAITING_APPROVAL, "resumed: too long ago"),
    Edge(_S.FAILED,            _E.SKIPPED,      _S.SKIPPED,       "a person answers for it"),
    Edge(_S.DONE,              _E.UNDO_STARTED, _S.UNDOING,       "unwinding"),
    Edge(_S.UNDOING,           _E.SUCCEEDED,    _S.UNDONE,        "answered, and seen in effect"),
    Edge(_S.UNDOING,           _E.REJECTED,     _S.STUCK,         "the world said no"),
    Edge(_S.UNDOING,           _E.LOST,         _S.UNDO_IN_DOUBT, "no answer, or we died waiting"),
    Edge(_S.UNDO_IN_DOUBT,     _E.SUCCEEDED,    _S.UNDONE,        "we looked: it had happened"),
    Edge(_S.UNDO_IN_DOUBT,     _E.UNDO_STARTED, _S.UNDOING,       "we looked: it had not; again"),
    Edge(_S.UNDO_IN_DOUBT,     _E.ABANDONED,    _S.STUCK,         "we looked: it had not; enough"),
    Edge(_S.UNDO_IN_DOUBT,     _E.SKIPPED,      _S.SKIPPED,       "a person answers for it"),
    Edge(_S.STUCK,             _E.SKIPPED,      _S.SKIPPED,       "a person repaired it"),
)
# fmt: on

_NEXT: Final = {(edge.source, edge.event): edge.target for edge in EDGES}

IN_FLIGHT: Final = frozenset({StepState.RUNNING, StepState.UNDOING})
DOUBTFUL: Final = frozenset({StepState.IN_DOUBT, StepState.UNDO_IN_DOUBT})
PASSED: Final = frozenset({StepState.DONE, StepState.SKIPPED})
"""what lets the steps begin that need it"""
UNSENT: Final = frozenset({StepState.PENDING, StepState.AWAITING_APPROVAL})


def may(state: StepState, event: EventKind) -> bool:
    """Whether the table has an edge for ``event`` from ``state``."""
    return (state, event) in _NEXT


def after(state: StepState, event: EventKind) -> StepState:
    """Return the state that follows.

    Raises:
        JournalCorrupt: the table has no such edge.
    """
    try:
        return _NEXT[state, event]
    except KeyError:
        raise JournalCorrupt(
            f"a step that is {state} cannot be {event}",
            expected=", ".join(e.event for e in EDGES if e.source is state) or "nothing more",
            actual=event,
            next_step="keep the journal as it is and report it; do not edit it",
        ) from None


def mermaid() -> Iterator[str]:
    """Yield the table as lines of a Mermaid state diagram."""
    yield "stateDiagram-v2"
    yield f"    [*] --> {StepState.PENDING.name}"
    for edge in EDGES:
        yield f"    {edge.source.name} --> {edge.target.name}: {edge.event}, {edge.meaning}"
