"""Drills in the network that runs in an environment: held, and cleaned up after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from access.clients.etcd import Etcd
from access.secrets import Secrets
from core.clock import Clock
from core.errors import NdcError, PlanRefused
from core.text import Say
from dr.drills.cadence import held_drill
from dr.drills.cleaning import clean
from dr.drills.drill_report import DrillReport, drill_json
from dr.drills.live_drill import Appointment, LiveDrill
from dr.live.asking import Identity
from dr.live.drill_folder import DrillFolder
from dr.live.drill_words import EtcdDrillWords
from dr.live.tracing import LiveTracing
from inventory.names import ServiceName
from inventory.network import Network
from lab.client import Labd
from ndc.wiring import doors
from ndc.wiring.drill_run import DrillRun
from ndc.wiring.drill_scene import LiveScene
from ndc.wiring.environment import Environment
from ndc.wiring.snapshots import snapshot_taker


@dataclass(frozen=True, slots=True)
class LiveDrills:
    """The drills of ``environment``, in which ``network`` runs, asked for by ``who``."""

    environment: Environment
    network: Network
    who: Identity
    clock: Clock
    say: Say

    @property
    def folder(self) -> DrillFolder:
        """Where they are on record."""
        return DrillFolder(self.environment.paths.drills)

    def hold(self, asked: Appointment) -> DrillReport:
        """Return what the drill came to; raises as ``LiveDrill.hold``."""
        with self._scene(asked.drill.service) as scene:
            report = LiveDrill(scene, self.folder, self.clock, self.say).hold(asked)
            self._tell(scene.live.etcd, report)
        return report

    def _tell(self, etcd: Etcd, report: DrillReport) -> None:
        try:
            EtcdDrillWords(etcd, self.network).tell(held_drill(drill_json(report)))
        except NdcError as error:
            self.say(f"metrics do not tell of this drill: {error.what}")

    def clean(self) -> list[str]:
        """Return the drills that were left, each of them ended now; raises as ``clean``."""
        ended: list[str] = []
        for record in self.folder.unclean():
            self.say(f"drill {record.id} was left; it took {record.takes}")
            with self._scene(record.service) as scene:
                clean(scene, self.folder, record, self.say)
            ended.append(record.id)
        return ended

    @contextmanager
    def _scene(self, service: ServiceName) -> Iterator[LiveScene]:
        paths = self.environment.paths
        runs = DrillRun(
            self.network, paths.runs, Secrets(paths.secrets), self.who, self.clock, self.say
        )
        with (
            doors.reached(self.environment, self.network) as live,
            snapshot_taker(self.environment, self.network) as taker,
        ):
            tracers = LiveTracing(live.programs, live.secrets, self.clock)
            yield LiveScene(
                service,
                live,
                taker.take,
                self._port(),
                runs,
                tracers,
                taker.judged,
                self.who.name,
            )

    def _port(self) -> Labd:
        name = self.environment.paths.environment
        substrate: str = self.environment.description.substrate
        if substrate != "lab":
            raise PlanRefused(
                f"{name} is no lab: nothing is broken there on purpose",
                expected="an environment whose hosts are containers of this machine",
                actual=f"substrate {substrate}",
                next_step="practise it with --mode rehearsal; ndc env list shows the labs",
            )
        return Labd(self.environment.paths.labd_socket)
