"""``ndc up``: exist, contain, say, place, and then the gates.

Every stage looks at what is there and changes what differs, so a command that
was interrupted anywhere is finished by the same command.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from access.quorum_access import ensure_access
from access.secrets import Secrets, ensure_secrets
from core import files
from core.clock import NotYet, until_answered, wait_until
from core.errors import Rejected
from core.locks import alone
from core.stages import Stages
from core.system_clock import SystemClock
from core.text import Say
from dr.live.deeds import Deeds
from dr.live.doors import quorum
from dr.looking.busy import busy
from dr.placing import place_services
from dr.telling import tell_last_copies
from inventory.etcd import ROOT, accounts
from inventory.network import Network
from lab.client import Labd
from lab.patching import Patch
from monitors.health.concern import Concern
from monitors.health.concerns import concerns, is_settled, left_to_do
from monitors.health.snapshot import Snapshot
from ndc.settings import settings
from ndc.wiring.beside_runs import demand_no_run
from ndc.wiring.contain import contain
from ndc.wiring.declared_network import network as network_of
from ndc.wiring.doors import reached
from ndc.wiring.environment import Environment
from ndc.wiring.existence import Existence
from ndc.wiring.probe_keys import keep_probe_keys
from ndc.wiring.running_network import earlier_network, keep
from ndc.wiring.snapshots import snapshot_taker
from ndc.wiring.taking_away import demand_named
from routing.routers.takeover import say_routes
from toolchain import build
from tui.summary import summary

_QUORUM = timedelta(seconds=60)
_GREEN = timedelta(minutes=3)
"""three times the figure of a first start on a busy machine; only detects a hang"""
_QUIET = timedelta(seconds=15)
"""who waits longer is told for what"""
_AGAIN = timedelta(milliseconds=500)
_RESTART = timedelta(minutes=5)
"""longer than a host takes to stop, to start and to be well again"""


@dataclass(frozen=True, slots=True)
class _Work:
    """What every stage needs."""

    environment: Environment
    network: Network
    secrets: Secrets
    wheel: Path
    stages: Stages


def bring_up(
    environment: Environment,
    say: Say,
    *,
    inventory: Path | None = None,
    losing: Collection[str] = (),
    new_image: bool = False,
) -> str:
    """Make the environment's network exist and work; return what to look at and to try.

    ``losing`` names what a person agreed to lose. With ``new_image`` hosts restart, one after
    the other, on the newest golden image.

    Raises:
        InventoryInvalid, PlanRefused: nothing was touched; a run may hold a service, or
            something else would go than ``losing``.
        WorldError: some of it may exist; the same command goes on from there.
    """
    stages = Stages(say, SystemClock())
    with alone(environment.paths.lock, stages.clock):
        files.make_folder(environment.paths.root, mode=0o700)
        network = _agreed(environment, stages, inventory, losing)
        with stages.stage("tool chain"):
            cache = settings().cache
            pulumi = build.ensure_pulumi(cache, stages.detail)
            image = build.ensure_image(cache, stages.detail)
            wheel = build.ensure_wheel(cache, stages.detail)
        with stages.stage("keys and certificates"):
            secrets = ensure_secrets(
                environment.paths.secrets,
                network,
                stages.clock,
                earlier=earlier_network(environment, network),
            )
        with stages.stage(f"{len(network.hosts)} hosts and {len(network.links)} links"):
            keep(environment, network)
            Existence(environment, pulumi, stages).ensure(network, secrets, image, wheel)
        work = _Work(environment, network, secrets, wheel, stages)
        if new_image:
            _patch(work, image.digest)
        with stages.stage("contents of the hosts"):
            contain(environment, network, secrets, wheel, stages)
        with stages.stage("routers"):
            say_routes(network, secrets, environment.paths.log / "routers", stages.clock)
        _admit(work)
        _tell(work)
        _place(work)
        return summary(network, _pinned(work, _wait_until_green(work)))


def _agreed(
    environment: Environment, stages: Stages, inventory: Path | None, losing: Collection[str]
) -> Network:
    """Return the network to build, its allocations on record: nobody minds that it takes its place.

    Raises:
        InventoryInvalid, PlanRefused: nothing was touched.
    """
    demand_no_run(environment, stages.detail)
    demand_named(environment, network_of(environment, inventory=inventory), losing)
    return network_of(environment, inventory=inventory, record=True)


def _patch(work: _Work, image: str) -> None:
    labd = Labd(work.environment.paths.labd_socket)
    with (
        work.stages.stage("golden image, host by host"),
        reached(work.environment, work.network) as live,
    ):

        def gate() -> None:
            _wait_until_green(work)
            # the next host is off for a while on purpose: nothing is moved for it. An etcd from
            # before controllers acted lets nobody write that, and none acts there
            with suppress(Rejected):
                Deeds(live.etcd, work.network).leave_alone(_RESTART, "ndc up restarts hosts")

        patch = Patch(work.network, work.secrets, labd, image, gate, work.stages)
        patch.apply(live.doors, frozenset(busy(work.network, live.doors)))


def _admit(work: _Work) -> None:
    """Make etcd know who may do what, as soon as a majority can be asked."""
    admitted = tuple(accounts(work.network))
    passwords = {one.name: work.secrets.etcd_password(one.name) for one in admitted}
    passwords[ROOT] = work.secrets.etcd_password(ROOT)
    with (
        work.stages.stage("accounts of the quorum"),
        quorum(work.network, work.secrets, ROOT) as root,
    ):
        _when_it_answers(
            work, lambda: ensure_access(root, admitted, passwords), "the quorum's accounts"
        )


def _tell(work: _Work) -> None:
    """Make databases know what to do without a copy, as soon as a majority can be asked."""
    untold: list[str] = []

    def tell() -> None:
        untold[:] = tell_last_copies(work.network, live.doors)

    with (
        work.stages.stage("what databases do without a copy"),
        reached(work.environment, work.network) as live,
    ):
        _when_it_answers(work, tell, "what every database is told")
        for sentence in untold:
            work.stages.detail(sentence)


def _place(work: _Work) -> None:
    """Make services be announced where they are placed, as soon as a majority can be asked."""
    with (
        work.stages.stage("placement of services"),
        reached(work.environment, work.network) as live,
    ):
        _when_it_answers(
            work, lambda: place_services(work.network, live.doors), "the placement of every service"
        )


def _pinned(work: _Work, green: Snapshot) -> Snapshot:
    """Return ``green``, after remembering by which keys the probes of that network sign."""
    with reached(work.environment, work.network) as live:
        keep_probe_keys(live.probes, work.secrets, work.stages.detail)
    return green


def _when_it_answers(work: _Work, ensure: Callable[[], None], what: str) -> None:
    until_answered(work.stages.clock, ensure, what=what, bound=_QUORUM, every=_AGAIN)


def _wait_until_green(work: _Work) -> Snapshot:
    """Return the first snapshot in which nothing is left to wait for.

    Raises:
        Rejected: it settled, and is not as it should be, even apart from what is lost for good.
    """
    # not as the inventory is by now: somebody may be writing in it
    taker = snapshot_taker(work.environment, work.network)
    clock = work.stages.clock
    began = clock.elapsed()
    said: set[str] = set()

    def settled() -> Snapshot | NotYet:
        snapshot = taker.take()
        if is_settled(snapshot):
            return snapshot
        worst = _worst(concerns(snapshot))
        if clock.elapsed() - began > _QUIET and worst not in said:
            said.add(worst)
            work.stages.detail(f"waits: {worst}")
        return NotYet(worst)

    with work.stages.stage("health gates"):
        snapshot = wait_until(clock, settled, what="a green network", bound=_GREEN, every=_AGAIN)
    if remaining := left_to_do(snapshot):
        raise Rejected(
            f"{len(remaining)} things are not as they should be",
            expected="all green",
            actual=_worst(remaining),
            next_step="ndc status",
        )
    return snapshot


def _worst(worst_first: Sequence[Concern]) -> str:
    return f"{worst_first[0].subject} {worst_first[0].sentence}"
