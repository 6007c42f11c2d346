"""However controllers, hosts and people interleave, nobody who lives loses the key to lead by.

Between any two things that a controller asks or does, anything may happen: a host dies, or comes
back and leads again, a lease ends, a person pulls the lever or begins a run, another controller
does all that it has to do. What is compared is what somebody outside knows who sees it all.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from typing_extensions import override

from core.runs.plan import RunName
from dr.facts import Supply
from dr.live.deeds import Deeds
from dr.placement import Claim, claim_text
from dr.simulation.power import SimulatedPower, SimulatedSight
from dr.simulation.truth import Truth
from dr.watch.lever import Hold, hold_text
from inventory import etcd as keys
from inventory.names import HostName
from monitors.onhost.controllers_watch import EVERY, Watchman
from tests.networks import PORTAL_ALONE, network
from tests.stubs.etcd import StubEtcd
from tests.stubs.https import Asked, Reply

NETWORK = network("compact", *PORTAL_ALONE)
HERE = NETWORK.environment
(DATABASE,) = (one.name for one in NETWORK.databases)
MEMBERS = [HostName(f"ndc0{number}-data") for number in (1, 2)]
WATCHING = [HostName(name) for name in ("ndc03-app", "witness-control")]
LEADING, SYNC = keys.patroni_facts(HERE, DATABASE)
CLAIM, LEVER = keys.claim_on(HERE, DATABASE), keys.lever(HERE)
PULLED = hold_text(Hold("an", datetime(2030, 5, 17, tzinfo=UTC), "work"))
SEEDS = 400
LOOKS = 12
OFTEN = 0.3
"""of 1: how probably something happens between two things"""


class _Quorum(StubEtcd):
    """One in which something may happen before each answer, and which knows who wrote what."""

    def __init__(self, story: Story) -> None:
        super().__init__()
        self.story = story
        self.lives: dict[int, str] = {}
        """of each term of the key to lead by: the life of its writer"""

    def lead(self, host: HostName) -> None:
        """Let ``host`` write the key, as a process of its present life."""
        self.write(LEADING, host)
        self.lives[self._changed[LEADING]] = self.story.truth.plant.life(host)

    @override
    def answer(self, asked: Asked) -> Reply:
        self.story.meanwhile()
        return super().answer(asked)

    @override
    def _txn(self, body: Mapping[str, Any]) -> bool:
        before = dict(self.held)
        term = self._changed.get(LEADING, 0)
        done = super()._txn(body)
        if LEADING in before and LEADING not in self.held:
            self.story.judge(before, HostName(before[LEADING]), self.lives[term])
        return done


@dataclass(frozen=True, slots=True)
class _Port(SimulatedPower):
    story: Story

    @override
    def state(self, host: HostName) -> Supply:
        self.story.meanwhile()
        supply = SimulatedPower.state(self, host)
        self.story.meanwhile()
        return supply


@dataclass
class Story:
    """What happens under one seed, and what was done in it by controllers."""

    seed: int
    told: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - reproducible, not secret
        self.truth = Truth.healthy(NETWORK, self.seed)
        self.quorum = _Quorum(self)
        self.quorum.lead(MEMBERS[0])
        self.quorum.write(SYNC, json.dumps({"sync_standby": ",".join(MEMBERS)}))
        self.watchmen = [self._watchman(host) for host in WATCHING]
        self.depth = 0

    def _watchman(self, host: HostName) -> Watchman:
        sight, everybody = SimulatedSight(self.truth), [one.name for one in NETWORK.hosts]
        deeds = Deeds(self.quorum.client(), NETWORK)
        port = _Port(self.truth, self)
        return Watchman(
            host, deeds, port, lambda: sight.answering(host, everybody), self.truth.timeline
        )

    def play(self) -> None:
        """Let controllers look, one after the other, while the world goes on."""
        for _ in range(LOOKS):
            self.meanwhile()
            list(self.random.choice(self.watchmen).look())
            self.truth.timeline.sleep(EVERY)

    def meanwhile(self) -> None:
        """Let something happen, or nothing; while one controller stands still, another acts."""
        if self.depth > 1 or self.random.random() > OFTEN:
            return
        self.depth += 1
        events = (
            self._leader_dies,
            self._dies,
            self._returns,
            self._leads,
            self._lapses,
            self._works,
        )
        (happening,) = self.random.choices(events, weights=(6, 1, 6, 4, 1, 1))
        happening()
        if self.random.random() < OFTEN:
            list(self.random.choice(self.watchmen).look())
        self.depth -= 1

    def judge(self, before: Mapping[str, str], holder: HostName, life: str) -> None:
        """Write down whether ``holder`` lost its key by right, which it took in ``life``."""
        self.told["vacated"] += 1
        plant = self.truth.plant
        if holder not in plant.off and plant.life(holder) == life:
            self.wrong.append(f"{holder} lost its key, and the process that took it lives")
        if LEVER in before:
            self.wrong.append("something was done while the lever was pulled")
        if json.loads(before.get(CLAIM, "{}")).get("run"):
            self.wrong.append("something was done beside a run")

    def _leader_dies(self) -> None:
        if (leader := self.quorum.held.get(LEADING)) is not None:
            self.truth.plant.power_off(HostName(leader))

    def _dies(self) -> None:
        self.truth.plant.power_off(self.random.choice(MEMBERS))

    def _returns(self) -> None:
        """Let one come back; if the key in its name stands still, it leads on in another term."""
        host = self.random.choice(MEMBERS)
        if host in self.truth.plant.off:
            self.truth.plant.power_on(host)
            self.told["returned"] += 1
            if self.quorum.held.get(LEADING) == host:
                self.quorum.lead(host)
                self.told["led on"] += 1

    def _leads(self) -> None:
        host = self.random.choice(MEMBERS)
        if LEADING not in self.quorum.held and host not in self.truth.plant.off:
            self.quorum.lead(host)

    def _lapses(self) -> None:
        if self.quorum.held.get(LEADING) in self.truth.plant.off:
            del self.quorum.held[LEADING]

    def _works(self) -> None:
        """Let a person begin or end something."""
        key, text = self.random.choice(
            [(LEVER, PULLED), (CLAIM, claim_text(Claim(RunName("move"), 1)))]
        )
        if self.quorum.held.pop(key, None) is None:
            self.quorum.write(key, text)


@pytest.fixture(scope="module")
def told() -> tuple[Counter[str], list[str]]:
    """Return what happened in all stories, and what was wrong in them."""
    happened: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in range(SEEDS):
        story = Story(seed)
        story.play()
        happened += story.told
        wrong += [f"seed {seed}: {one}" for one in story.wrong]
    return happened, wrong


def test_nobody_who_lives_loses_the_key_and_nothing_is_done_beside_a_person(
    told: tuple[Counter[str], list[str]],
) -> None:
    _, wrong = told

    assert wrong == []


def test_the_stories_are_about_that(told: tuple[Counter[str], list[str]]) -> None:
    happened, _ = told

    assert all(happened[what] >= SEEDS / 10 for what in ("vacated", "returned", "led on")), happened
