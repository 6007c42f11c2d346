"""A voter is asked once where it can answer, and twice where it may be alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest

from core.errors import NotSeen
from monitors.readers.etcd import is_healthy

SECOND = timedelta(seconds=1)
WITH_MAJORITY = "/health?exclude=NOSPACE"
ALONE = "/health?serializable=true&exclude=NOSPACE"
SILENT = 0


def _asked(statuses: Mapping[str, int], said: str = "true") -> tuple[bool, list[str]]:
    """Return whether a voter that answers with ``statuses`` is healthy, and what it was asked."""
    questions: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        question = request.url.raw_path.decode()
        questions.append(question)
        if statuses[question] == SILENT:
            raise httpx.ReadTimeout("nothing", request=request)
        return httpx.Response(statuses[question], json={"health": said, "reason": ""})

    async def ask() -> bool:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await is_healthy(client, "https://voter", deadline=SECOND)

    return asyncio.run(ask()), questions


def test_a_voter_with_a_majority_is_asked_once() -> None:
    assert _asked({WITH_MAJORITY: 200}) == (True, [WITH_MAJORITY])


@pytest.mark.parametrize("without", [503, SILENT], ids=["says so", "hangs"])
def test_a_voter_without_a_majority_is_alone(without: int) -> None:
    asked = {WITH_MAJORITY: without, ALONE: 200}

    assert _asked(asked) == (False, [WITH_MAJORITY, ALONE])


def test_a_voter_that_says_it_is_unwell_is_believed() -> None:
    assert _asked({WITH_MAJORITY: 200}, "false") == (False, [WITH_MAJORITY])


@pytest.mark.parametrize(("alone", "refused"), [(SILENT, False), (500, True)])
def test_of_a_voter_that_answers_nothing_nothing_is_known(alone: int, refused: bool) -> None:  # noqa: FBT001 - the case
    with pytest.raises(NotSeen) as nothing:
        _asked({WITH_MAJORITY: SILENT, ALONE: alone})

    assert nothing.value.refused is refused
