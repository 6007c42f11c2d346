"""A run that is not over is told, with what a person does next."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from core.runs.plan import RunName
from dr.placement import Claim, Placement, claim_text, placement_text
from inventory.etcd import claim_on, placements
from inventory.names import SiteName
from monitors.health.concern import Condition
from monitors.health.concerns import concerns, health_of, is_settled
from monitors.look.readings import Readings, RunReading
from monitors.look.sources import newest_claims
from monitors.look.voters import VoterReading, voter_reading
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import all_well, taken

OF = network("tiny", *PORTAL_ALONE)
SERVICE = OF.services[0].name
RUN = RunName("20300517-050000-move")
OPEN = RunReading((SERVICE,), is_carried=False, is_held=False, waits_for=())
DATABASE = OF.databases[0].name
CLAIM = {DATABASE: Claim(RUN, 3)}
CONTINUE = "next: kill -CONT 314"
FOLLOW = f"next: ndc dr show {RUN} --follow"


def _told(**changes: object) -> Readings:
    return replace(all_well(OF), **changes)  # type: ignore[arg-type]  # fields of Readings


@pytest.mark.parametrize(
    ("run", "condition", "sentence", "is_waited_for"),
    [
        (
            replace(OPEN, is_carried=True),
            Condition.WARNING,
            f"run {RUN} is in progress; ndc dr show {RUN} tells how far it is",
            True,
        ),
        (
            OPEN,
            Condition.CRITICAL,
            f"nobody carries run {RUN}; next: ndc dr resume {RUN}",
            False,
        ),
        (
            replace(OPEN, stopped=314),
            Condition.CRITICAL,
            f"run {RUN} stands still: process 314, which carries it, is stopped; {CONTINUE}",
            False,
        ),
        (
            replace(OPEN, is_held=True, waits_for=("verify is in doubt: silence",)),
            Condition.CRITICAL,
            f"run {RUN} is held: verify is in doubt: silence; next: ndc dr show {RUN}",
            False,
        ),
    ],
    ids=["in progress", "orphaned", "stopped", "held"],
)
def test_a_run_that_is_not_over_is_a_concern_with_its_next_step(
    run: RunReading,
    condition: Condition,
    sentence: str,
    is_waited_for: bool,  # noqa: FBT001 - a column
) -> None:
    seen = taken(OF, _told(runs={RUN: run}, claims=CLAIM))

    (found,) = concerns(seen)

    assert (found.subject, found.condition, found.sentence) == (SERVICE, condition, sentence)
    assert is_settled(seen) is not is_waited_for
    assert health_of(seen).exit_code == 1


@pytest.mark.parametrize(
    ("runs", "held", "is_told"),
    [
        ({}, CLAIM, True),
        ({RunName("another"): replace(OPEN, is_carried=True)}, CLAIM, True),
        ({}, {DATABASE: Claim(None, 3)}, False),
        ({}, {}, False),
        (None, CLAIM, False),
    ],
    ids=["no run here", "another run here", "nobody's claim", "no claim", "nobody tells of runs"],
)
def test_a_claim_of_a_run_that_is_not_here_is_told(
    runs: dict[RunName, RunReading] | None,
    held: dict[object, Claim],
    is_told: bool,  # noqa: FBT001 - a column
) -> None:
    seen = taken(OF, _told(runs=runs, claims=held))

    sentences = [c.sentence for c in concerns(seen) if "claimed" in c.sentence]

    expected = f"claimed by run {RUN}, which was not begun here; {FOLLOW}"
    assert sentences == ([expected] if is_told else [])


def test_a_voter_tells_claims_and_placements_of_their_own_keys() -> None:
    texts = {
        placements(OF.environment) + SERVICE: placement_text(Placement(SiteName("ndc02"), 5, None)),
        claim_on(OF.environment, DATABASE): claim_text(Claim(RUN, 3)),
    }

    def answer(request: httpx.Request) -> httpx.Response:
        begins = base64.b64decode(json.loads(request.content or "{}").get("key", "")).decode()
        pairs = [
            {"key": _coded(key), "value": _coded(text), "mod_revision": "1"}
            for key, text in texts.items()
            if begins and key.startswith(begins)
        ]
        return httpx.Response(200, json={"health": "true", "kvs": pairs})

    async def look() -> VoterReading:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await voter_reading(
                client,
                "https://voter",
                OF.environment,
                auth=httpx.Auth(),
                deadline=timedelta(seconds=1),
            )

    told = asyncio.run(look())

    assert told.placements == {SERVICE: Placement(SiteName("ndc02"), 5, None)}
    assert told.claims == CLAIM


@pytest.mark.parametrize("numbers", [(3, 4), (4, 3)])
def test_of_claims_the_one_of_the_highest_number_counts(numbers: tuple[int, int]) -> None:
    claims_of_voters = [{DATABASE: Claim(RunName(f"run-{number}"), number)} for number in numbers]

    assert newest_claims(claims_of_voters) == {DATABASE: Claim(RunName("run-4"), 4)}


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
