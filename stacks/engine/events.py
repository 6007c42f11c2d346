"""From the engine's events to messages about them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi.automation import DiagnosticEvent, EngineEvent, OpType, StepEventMetadata

from stacks.changes import Change, Drift, adjusted, appears, goes, moved, vanished
from stacks.engine.wire import Changed, Drifted, Failed, Progress, Said, Verb
from stacks.provider.failures import FAILURE
from stacks.provider.provider import READY
from stacks.resources import TOKENS, Kind, identity

_KINDS: Mapping[str, Kind] = {token: kind for kind, token in TOKENS.items()}

_BEGINNINGS = {OpType.CREATE: "making", OpType.UPDATE: "changing", OpType.DELETE: "removing"}


def said_by(event: EngineEvent, verb: Verb) -> Iterator[Said]:
    """Yield the messages about ``event``; most events need none.

    Of a preview, the messages tell what is about to happen; of other verbs, what happened.
    """
    if event.diagnostic_event:
        yield from _diagnostic(event.diagnostic_event)
    elif event.resource_pre_event:
        yield from _before(event.resource_pre_event.metadata, verb)
    elif event.res_outputs_event:
        yield from _after(event.res_outputs_event.metadata, verb)


def _diagnostic(event: DiagnosticEvent) -> Iterator[Said]:
    subject = object_of(event.urn or "")
    message = event.message.strip()
    if message.startswith(FAILURE):
        yield Failed(subject, message.removeprefix(FAILURE))
    elif subject and event.severity.startswith("info"):
        yield Progress(subject, message)


def _before(step: StepEventMetadata, verb: Verb) -> Iterator[Said]:
    if verb in {"preview", "preview-destroy"}:
        yield from map(Changed, _changes(step))
    elif step.type in _KINDS and step.op in _BEGINNINGS:
        yield Progress(object_of(step.urn), _BEGINNINGS[step.op])


def _after(step: StepEventMetadata, verb: Verb) -> Iterator[Said]:
    match verb:
        case "drift":
            yield from map(Drifted, _drifts(step))
        case "up" | "destroy":
            yield from map(Changed, _changes(step))
        case "preview" | "preview-destroy":
            pass


def _changes(step: StepEventMetadata) -> tuple[Change, ...]:
    kind = _KINDS.get(step.type)
    if kind is None:
        return ()
    name = _name(step.urn)
    match step.op:
        case OpType.CREATE:
            return (appears(kind, name),)
        case OpType.DELETE:
            return (goes(kind, name),)
        case OpType.UPDATE | OpType.CREATE_REPLACEMENT:
            return adjusted(kind, name, _old(step), _new(step))
        case _:
            return ()


def _drifts(step: StepEventMetadata) -> tuple[Drift, ...]:
    kind = _KINDS.get(step.type)
    if kind is None:
        return ()
    name = _name(step.urn)
    match step.op:
        case OpType.DELETE:
            return (vanished(kind, name),)
        case OpType.UPDATE:
            return moved(kind, name, _old(step), _new(step))
        case _:
            return ()


def object_of(urn: str) -> str:
    """Return what the resource ``urn`` is called; empty if it is not one of ours."""
    chain, _, name = urn.rpartition("::")
    kind = _KINDS.get(chain.rpartition("::")[2].rpartition("$")[2])
    return identity(kind, name) if kind else ""


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _old(step: StepEventMetadata) -> Mapping[str, Any]:
    """Return what the engine knew: outputs, since a refresh brings those up to date."""
    return {} if step.old is None else step.old.outputs or {}


def _new(step: StepEventMetadata) -> Mapping[str, Any]:
    if step.new is None:
        return {}
    return step.new.outputs or {**(step.new.inputs or {}), READY: True}
