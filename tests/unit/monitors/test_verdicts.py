"""What each Prometheus judged lately, as it lies on its disk; and as a drill hears of alarms."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from core.errors import NotSeen
from dr.drills.alarms import PagesNow
from inventory.names import HostName
from inventory.network import Role
from monitors.health.snapshot import Snapshot
from monitors.look.sources import each
from monitors.look.verdicts import JudgedLately, verdict_questions
from ndc.wiring.drill_alarms import DrillAlarms
from tests.alerts import alarm, heard
from tests.networks import network
from tests.snapshots import all_well, healthy, taken

TINY = network("tiny")
JUDGES = [host.name for host in TINY.hosts_with(Role.MONITOR)]
LATELY = timedelta(seconds=90.5)
AT = 1_893_456_000


def _series(name: str, severity: str, *seconds: int, **labels: str) -> dict[str, Any]:
    told = {"__name__": "ALERTS", "alertname": name, "alertstate": "firing", "severity": severity}
    return {"metric": {**told, **labels}, "values": [[AT + one, "1"] for one in seconds]}


def _moments(*seconds: int) -> tuple[datetime, ...]:
    return tuple(datetime.fromtimestamp(AT + one, UTC) for one in seconds)


def _told(answers: Mapping[str, list[dict[str, Any]]], asked: list[str]) -> dict[HostName, Any]:
    addresses = {str(TINY.host(host).management.ip): host for host in JUDGES}

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["query"])
        result = answers.get(addresses[request.url.host])
        if result is None:
            raise httpx.ReadTimeout("nothing", request=request)
        data = {"resultType": "matrix", "result": result}
        return httpx.Response(200, json={"status": "success", "data": data})

    async def look() -> dict[HostName, JudgedLately]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await each(verdict_questions(TINY, client, LATELY))

    return asyncio.run(look())


def test_what_called_lately_is_told_by_who_answers_and_who_does_not_is_absent() -> None:
    asked: list[str] = []
    watchdog = _series("Watchdog", "none", 0, 5, 10)
    refuses = _series("ServiceRefuses", "page", 5, 10, service="portal")

    told = _told({JUDGES[0]: [watchdog, refuses], JUDGES[1]: []}, asked)

    assert told == {
        JUDGES[0]: JudgedLately(
            _moments(0, 5, 10), {("ServiceRefuses", "service portal"): _moments(5, 10)}
        ),
        JUDGES[1]: JudgedLately((), {}),
    }
    assert {*asked} == {'ALERTS{alertstate="firing",severity=~"page|none"}[91s]'}


def test_who_answers_something_else_told_nothing() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": {"resultType": "vector", "result": []}})

    async def look() -> JudgedLately:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            ((_, question), *others) = verdict_questions(TINY, client, LATELY)
            for _, other in others:
                other.close()  # type: ignore[attr-defined]  # a coroutine that nobody waits for
            return await question

    with pytest.raises(NotSeen, match="did not answer as it was asked"):
        asyncio.run(look())


def _alarms(snapshot: Snapshot, told: Mapping[HostName, JudgedLately] | None = None) -> DrillAlarms:
    return DrillAlarms(TINY, lambda: snapshot, lambda _: told or {})


def test_a_page_calls_held_back_or_not_and_a_ticket_does_not() -> None:
    well = all_well(TINY)
    watchdogs = [alarm("Watchdog", site.name, "none") for site in TINY.sites]
    held = alarm("QuorumLost", "ndc01", summary="three are out", held_back=True)
    alerts = heard(TINY, *watchdogs, held, alarm("LinkDown", "ndc01", "ticket"))

    assert _alarms(healthy()).now() == PagesNow()
    assert _alarms(taken(TINY, replace(well, alerts=alerts))).now().firing == (
        "alarm QuorumLost calls, at ndc01: three are out",
    )


def test_where_an_alarm_may_call_that_nobody_hears_it_is_not_said_that_none_does() -> None:
    well = all_well(TINY)
    mute = {
        host: tuple(one for one in told if one.labels["site"] != "ndc02")
        for host, told in well.alerts.items()
    }

    silent = _alarms(taken(TINY, replace(well, alerts={}))).now()
    deaf = _alarms(taken(TINY, replace(well, alerts=mute))).now()
    one_answers = {JUDGES[0]: well.alerts[JUDGES[0]]}

    assert silent.wrong == ("alarms: no Alertmanager answers",)
    assert deaf.wrong == ("alarms of ndc02: nobody hears them",)
    assert _alarms(taken(TINY, replace(well, alerts=one_answers))).now().wrong == ()


def test_a_network_that_nobody_watches_has_no_alarm_that_could_call() -> None:
    hosts = tuple(replace(host, roles=host.roles - {Role.MONITOR}) for host in TINY.hosts)
    of = replace(TINY, hosts=hosts)
    blind = replace(healthy(), alarms=None)
    alarms = DrillAlarms(of, lambda: blind, lambda _: {})

    assert alarms.now() == PagesNow()
    assert alarms.lately(LATELY) is None


def test_the_record_says_whose_word_it_is() -> None:
    moments = _moments(0, 5, 10, 15)
    told = {JUDGES[0]: JudgedLately(moments, {("ServiceRefuses", "service portal"): moments[:2]})}

    record = _alarms(healthy(), told).lately(LATELY)

    assert record is not None
    assert record.answered == (JUDGES[0],)
    assert record.silent == tuple(JUDGES[1:])
    assert [(one.name, one.ended_at) for one in record.pages] == [("ServiceRefuses", moments[3])]
