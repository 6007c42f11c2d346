from __future__ import annotations

from typing import Any

import pytest
from pulumi.automation import CommandError, CommandResult, ConcurrentUpdateError, EngineEvent

from core.errors import Rejected, Unreachable, WorldError
from stacks.changes import appears, goes, vanished
from stacks.engine.events import object_of, said_by
from stacks.engine.failures import translated
from stacks.engine.wire import (
    Changed,
    Drifted,
    Failed,
    Finished,
    Progress,
    Said,
    Verb,
    from_line,
    to_line,
)
from stacks.provider.failures import FAILURE, failure_from_json, failure_to_json

URN = "urn:pulumi:backbone::ndc::ndc:index:Backbone$ndc:index:Link::red-1"
STACK_URN = "urn:pulumi:backbone::ndc::pulumi:pulumi:Stack::ndc-backbone"
OLD = {"name": "red-1", "delay_microseconds": 9.0, "ready": True}
NEW = OLD | {"delay_microseconds": 10}


def said(event: dict[str, Any], verb: Verb) -> list[Said]:
    engine_event = EngineEvent.from_json({"sequence": 1, "timestamp": 1, **event})
    return list(said_by(engine_event, verb))


def step(op: str, when: str = "resOutputsEvent", **states: object) -> dict[str, Any]:
    kind = "ndc:index:Link"
    return {when: {"metadata": {"op": op, "urn": URN, "type": kind, **states}}}


@pytest.mark.parametrize(
    ("urn", "name"), [(URN, "link/red-1"), (STACK_URN, ""), ("", ""), ("urn:pulumi:x", "")]
)
def test_only_what_is_ours_has_a_name(urn: str, name: str) -> None:
    assert object_of(urn) == name


@pytest.mark.parametrize(
    ("op", "change"), [("create", appears("link", "red-1")), ("delete", goes("link", "red-1"))]
)
def test_what_appears_and_what_goes_is_a_change(op: str, change: object) -> None:
    assert said(step(op), "up") == [Changed(change)]  # type: ignore[arg-type]  # of both cases
    assert said(step(op, "resourcePreEvent"), "preview") == [Changed(change)]  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize("op", ["update", "create-replacement"])
def test_a_change_names_each_property_once(op: str) -> None:
    (changed,) = said(step(op, old={"outputs": OLD}, new={"outputs": NEW}), "up")

    assert isinstance(changed, Changed)
    assert (changed.change.property, changed.change.old, changed.change.new) == (
        "delay_microseconds",
        9,
        10,
    )


def test_a_preview_has_no_outputs_and_compares_with_the_inputs() -> None:
    inputs = {key: value for key, value in NEW.items() if key != "ready"}
    before = step("update", "resourcePreEvent", old={"outputs": OLD}, new={"inputs": inputs})

    (changed,) = said(before, "preview")

    assert isinstance(changed, Changed)
    assert changed.change.property == "delay_microseconds"


@pytest.mark.parametrize("op", ["same", "refresh", "replace", "delete-replaced"])
def test_what_says_nothing_new_is_not_said(op: str) -> None:
    assert said(step(op), "up") == []
    assert said(step(op), "drift") == []


def test_drift_is_what_a_refresh_would_have_to_take_note_of() -> None:
    (drifted,) = said(step("update", old={"outputs": OLD}, new={"outputs": NEW}), "drift")

    assert isinstance(drifted, Drifted)
    assert (drifted.drift.applied, drifted.drift.live) == (9, 10)
    assert said(step("delete"), "drift") == [Drifted(vanished("link", "red-1"))]


def test_what_the_provider_says_is_progress_and_what_the_engine_says_is_not() -> None:
    def message(urn: str, severity: str, text: str) -> list[Said]:
        return said({"diagnosticEvent": {"urn": urn, "severity": severity, "message": text}}, "up")

    assert message(URN, "info", "plugging in\n") == [Progress("link/red-1", "plugging in")]
    assert message(STACK_URN, "info", "hello") == []
    assert message(URN, "debug", "hello") == []
    assert message(URN, "debug", f"{FAILURE}{{}}\n") == [Failed("link/red-1", "{}")]


@pytest.mark.parametrize(
    "line",
    [
        Progress("host/a", "booting"),
        Changed(appears("host", "a")),
        Drifted(vanished("host", "a")),
        Failed("", "{}"),
        Finished(),
    ],
)
def test_a_line_survives_being_written_and_read(line: Said) -> None:
    assert from_line(to_line(line)) == line


@pytest.mark.parametrize("kind", [Rejected, Unreachable])
def test_a_failure_survives_being_written_and_read(kind: type[WorldError]) -> None:
    error = kind("what", expected="e", actual="a", next_step="n")

    again = failure_from_json(failure_to_json(error))

    assert type(again) is kind
    assert again.lines() == error.lines()


@pytest.mark.parametrize(
    ("raised", "text", "known", "actual"),
    [
        (
            ConcurrentUpdateError,
            "locked by 1 lock(s)\n  x.json: created by root@far (pid 1) at 2026-11-01T00:00:00Z",
            Rejected,
            "locked by root@far (pid 1) at 2026-11-01T00:00:00Z",
        ),
        (CommandError, "error: get stack: incorrect passphrase", Rejected, "another one"),
        (CommandError, "noise\nerror: boom\nmore", Unreachable, "error: boom"),
        (CommandError, "", Unreachable, "no word why"),
    ],
)
def test_what_the_cli_says_is_translated_once(
    raised: type[CommandError], text: str, known: type[WorldError], actual: str
) -> None:
    error = translated(raised(CommandResult("", text, 255)), "site-a")

    assert type(error) is known
    assert error.actual == actual
    assert error.next_step
