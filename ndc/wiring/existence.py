"""The layer *exist* of one environment: made, and unmade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from access.secrets import Secrets
from core import files
from core.errors import Rejected
from core.stages import Stages
from inventory.names import HostName
from inventory.network import Network
from lab.client import Labd
from ndc.wiring.environment import Environment
from stacks.engine.engine import StackEngine
from stacks.engine.settings import EngineSettings
from stacks.programs.declared import Seeds
from stacks.substrates.port import Power
from toolchain.build import Image


@dataclass(frozen=True, slots=True)
class Existence:
    """Segments, storage pools, hosts and links of one environment."""

    environment: Environment
    pulumi: Path
    stages: Stages

    def ensure(self, network: Network, secrets: Secrets, image: Image, wheel: Path) -> None:
        """Make everything in ``network`` exist, and every host answer SSH.

        ``secrets`` holds the keys of hosts. ``image`` is what hosts boot, unless they were made
        from an older one. ``wheel`` is the code that the lab's daemon is to run.

        Raises:
            Rejected, Unreachable: what did not come about; the rest did.
        """
        labd = self._current_labd(wheel)
        hosts = labd.status(start=True).hosts
        labd.demand_room(max(0, len(network.hosts) - len(hosts)))
        keys = {host.name: secrets.host_key_fingerprint(host.name) for host in network.hosts}
        images = {HostName(host.name): host.image for host in hosts}
        self._demand_kept(image, images.values())
        seeds = Seeds(image=image.digest, host_keys=keys, images=images)
        self._engine().up(network, seeds, lambda p: self._tell(p.object, p.sentence)).checked()

    def destroy(self) -> None:
        """Make everything gone, with the data on it.

        Raises:
            Rejected, Unreachable: something of it may be left.
        """
        labd = Labd(self.environment.paths.labd_socket)
        # the power goes first: it is quick, and a host that is gone has no last words
        if running := [h.name for h in labd.status(start=True).hosts if h.state is not Power.OFF]:
            labd.power_off(running)
        self._engine().destroy(lambda p: self._tell(p.object, p.sentence)).checked()
        labd.destroy(self.stages.detail)

    def _engine(self) -> StackEngine:
        paths = self.environment.paths
        settings = EngineSettings(
            environment=paths.environment,
            cli=self.pulumi,
            state=paths.pulumi,
            passphrase=Secrets(paths.secrets).pulumi_passphrase,
            substrate=self.environment.description.substrate,
            substrate_at=paths.labd_socket,
            throwaway=self.environment.description.throwaway,
        )
        return StackEngine(settings, self.stages.clock)

    def _current_labd(self, wheel: Path) -> Labd:
        """Return the daemon, started anew if it runs other code than ours; hosts do not notice."""
        labd, code = Labd(self.environment.paths.labd_socket), wheel.parent.name
        note = self.environment.paths.sockets / "code"
        if files.read_if_there(note) != code:
            if labd.is_running:
                labd.stop()
            labd.status(start=True)
            files.write(note, code)
        return labd

    def _demand_kept(self, image: Image, in_use: Iterable[str]) -> None:
        """Return if every golden image that hosts stand on is there; say if one is not the newest.

        By itself `ndc up` restarts no host for another image.
        """
        for digest in {*in_use} - {image.digest}:
            _demand_there(image.path.parents[1] / digest)
            self.stages.detail(
                "hosts keep their golden image; a new one is there: ndc up --new-image"
            )

    def _tell(self, thing: str, sentence: str) -> None:
        self.stages.detail(f"{thing}: {sentence}")


def _demand_there(image: Path) -> None:
    if not image.is_dir():
        raise Rejected(
            "the golden image that these hosts were made from is gone",
            expected=f"the folder {image}",
            actual="no such folder",
            next_step="restore it from a copy, or let the hosts go with their data: "
            "ndc down, then ndc up",
        )
