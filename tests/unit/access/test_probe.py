"""What the probe's client makes of the probe's answers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from access.clients.probe import (
    LedgerHead,
    LedgerTestimony,
    MeasureAnswer,
    ServiceSummary,
    Signed,
    measured,
)
from core.errors import NotSeen
from core.measure import Gap, Measure

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HEAD = LedgerHead(lines=0, hash="0")
MEASURE = Measure(
    since=NOON,
    until=NOON + 9 * SECOND,
    acknowledged=1,
    refused=2,
    unknown=3,
    lost=4,
    duplicated=5,
    sent_again=8,
    unknown_appeared=6,
    not_read_back=7,
    gap=Gap(3.950001 * SECOND, NOON + 1 * SECOND, NOON + 5 * SECOND),
    worst_slip=0.008 * SECOND,
)


def _measured(answer: object) -> Measure:
    async def ask() -> Measure:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
        async with httpx.AsyncClient(transport=transport) as client:
            window = (MEASURE.since, MEASURE.until)
            told = await measured(client, "http://p", "portal", window=window, deadline=SECOND)
            return told.measure

    return asyncio.run(ask())


def _answer() -> dict[str, Any]:
    said = LedgerTestimony(statement=Signed(text="{}", signature=""), ledger="", ids="{}")
    told = MeasureAnswer(service="portal", measure=MEASURE, testimony=said)
    return told.model_dump(mode="json")


def test_a_measure_comes_back_as_it_went() -> None:
    assert _measured(_answer()) == MEASURE


def test_a_probe_that_leaves_a_field_out_is_not_believed() -> None:
    answer = _answer()
    del answer["measure"]["not_read_back"]

    with pytest.raises(NotSeen, match="not as our probe answers"):
        _measured(answer)


@pytest.mark.parametrize(
    ("age", "answers"),
    [
        (None, False),
        (timedelta(), True),
        (2 * SECOND, True),
        (2.001 * SECOND, False),
    ],
)
def test_a_service_answers_while_its_last_acknowledgement_is_at_most_two_seconds_old(
    age: timedelta | None, *, answers: bool
) -> None:
    told = ServiceSummary(
        taken_at=NOON,
        window_seconds=10,
        acknowledged=0,
        refused=0,
        unknown=0,
        last_acknowledged_at=None if age is None else NOON - age,
        site="ndc01",
        host="ndc01-app",
        missing=0,
        missing_since=None,
        slip_seconds=0,
        head=HEAD,
    )

    assert told.answers is answers
