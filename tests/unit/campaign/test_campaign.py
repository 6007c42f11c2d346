"""The campaign's rounds, and the history that is made of what a lab wrote down."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from access.redfish import reset_path
from core.runs.journal import Opened, Record, Request, Where, Wish
from core.runs.plan import RunName
from dr.placement import Claim, Placement, claim_text, placement_text
from dr.planning.bound import CLOCKS_APART
from dr.planning.plan import codec, from_text
from dr.simulation.journal import MemoryJournal
from inventory import etcd as keys
from tests.campaign.history import Reign, with_forks
from tests.campaign.judging import judged, keep, kept
from tests.campaign.machine import of_machine
from tests.campaign.mending import hints
from tests.campaign.report import report
from tests.campaign.results import Noticed, Result
from tests.campaign.rounds import Act, Fate, Harm, Round, Strike, round_of
from tests.campaign.sources import changes, of_journals, of_records
from tests.campaign.striking import end_words
from tests.campaign.touching import Touches
from tests.conftest import Golden
from tests.networks import network
from tests.rehearsals import rehearsal
from tests.soak.checkers.data import Line
from tests.stubs.etcd import StubEtcd

GOLDEN = Path(__file__).resolve().parents[2] / "golden/results"
NET = network("tiny")
_SECOND = timedelta(seconds=1)
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_seed_and_a_number_give_the_same_round_and_another_number_another() -> None:
    assert round_of(NET, 1, 7) == round_of(NET, 1, 7)
    assert len({round_of(NET, 1, number) for number in range(60)}) == 60


def test_sixty_rounds_meet_every_act_and_fate_and_harm_and_the_way_home() -> None:
    rounds = [round_of(NET, 1, number) for number in range(60)]
    harms = Counter(one.harm for what in rounds for one in what.strikes)

    assert {what.act for what in rounds} == {*Act}
    assert {what.fate for what in rounds} == {*Fate}
    assert {*harms} == {*Harm}
    assert any(
        one.on_the_way_home for what in rounds if what.act is Act.SITE_LOST for one in what.strikes
    )


def test_what_is_read_tells_of_stores_as_of_services() -> None:
    etcd, placed = StubEtcd(), Placement(NET.sites[0].name, 3, RunName("a-run"))
    store = NET.stores[0].name
    etcd.write(keys.placements(NET.environment) + store, placement_text(placed))
    etcd.write(keys.claim_on(NET.environment, store), claim_text(Claim(RunName("a-run"), 2)))

    told = [one.told for one in of_records(etcd.client(), NET)]

    assert told == [
        ("placed", store, placed.site, 3, ""),
        ("effect", store, "a-run/move", 1, f"move-placement {store} {placed.site} 3"),
        ("claimed", store, "", 2, "a-run"),
    ]


def test_who_measures_is_struck_by_no_round() -> None:
    struck = {
        one.what
        for number in range(300)
        for one in round_of(NET, 1, number).strikes
        if one.harm in {Harm.HOST_OFF, Harm.HOST_FROZEN, Harm.VOTER_OFF}
    }

    assert struck
    assert "witness-node" not in struck


def test_most_runs_of_sixty_rounds_lose_who_carries_them_and_none_does_where_nothing_is_run() -> (
    None
):
    rounds = [round_of(NET, 1, number) for number in range(60)]
    killed = [what for what in rounds if what.fate is Fate.KILLED]

    assert len(killed) > 30
    assert all(len(what.instants) > 1 for what in killed)
    assert not any(what.instants for what in rounds if what.act is Act.NOTHING)
    assert {what.by_hand for what in rounds if what.act is Act.SITE_LOST} == {True, False}


def test_what_status_names_to_mend_something_is_done_once_and_what_only_shows_more_is_not() -> None:
    left = [
        "ndc01-node: waits for admission since …: run r gave it up; next: ndc dr admit ndc01-node",
        "lever: nothing starts by itself, held by an; next: ndc dr release",
        "db: a copy stays apart; next: ndc dr reseed db ndc01-node",
        "quorum: the vote of n was taken out; once it is back: ndc dr replace-voter n",
        "n: ntp.service does not run; next: ndc ssh n -- systemctl start ntp.service",
        "lever: said twice; next: ndc dr release",
        "db: run r is held: why; next: ndc dr show r",
    ]

    assert hints(left) == [
        "dr admit ndc01-node",
        "dr release",
        "dr reseed db ndc01-node",
        "dr replace-voter n",
        "ssh n -- systemctl start ntp.service",
    ]


def test_each_harm_is_ended_by_its_own_command() -> None:
    ended = {
        harm: [words[1] for words in end_words(Strike(harm, "it", 0, 1, on_the_way_home=False))]
        for harm in Harm
    }

    assert ended[Harm.HOST_OFF] == ["start"]
    assert ended[Harm.HOST_FROZEN] == ["thaw"]
    assert ended[Harm.PAIR_CUT] == ended[Harm.PORT_CUT] == ["heal"]
    assert ended[Harm.PATRONI_KILLED] == []


def test_a_withdrawal_of_what_was_not_announced_takes_nothing_away(tmp_path: Path) -> None:
    lines: list[Line] = [
        (1, "announces", "portal", "a", 1, ""),
        (2, "withdraws", "portal", "b", 1, ""),
    ]
    last: Line = (3, "withdraws", "portal", "a", 1, "")

    keep([*lines, last], tmp_path / "history.gz")
    broken = judged(kept(tmp_path / "history.gz"))

    assert judged(lines) == []
    assert [sentence.split(":")[0] for sentence in broken] == [
        "I7 the last serving site is taken away"
    ]


def test_who_has_no_power_announces_nothing_and_who_stood_still_is_told() -> None:
    at = NOON.isoformat(timespec="milliseconds")
    log = [
        "brought up",
        json.dumps({"at": at, "request": {"verb": "power-off", "hosts": ["a"]}, "seconds": 1}),
        json.dumps({"at": at, "request": {"verb": "power-off", "hosts": ["z"]}, "error": {}}),
        json.dumps({"at": at, "power": f"POST {reset_path('b')}", "answer": "204 No Content"}),
        json.dumps({"at": at, "power": f"POST {reset_path('y')}", "answer": "412 Failed"}),
        json.dumps({"at": at, "request": {"verb": "power-on", "hosts": ["a"]}}),
        json.dumps({"at": at, "request": {"verb": "thaw", "host": "c"}}),
    ]

    told = [line.told[:3] for line in of_machine(log, NET)]
    silent = [("falls-silent", service.name) for service in NET.services]

    assert told == [
        ("power-lost", "a", ""),
        *((*one, "a") for one in silent),
        ("power-lost", "b", ""),
        *((*one, "b") for one in silent),
        ("power-on", "a", ""),
        ("fault", "c", ""),
    ]


def test_a_switch_is_planned_from_its_first_word_to_its_last_and_what_comes_later_is_not() -> None:
    rehearsed = rehearsal()
    journal = MemoryJournal(codec(), rehearsed.world)
    rehearsed.carry(journal)
    records = list(enumerate(journal.records()))

    ((database, found),) = changes({"run": records}).items()
    ((began, ended),) = found["switched"]
    reigns = [Reign(began + (ended - began) / 2, "a", 2), Reign(ended + _SECOND, "b", 3)]
    how = [line.told[4] for line in with_forks(database, reigns, found) if line.told[0] == "forked"]

    assert database == "general-db"
    assert how == ["switched", "failed over"]


def test_a_loss_is_accepted_when_a_second_person_agrees_and_only_of_what_may_be_lost() -> None:
    plan = from_text((GOLDEN.parent / "plans/two-services-region.json").read_text("utf-8"))
    (lossy,) = (one for one in plan.basis.moves if not one.loss.is_nothing)
    agreed = Request("1", Wish.APPROVE, "binh")
    records = [Record(0, NOON, Opened(plan, Where.ETCD)), Record(1, _at(9), agreed)]

    before, after = (
        [
            one
            for one in of_journals({plan.id: list(enumerate(of))})
            if one.told[0] == "loss-accepted"
        ]
        for of in (records[:1], records)
    )

    assert before == []
    (told,) = after
    assert told.told == ("loss-accepted", lossy.database, lossy.candidate, 0, plan.id)
    assert (told.at, told.span) == (_at(9), timedelta(seconds=3.5) + CLOCKS_APART)


class _Now:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOON

    def elapsed(self) -> timedelta:
        return timedelta()

    def sleep(self, duration: timedelta) -> None:
        raise AssertionError(duration)


def _round(act: Act, *harms: tuple[Harm, str]) -> Round:
    strikes = tuple(Strike(harm, what, 0, 5, on_the_way_home=False) for harm, what in harms)
    return Round(1, 0, act, Fate.CARRIED, (), by_hand=False, strikes=strikes)


def test_who_was_not_harmed_is_judged_dead_falsely() -> None:
    cases = [
        (_round(Act.SWITCHOVER, (Harm.LINK_SLOW, "north")), False),
        (_round(Act.NOTHING, (Harm.PAIR_CUT, "north south")), False),
        (_round(Act.NOTHING, (Harm.LINK_CUT, "north"), (Harm.LINK_CUT, "south")), True),
        (_round(Act.NOTHING, (Harm.HOST_OFF, "ndc03-node")), False),
        (_round(Act.NOTHING, (Harm.HOST_OFF, "ndc02-node")), True),
        (_round(Act.NOTHING, (Harm.VOTER_OFF, "ndc03-edge")), False),
        (_round(Act.NOTHING, (Harm.HOST_FROZEN, "ndc02-edge")), True),
        (_round(Act.SITE_LOST), True),
        (_round(Act.REGION_LOST), True),
    ]
    for what, expected in cases:
        touches = Touches(NET)
        with touches.by(what, _Now()):
            pass

        assert touches.touched("ndc02-node", _at(10)) is expected, what
        assert not touches.touched("ndc02-node", _at(100))


def _noticed(**changes: Any) -> dict[str, Any]:
    return {**asdict(Noticed(4.25, 1800, 0, 0, 0, void=False)), **changes}


def _played(number: int, **changes: Any) -> dict[str, Any]:
    plain = {
        "what": "round",
        "fails": False,
        "number": number,
        "text": round_of(NET, 1, number).text,
        "seconds": 95.0,
        "events": [],
        "runs": ["20300101-120000-portal-to-ndc02"],
        "killed": [],
        "stopped": [],
        "noticed": _noticed(),
        "left": [],
    }
    return {**plain, **changes}


def test_a_campaign_is_read_like_this(golden: Golden) -> None:
    broken = _played(2, noticed=_noticed(lost=1, void=True), left=["quorum: no majority is seen"])
    killed = "20300101-120000-portal-to-ndc02 killed after 1.5 s, portal.promote started"
    resumed = _played(3, killed=[killed], events=["    0.5 s  FINDING ndc lab start a: exit 0"])
    judged = {"what": "judged", "violations": ["I8 a guess: 3.0 s: …"], "lines": {"log": 2}}
    agreed = _played(4, noticed=_noticed(lost=41), may_be_lost=70)
    played = [_played(0), _played(1, noticed=None), broken, resumed, agreed, judged, judged]

    golden(GOLDEN / "campaign.txt", report(json.loads(json.dumps(played))) + "\n")


def test_a_round_fails_where_more_is_lost_than_two_persons_accepted() -> None:
    def fails(lost: int, may_be_lost: int | None) -> bool:
        noticed = Noticed(4.25, 1800, lost, 0, 0, void=False)
        plain = {**dict.fromkeys(("text", "began_at"), ""), "number": 0, "seed": 1, "seconds": 1.0}
        empty: dict[str, list[str]] = {
            name: [] for name in ("events", "runs", "killed", "stopped", "left")
        }
        told: dict[str, Any] = {**plain, **empty}
        return Result(**told, noticed=noticed, may_be_lost=may_be_lost).fails

    assert [fails(0, 0), fails(1, 0), fails(70, 70), fails(71, 70), fails(99, None)] == [
        False,
        True,
        False,
        True,
        False,
    ]
