"""A controller vacates the key of a leader that is proven dead: once, and of no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from core.errors import WorldError
from core.runs.plan import RunName
from dr.live.deeds import Deeds
from dr.placement import Claim, claim_text
from dr.simulation.world import World, rehearsed
from dr.watch.deeds import Vacating
from dr.watch.lever import Hold, hold_text
from inventory import etcd as keys
from inventory.initiative import Initiative
from inventory.names import HostName, SiteName
from inventory.network import Network
from monitors.onhost.controllers_watch import EVERY, Watchman
from tests.networks import PORTAL_ALONE, network
from tests.stubs.etcd import EventfulEtcd

NETWORK = network("compact", *PORTAL_ALONE)
HERE = NETWORK.environment
(DATABASE,) = (one.name for one in NETWORK.databases)
LEADER, HEIR, FAR = (HostName(f"ndc0{number}-data") for number in (1, 2, 3))
FIRST, SECOND, BESIDE = (HostName(name) for name in ("ndc03-app", "ndc02-app", "ndc01-app"))
LEADING, SYNC = keys.patroni_facts(HERE, DATABASE)
CLAIM, LEVER = keys.claim_on(HERE, DATABASE), keys.lever(HERE)
AT = datetime(2030, 5, 17, 5, 0, 0, tzinfo=UTC)
HELD = hold_text(Hold("an", AT, "the power is worked on"))


@dataclass
class Playing:
    """A world in which hosts lose their power, a quorum, and who watches."""

    of: Network = NETWORK
    quorum: EventfulEtcd = field(default_factory=EventfulEtcd)
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = rehearsed(self.of)
        self.quorum.write(LEADING, LEADER)
        self.quorum.write(SYNC, json.dumps({"leader": LEADER, "sync_standby": HEIR}))

    def watchman(self, host: HostName) -> Watchman:
        """Return whoever watches on ``host``."""
        deeds, doors = Deeds(self.quorum.client(), self.of), self.world.doors
        everybody = [one.name for one in self.of.hosts]
        seen = partial(doors.sight.answering, host, everybody)
        return Watchman(host, deeds, doors.power, seen, self.world.timeline)

    def die(self, *hosts: HostName) -> None:
        """Let ``hosts`` lose their power."""
        for host in hosts:
            self.world.truth.plant.power_off(host)

    def deed(self) -> Vacating | None:
        """Return what was last done about the database, or would have been."""
        deed = Deeds(self.quorum.client(), self.of).last(DATABASE)
        assert deed is None or isinstance(deed, Vacating)
        return deed


@pytest.fixture
def playing() -> Playing:
    return Playing()


def test_the_key_of_a_leader_without_power_is_vacated_at_the_first_look(playing: Playing) -> None:
    watchman = playing.watchman(FIRST)
    assert list(watchman.look()) == []
    playing.die(LEADER)

    (sentence,) = watchman.look()

    assert LEADING not in playing.quorum.held
    deed = playing.deed()
    assert deed is not None
    assert (deed.holder, deed.by, deed.life) == (LEADER, FIRST, f"{LEADER}-life-1")
    assert sentence == deed.sentence()
    assert playing.quorum.changes == 1


def test_of_several_who_do_it_one_does(playing: Playing) -> None:
    first, second = playing.watchman(FIRST), playing.watchman(SECOND)
    playing.die(LEADER)

    def second_does_it() -> None:
        playing.quorum.before = lambda: None
        list(second.look())

    playing.quorum.before = second_does_it

    assert list(first.look()) == []

    assert playing.quorum.changes == 1
    deed = playing.deed()
    assert deed is not None
    assert deed.by == SECOND


def test_who_stood_still_before_the_deed_takes_nothing_from_a_leader_that_returned(
    playing: Playing,
) -> None:
    watchman = playing.watchman(FIRST)
    playing.die(LEADER)

    def hours_pass() -> None:
        playing.world.truth.plant.power_on(LEADER)
        playing.quorum.write(LEADING, LEADER)  # as Patroni does that began anew

    playing.quorum.before = hours_pass

    assert list(watchman.look()) == []

    assert playing.quorum.held[LEADING] == LEADER
    assert playing.quorum.changes == 0


def test_who_stood_still_after_the_deed_does_it_no_second_time(playing: Playing) -> None:
    watchman = playing.watchman(FIRST)
    playing.die(LEADER)

    def unheard() -> None:
        playing.quorum.write(LEADING, HEIR)
        raise httpx.ReadTimeout("the answer is lost")

    playing.quorum.after = unheard
    with pytest.raises(WorldError):
        list(watchman.look())
    playing.world.sleep(EVERY)

    assert list(watchman.look()) == []

    assert playing.quorum.held[LEADING] == HEIR
    assert playing.quorum.changes == 1


def _in_observing_mode() -> Playing:
    return Playing(replace(NETWORK, controllers=Initiative.OBSERVE))


def _without_an_heir() -> Playing:
    playing = Playing()
    playing.die(HEIR)
    return playing


def _with(key: str, text: str) -> Playing:
    playing = Playing()
    playing.quorum.write(key, text)
    return playing


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (_in_observing_mode, "this controller only observes"),
        (_without_an_heir, "no copy in its region that has every write answers"),
        (partial(_with, LEVER, HELD), "the lever is pulled, held by an (not proved)"),
        (partial(_with, CLAIM, claim_text(Claim(RunName("move"), 1))), "move is in progress"),
    ],
)
def test_what_would_be_done_is_told_once_with_what_keeps_it_back(
    made: Callable[[], Playing], why: str
) -> None:
    playing = made()
    playing.die(LEADER)
    watchmen = playing.watchman(FIRST), playing.watchman(SECOND)

    told = [sentence for _ in range(20) for sentence in _looks(playing, *watchmen)]

    assert playing.quorum.held[LEADING] == LEADER
    deed = playing.deed()
    assert deed is not None
    assert why in "; ".join(deed.why_not)
    assert told == [deed.sentence()]


def _looks(playing: Playing, *watchmen: Watchman) -> Iterator[str]:
    for watchman in watchmen:
        yield from watchman.look()
    playing.world.sleep(EVERY)


def _silenced(playing: Playing) -> None:
    playing.die(LEADER)
    playing.world.truth.plant.mute_ports.add(LEADER)


def _frozen(playing: Playing) -> None:
    playing.world.truth.plant.freeze(LEADER)


def _cut_off(playing: Playing) -> None:
    with playing.world.truth.plant.changing() as plant:
        plant.isolated.add(SiteName("ndc01"))


@pytest.mark.parametrize("lose", [_silenced, _frozen, _cut_off])
def test_without_a_proof_nothing_is_done_and_nothing_said(
    playing: Playing, lose: Callable[[Playing], None]
) -> None:
    lose(playing)
    watchman = playing.watchman(FIRST)

    told = [sentence for _ in range(60) for sentence in _looks(playing, watchman)]

    assert (told, playing.quorum.changes) == ([], 0)


def test_a_proof_that_comes_late_is_taken(playing: Playing) -> None:
    _silenced(playing)
    watchman = playing.watchman(FIRST)
    for _ in range(240):
        list(_looks(playing, watchman))
    playing.world.truth.plant.mute_ports.clear()

    told = [sentence for _ in range(9) for sentence in _looks(playing, watchman)]

    assert len(told) == 1
    assert LEADING not in playing.quorum.held


def test_a_power_port_that_errs_about_who_answers_is_not_believed(playing: Playing) -> None:
    playing.die(LEADER)
    watchman = playing.watchman(FIRST)
    watchman.at_once = lambda: frozenset(host.name for host in NETWORK.hosts) - {FAR}

    assert list(watchman.look()) == []

    assert playing.quorum.held[LEADING] == LEADER


def test_an_observer_beside_it_leaves_it_to_others(playing: Playing) -> None:
    playing.die(LEADER)

    assert list(playing.watchman(BESIDE).look()) == []

    assert playing.quorum.held[LEADING] == LEADER


def test_who_is_itself_cut_off_calls_nobody_dead(playing: Playing) -> None:
    playing.die(LEADER)
    with playing.world.truth.plant.changing() as plant:
        plant.isolated.add(SiteName("ndc03"))

    assert list(playing.watchman(FIRST).look()) == []

    assert playing.quorum.changes == 0


@pytest.mark.parametrize("lost", [HEIR, FAR, HostName("ndc01-edge1")])
def test_the_death_of_another_vacates_nothing(playing: Playing, lost: HostName) -> None:
    playing.die(lost)

    assert list(playing.watchman(FIRST).look()) == []

    assert playing.quorum.held[LEADING] == LEADER


def test_a_host_that_is_missed_for_long_is_asked_about_seldom(playing: Playing) -> None:
    _frozen(playing)
    asked: list[timedelta] = []
    watchman = playing.watchman(FIRST)
    door = watchman.power

    class Counted:
        def state(self, host: HostName) -> object:
            asked.append(playing.world.elapsed())
            return door.state(host)

    watchman.power = Counted()  # type: ignore[assignment] # counts, and asks the door
    for _ in range(120):
        list(_looks(playing, watchman))

    assert len(asked) < 20
    assert asked[1] - asked[0] <= EVERY
