"""``ndc lab``: break things on purpose, and look at what they are made of."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from inventory.cells import aligned
from ndc.cli.options import answer, answer_json, confirmed, current, say

if TYPE_CHECKING:
    from core.errors import PlanRefused
    from lab.client import HostStatus, Labd, LaneStatus, LinkStatus

app = typer.Typer(
    help="Break things on purpose; refused outside the lab.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

HostsArgument = Annotated[list[str], typer.Argument(help="Hosts, or sites: then all hosts there.")]
LinkArgument = Annotated[str, typer.Argument(help="A link, as `ndc show links` names it.")]
CutArgument = Annotated[
    list[str], typer.Argument(help="Links; or sites: then all links there; or power-port.")
]
TowardsOption = Annotated[
    str | None, typer.Option(help="A host at one end: only packets on the way to it.")
]


@app.command("kill", help="Cut the power of hosts, at once and without a warning.")
def kill(
    context: typer.Context,
    hosts: HostsArgument,
    unsynced: Annotated[
        bool, typer.Option("--unsynced", help="Lose what was not synced; needs --own-disk before.")
    ] = False,
) -> None:
    """Cut the power; not one packet leaves them any more."""
    labd = _labd(context)
    names = _named(labd, hosts)
    labd.power_off(names, unsynced=unsynced)
    say(f"off: {', '.join(names)}")


@app.command("start", help="Switch hosts on; returns when they answer SSH.")
def start(
    context: typer.Context,
    hosts: HostsArgument,
    own_disk: Annotated[
        bool, typer.Option("--own-disk", help="With a disk of its own, for kill --unsynced.")
    ] = False,
) -> None:
    """Boot what is off, or adrift."""
    labd = _labd(context)
    names = _named(labd, hosts)
    labd.power_on(names, say, own_disk=own_disk)
    say(f"on: {', '.join(names)}")


@app.command("freeze", help="Stop every process of hosts where it is: hung, not dead.")
def freeze(context: typer.Context, hosts: HostsArgument) -> None:
    """Freeze hosts; their interfaces stay up."""
    labd = _labd(context)
    for name in _named(labd, hosts):
        labd.freeze(name)
        say(f"frozen: {name}")


@app.command("thaw", help="Let frozen hosts go on.")
def thaw(context: typer.Context, hosts: HostsArgument) -> None:
    """Thaw hosts."""
    labd = _labd(context)
    for name in _named(labd, hosts):
        labd.thaw(name)
        say(f"goes on: {name}")


@app.command("cut", help="Cut links: both ends lose the carrier; or power-port: nobody can fence.")
def cut(context: typer.Context, links: CutArgument) -> None:
    """Do what a digger does."""
    labd = _labd(context)
    for link in _broken(labd, links):
        labd.cut(link)
        say(f"cut: {link}")


@app.command("silence", help="Let packets vanish on a link, while its carrier stays up.")
def silence(context: typer.Context, link: LinkArgument, towards: TowardsOption = None) -> None:
    """Do what a dead device on the way does; only BFD sees it."""
    _linked(context, link).silence(link, towards=towards)
    say(f"silent: {link}")


@app.command("slow", help="Make a link's round trip longer.")
def slow(
    context: typer.Context,
    link: LinkArgument,
    rtt: Annotated[float, typer.Option(min=0, help="Round trip in milliseconds.")],
    towards: TowardsOption = None,
) -> None:
    """Slow a link down; with ``--towards`` one direction takes all of it."""
    _linked(context, link).slow(link, round(rtt * 1000), towards=towards)
    say(f"slow: {link}, {rtt:g} ms there and back")


@app.command("lose", help="Let some of a link's packets vanish.")
def lose(
    context: typer.Context,
    link: LinkArgument,
    percent: Annotated[float, typer.Option(min=0, max=100, help="How many of a hundred.")],
    towards: TowardsOption = None,
) -> None:
    """Make a link lose packets by chance."""
    _linked(context, link).lose(link, percent / 100, towards=towards)
    say(f"lossy: {link}, {percent:g} %")


@app.command("heal", help="Let links be as declared again.")
def heal(
    context: typer.Context,
    links: Annotated[
        list[str] | None, typer.Argument(help="As for cut; all, if none is named.")
    ] = None,
) -> None:
    """Undo cut, silence, slow and lose."""
    labd = _labd(context)
    for link in _broken(labd, links or labd.status(start=True).breakable):
        labd.heal(link)
        say(f"healed: {link}")


@app.command("status", help="Show containers and links as their daemon sees them (--json too).")
def status(context: typer.Context) -> None:
    """Look at what hosts and links are made of; what runs on them is for `ndc status`."""
    lab_status = _labd(context).status(start=True)
    if current(context).as_json:
        answer_json(asdict(lab_status))
        return
    if not lab_status.hosts and not lab_status.links:
        say(f"nothing was made yet: {current(context).command('up')}")
        return
    answer(aligned([_host_row(host) for host in lab_status.hosts]))
    answer(aligned([_link_row(link) for link in lab_status.links]))
    answer(lab_status.power_port.text())


@app.command("sweep", help="Remove what a crash left: hosts, links, mounts, namespaces.")
def sweep(context: typer.Context) -> None:
    """Find it by its names; the environment's folder need not be there any more."""
    from lab import machine
    from lab.sweep import sweep as sweep_away
    from ndc.settings import paths_of
    from ndc.wiring.lab_ground import ground_of

    options = current(context)
    name = options.environment
    if machine.number_of(name) is None:
        say(f"{name} has no number on this machine: it never made anything here")
        return
    confirmed(
        options,
        f"Destroy everything of {name} that is found, hosts and their data included?",
        options.command("lab", "sweep"),
    )
    sweep_away(ground_of(name), lambda what: say(f"removing {what}"))
    if not paths_of(name).description.exists():
        machine.release_number(name)
    say(f"nothing of {name} is left")


def _labd(context: typer.Context) -> Labd:
    """Return the daemon of the environment, which must be a lab."""
    from core.errors import PlanRefused
    from lab.client import Labd
    from ndc.wiring.environment import opened

    environment = opened(current(context).environment)
    substrate: str = environment.description.substrate
    if substrate != "lab":
        raise PlanRefused(
            f"{environment.paths.environment} is no lab: nothing is broken there on purpose",
            expected="an environment whose hosts are containers of this machine",
            actual=f"substrate {substrate}",
            next_step="ndc env list shows which environments are labs",
        )
    return Labd(environment.paths.labd_socket)


def _linked(context: typer.Context, link: str) -> Labd:
    """Return the daemon of the environment, which has ``link``.

    Raises:
        PlanRefused: the name is no link's; nothing was touched.
    """
    labd = _labd(context)
    names = labd.status(start=True).breakable
    if link not in names:
        raise _no_such("link", link, names)
    return labd


def _broken(labd: Labd, names: list[str]) -> list[str]:
    """Return the links that ``names`` mean, each once, in order; the power port may be one.

    Raises:
        PlanRefused: a name is neither a link's nor a site's; nothing was touched.
    """
    status = labd.status(start=True)
    unique: dict[str, None] = {}
    for name in names:
        meant = status.breakable_called(name)
        if not meant:
            choices = [*status.breakable, *{host.site: None for host in status.hosts}]
            raise _no_such("link or site", name, choices)
        unique |= dict.fromkeys(meant)
    return list(unique)


def _named(labd: Labd, names: list[str]) -> list[str]:
    """Return the hosts that ``names`` mean, each once, in order.

    Raises:
        PlanRefused: a name is neither a host's nor a site's; nothing was touched.
    """
    hosts = labd.status(start=True).hosts
    unique: dict[str, None] = {}
    for name in names:
        meant = [host.name for host in hosts if name in {host.name, host.site}]
        if not meant:
            choices = [*(host.name for host in hosts), *{host.site: None for host in hosts}]
            raise _no_such("host or site", name, choices)
        unique |= dict.fromkeys(meant)
    return list(unique)


def _no_such(kind: str, name: str, choices: list[str]) -> PlanRefused:
    from core.errors import PlanRefused
    from inventory.problems import nearest

    meant = nearest(name, choices)
    hint = f"did you mean {meant}?" if meant else "ndc lab status shows what there is"
    return PlanRefused(
        f"there is no {kind} called {name}",
        expected=", ".join(choices) or "one that was made; none was",
        actual=name,
        next_step=hint if choices else "ndc up",
    )


def _host_row(host: HostStatus) -> dict[str, str]:
    return {
        "host": host.name,
        "site": host.site,
        "state": host.state,
        "address": host.management,
        "pid": str(host.pid or "-"),
        "since": _clock_time(host.since),
    }


def _link_row(link: LinkStatus) -> dict[str, str]:
    return {
        "link": link.name,
        "state": link.state,
        "a": link.a,
        "z": link.z,
        "declared": f"{2 * link.delay_microseconds / 1000:g} ms",
        "a_to_z": _lane(link.forth),
        "z_to_a": _lane(link.back),
    }


def _lane(lane: LaneStatus | None) -> str:
    if lane is None:
        return "-"
    return (
        f"{lane.delay_microseconds / 1000:g} ms, {lane.packets} packets, {lane.bytes / 1e6:.1f} MB,"
        f" {lane.drops} dropped, {lane.queue_packets} on the way"
    )


def _clock_time(instant: datetime | None) -> str:
    return instant.astimezone().strftime("%Y-%m-%d %H:%M:%S") if instant else "-"
