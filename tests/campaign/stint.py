"""As many rounds as fit into a stint, on an environment of its own, judged before it goes."""

from __future__ import annotations

import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from subprocess import SubprocessError
from typing import Final

from access.clients.etcd import Etcd
from access.secrets import Secrets
from core.clock import Clock
from core.errors import NdcError, WorldError
from core.runs.plan import RunName
from dr.live.doors import quorum
from dr.live.run_folder import RunFolder
from inventory.etcd import ROOT
from inventory.network import Network
from ndc.settings import paths_of
from ndc.wiring import environment as environments
from ndc.wiring.running_network import running
from tests.campaign import sources
from tests.campaign.acting import Acting
from tests.campaign.carrying import Carrying
from tests.campaign.history import NOTHING, Dated, Kept, dated, history, with_forks
from tests.campaign.machine import of_machine
from tests.campaign.mending import Mending
from tests.campaign.results import Noticed, Result
from tests.campaign.rounds import Fate, Round
from tests.campaign.touching import Touches
from tests.lab.recovery import WRITES_A_SECOND, Portal, noticed
from tests.lab.terminal import Terminal
from tests.soak.checkers.data import Line

_AROUND: Final = timedelta(seconds=3)
_SAMPLED_EVERY: Final = timedelta(seconds=1)


@dataclass(slots=True)
class Stint:
    """Rounds in ``lab``, which is up and green."""

    lab: Terminal
    clock: Clock
    network: Network
    portal: Portal
    samples: list[Kept] = field(default_factory=list)
    touches: Touches = field(init=False)
    began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.touches = Touches(self.network)
        self.began = self.clock.now()

    def play(self, what: Round) -> Result:
        """Play ``what``, bring the network back to green, and measure what citizens noticed."""
        began, at = self.clock.elapsed(), self.clock.now()
        events: list[str] = []

        def note(sentence: str) -> None:
            events.append(f"{(self.clock.elapsed() - began).total_seconds():7.1f} s  {sentence}")

        carrying = Carrying(self.lab, self.clock, note, what)
        with self.touches.by(what, self.clock):
            left = self._played(what, carrying, note)
        note("green" if not left else "NOT GREEN")
        return Result(
            number=what.number,
            seed=what.seed,
            text=what.text,
            began_at=at.isoformat(),
            seconds=round((self.clock.elapsed() - began).total_seconds(), 1),
            events=events,
            runs=carrying.runs,
            killed=carrying.struck if what.fate is Fate.KILLED else [],
            stopped=carrying.struck if what.fate is Fate.STOPPED else [],
            noticed=self._noticed(at),
            left=left,
            may_be_lost=self._may_be_lost(carrying.runs),
        )

    def _may_be_lost(self, runs: Iterable[str]) -> int | None:
        """Return how many writes may be lost by what ``runs`` announced and two persons accepted.

        None: of one of them nobody could say.
        """
        plans = (RunFolder(self.lab.runs, RunName(run)).plan().basis for run in runs)
        spans = [moved.loss.span for plan in plans if plan.accepted_loss for moved in plan.moves]
        if None in spans:
            return None
        return sum(ceil(span.total_seconds() * WRITES_A_SECOND) for span in spans if span)

    def _played(self, what: Round, carrying: Carrying, note: Callable[[str], None]) -> list[str]:
        """Play ``what``; return what is not as it should be afterwards, whatever came between."""
        mending = Mending(self.lab, self.clock, note)
        acting = Acting(self.lab, self.clock, self.network, self.portal, note, carrying, mending)
        try:
            return acting.play(what)
        except (AssertionError, NdcError, SubprocessError, ValueError) as error:
            broken = f"broken off: {type(error).__name__} {str(error)[-300:]}"
            note(broken)
            return [broken, *mending.mend()]

    def history(self) -> list[Line]:
        """Return what was written down since it began, in the form that checkers read."""
        secrets = Secrets(paths_of(self.lab.environment).secrets)
        # what Patroni remembers nobody else may read
        with quorum(self.network, secrets, ROOT) as etcd:
            lines = [*self._lines(etcd)]
        return [*history(lines), *self._left()]

    def keep(self, bundle: Path) -> None:
        """Keep runs and logs in ``bundle``; neither keys nor hosts' disks."""
        paths = paths_of(self.lab.environment)
        with tarfile.open(bundle, "w:gz") as file:
            for folder in (paths.runs, paths.log):
                file.add(folder, folder.name)

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

    def _noticed(self, since: datetime) -> Noticed | None:
        """Return what the probe says of a round; None: not of every service."""
        until = self.clock.now() + _AROUND
        self.clock.sleep(2 * _AROUND)
        portals = [replace(self.portal, name=service.name) for service in self.network.services]
        try:
            return Noticed.summed(
                [
                    noticed(self.lab, one, since - _AROUND, until, bound_seconds=120)
                    for one in portals
                ]
            )
        except AssertionError:
            return None

    def _lines(self, etcd: Etcd) -> Iterator[Dated]:
        found = sources.journals(etcd, self.network)
        kept = [*self.samples, *sources.of_journals(found)]
        kept += sources.of_records(etcd, self.network)
        revisions = [sample.revision for sample in self.samples]
        kept += sources.of_judgements(etcd, self.network, revisions, self.touches.touched)
        kept += sources.of_exclusions(etcd, self.network, self.samples)
        yield from dated(kept)
        led = {
            one.name: sources.reigns(etcd, self.network, one.name) for one in self.network.databases
        }
        changes = sources.changes(found)
        for database, reigns in led.items():
            yield from with_forks(database, reigns, changes.get(database, {}))
        yield from sources.of_guards(self.lab)
        log = paths_of(self.lab.environment).log / "labd.log"
        yield from of_machine(log.read_text("utf-8").splitlines(), self.network)
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
    try:
        lab.done("env", "create", name, "--profile", profile, "--throwaway", bound_seconds=900)
        lab.ndc("status", "--wait", bound_seconds=300)
        network = running(environments.opened(name), lambda _: None)
        yield Stint(lab, clock, network, Portal.declared(lab))
    finally:
        lab.ndc("env", "destroy", name, bound_seconds=300)
