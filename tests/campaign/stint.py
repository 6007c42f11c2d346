"""As many rounds as fit into a stint, on an environment of its own, judged before it goes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from access.clients.etcd import Etcd
from access.secrets import Secrets
from core.clock import Clock
from core.errors import WorldError
from core.measure import Measure
from dr.live.doors import quorum
from inventory.etcd import ROOT
from inventory.network import Network
from ndc.settings import paths_of
from ndc.wiring import environment as environments
from ndc.wiring.running_network import running
from tests.campaign import sources
from tests.campaign.acting import Acting
from tests.campaign.history import NOTHING, Dated, Kept, dated, history, with_forks
from tests.campaign.mending import Mending
from tests.campaign.rounds import Round
from tests.campaign.touching import Touches
from tests.lab.recovery import Portal, noticed
from tests.lab.terminal import Terminal
from tests.soak.checkers.data import Line
from tests.soak.checkers.table import violations

_AROUND: Final = timedelta(seconds=3)
_SAMPLED_EVERY: Final = timedelta(seconds=1)


@dataclass(slots=True)
class Result:
    """What one round came to."""

    number: int
    seed: int
    text: str
    began_at: str
    seconds: float
    events: list[str]
    runs: list[str]
    gap_seconds: float | None
    acknowledged: int | None
    lost: int | None
    duplicated: int | None
    not_read_back: int | None
    void: bool | None
    left: list[str]
    """what did not come right"""

    @property
    def fails(self) -> bool:
        """Whether something was lost or not mended."""
        return bool(self.left or self.lost or self.duplicated)


@dataclass(slots=True)
class Stint:
    """Rounds in ``lab``, which is up and green."""

    lab: Terminal
    clock: Clock
    network: Network
    portal: Portal
    samples: list[Kept] = field(default_factory=list)
    touches: Touches = field(default_factory=Touches)
    began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    def play(self, what: Round) -> Result:
        """Play ``what``, bring the network back to green, and measure what citizens noticed."""
        began, at = self.clock.elapsed(), self.clock.now()
        events: list[str] = []

        def note(sentence: str) -> None:
            events.append(f"{(self.clock.elapsed() - began).total_seconds():7.1f} s  {sentence}")

        acting = Acting(self.lab, self.clock, note, self.portal)
        with self.touches.by(what, self.clock):
            acting.play(what)
            note("the harms are over")
            left = Mending(self.lab, self.clock, note).mend()
        note("green" if not left else "NOT GREEN")
        measure = self._noticed(at)
        return Result(
            number=what.number,
            seed=what.seed,
            text=what.text,
            began_at=at.isoformat(),
            seconds=round((self.clock.elapsed() - began).total_seconds(), 1),
            events=events,
            runs=acting.runs,
            gap_seconds=measure.gap.length.total_seconds() if measure else None,
            acknowledged=measure.acknowledged if measure else None,
            lost=measure.lost if measure else None,
            duplicated=measure.duplicated if measure else None,
            not_read_back=measure.not_read_back if measure else None,
            void=measure.is_void if measure else None,
            left=left,
        )

    def judged(self) -> list[str]:
        """Return all that must never happen and did, by what was written down since it began."""
        secrets = Secrets(paths_of(self.lab.environment).secrets)
        # what Patroni remembers nobody else may read
        with quorum(self.network, secrets, ROOT) as etcd:
            lines = [*self._lines(etcd)]
        return violations([*history(lines), *self._left()])

    @contextmanager
    def sampled(self) -> Iterator[None]:
        """Note once a second which revision it is, so that what the quorum kept has its time."""
        over = threading.Event()
        secrets = Secrets(paths_of(self.lab.environment).secrets)

        def sample() -> None:
            with quorum(self.network, secrets, ROOT) as etcd:
                while not over.wait(_SAMPLED_EVERY.total_seconds()):
                    with suppress(WorldError):
                        at = self.clock.now()
                        self.samples.append(Kept(sources.now_in(etcd), NOTHING, at))

        thread = threading.Thread(target=sample)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _noticed(self, since: datetime) -> Measure | None:
        """Return what the probe says of a round; None: it could not be asked."""
        until = self.clock.now() + _AROUND
        self.clock.sleep(2 * _AROUND)
        try:
            return noticed(self.lab, self.portal, since - _AROUND, until, bound_seconds=120)
        except AssertionError:
            return None

    def _lines(self, etcd: Etcd) -> Iterator[Dated]:
        found = sources.journals(etcd, self.network)
        kept = [*self.samples, *sources.of_journals(found)]
        kept += sources.of_records(etcd, self.network)
        kept += sources.of_judgements(etcd, self.network, self.touches.touched)
        yield from dated(kept)
        led = {
            one.name: sources.reigns(etcd, self.network, one.name) for one in self.network.databases
        }
        switches = sources.planned_switches(found)
        for database, reigns in led.items():
            yield from with_forks(database, reigns, switches)
        yield from sources.of_guards(self.lab)
        yield from sources.of_probe(self.lab, self.network, led, self.began)

    def _left(self) -> Iterator[Line]:
        for database in self.lab.ndc("status", "--json").value["databases"]:
            left = " ".join(sorted(sources.left_in(self.lab, database["name"], database["leader"])))
            yield (0.0, "log", database["name"], "", 0, left)


@contextmanager
def stint(name: str, profile: str, clock: Clock) -> Iterator[Stint]:
    """Yield a stint on an environment called ``name``, which is there only as long as the block."""
    lab = Terminal(name)
    lab.ndc("env", "destroy", name, bound_seconds=300)
    lab.done("env", "create", name, "--profile", profile, "--throwaway", bound_seconds=900)
    try:
        lab.ndc("status", "--wait", bound_seconds=300)
        network = running(environments.opened(name), lambda _: None)
        yield Stint(lab, clock, network, Portal.declared(lab))
    finally:
        lab.ndc("env", "destroy", name, bound_seconds=300)
