"""A voter is asked once where all is well, and again where it may be alone, or be full."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest

from core.errors import NotSeen
from monitors.readers.etcd import VoterHealth, voter_health

SECOND = timedelta(seconds=1)
WHOLE = "/health"
WITH_MAJORITY = "/health?exclude=NOSPACE"
ALONE = "/health?serializable=true&exclude=NOSPACE"
SILENT = 0
WELL = VoterHealth(votes=True, has_room=True)


def _asked(statuses: Mapping[str, int], said: str = "true") -> tuple[VoterHealth, list[str]]:
    """Return how a voter is that answers with ``statuses``, and what it was asked."""
    questions: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        question = request.url.raw_path.decode()
        questions.append(question)
        if statuses[question] == SILENT:
            raise httpx.ReadTimeout("nothing", request=request)
        return httpx.Response(statuses[question], json={"health": said, "reason": ""})

    async def ask() -> VoterHealth:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await voter_health(client, "https://voter", deadline=SECOND)

    return asyncio.run(ask()), questions


def test_a_voter_that_is_well_is_asked_once() -> None:
    assert _asked({WHOLE: 200}) == (WELL, [WHOLE])


def test_a_voter_that_is_ill_for_want_of_space_alone_votes_and_has_no_room() -> None:
    health, questions = _asked({WHOLE: 503, WITH_MAJORITY: 200})

    assert health == VoterHealth(votes=True, has_room=False)
    assert questions == [WHOLE, WITH_MAJORITY]


def test_a_voter_without_a_majority_that_says_so_is_alone() -> None:
    asked = {WHOLE: 503, WITH_MAJORITY: 503, ALONE: 200}

    assert _asked(asked) == (VoterHealth(votes=False, has_room=None), list(asked))


def test_a_voter_that_hangs_without_a_majority_is_asked_no_second_time_for_one() -> None:
    asked = {WHOLE: SILENT, ALONE: 200}

    assert _asked(asked) == (VoterHealth(votes=False, has_room=None), list(asked))


def test_a_voter_that_says_it_is_unwell_is_believed() -> None:
    assert _asked({WHOLE: 200}, "false") == (VoterHealth(votes=False, has_room=None), [WHOLE])


@pytest.mark.parametrize(("alone", "refused"), [(SILENT, False), (500, True)])
def test_of_a_voter_that_answers_nothing_nothing_is_known(alone: int, refused: bool) -> None:  # noqa: FBT001 - the case
    with pytest.raises(NotSeen) as nothing:
        _asked({WHOLE: SILENT, ALONE: alone})

    assert nothing.value.refused is refused
