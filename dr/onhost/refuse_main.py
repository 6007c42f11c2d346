"""``ndc-refuse``: the forced command through which recovery has a border refuse what a site says.

sshd starts it for the one key that may do nothing else, by a line of root's authorized_keys
(role ``base``). It is the account of ``ndc-detour`` then, which may speak with the router anyhow.
"""

from __future__ import annotations

from pathlib import Path

from access.this_host import read_this_host
from core import host_paths
from core.errors import NdcError, Rejected
from core.system_clock import SystemClock
from dr.hosts.epochs import GuardAnswer, GuardRequest, GuardVerdict
from dr.onhost.border import RefusedAddresses
from dr.onhost.epoch_record import EpochRecord
from dr.onhost.forced_command import answer_over_ssh
from dr.onhost.guard import Guard
from inventory.names import SiteName
from inventory.network import Network
from inventory.placed import placed_in
from routing.onhost.console import BgpRefusals
from routing.onhost.refusing import FOLDER, RefusalRecord


def main() -> None:
    """Answer what sshd was asked to run."""
    answer_over_ssh("ndc-refuse", _answered)


def _answered(text: str) -> tuple[GuardVerdict, GuardAnswer]:
    try:
        origin = GuardRequest.parse(text).origin
    except Rejected as error:
        return GuardVerdict.MALFORMED, GuardAnswer(None, refused=f"{error.what}: {error.expected}")
    try:
        this_host = read_this_host(Path(host_paths.HOST_FILE))
    except NdcError as error:
        return GuardVerdict.FAILED, GuardAnswer(None, refused=f"{error.what}: {error.actual}")
    network = this_host.network
    others = {site.name for site in network.sites} - {this_host.host.site}
    if origin is None or origin not in others:
        return GuardVerdict.REFUSED, GuardAnswer(None, refused=f"{origin} is no other site")
    # it hears of a service when something is lost: any number of moves may lie between
    return border_guard(network, origin, FOLDER).answer(text, recorded=True)


def border_guard(network: Network, origin: SiteName, folder: Path) -> Guard:
    """Return what stands between a request about ``origin``, a site, and this border."""
    clock = SystemClock()
    serves = {str(service.name): str(service.address) for service in placed_in(network)}
    addresses = RefusedAddresses(network.site(origin), RefusalRecord(folder, clock), BgpRefusals())
    return Guard(serves, EpochRecord(folder / origin, clock), addresses, origin)


if __name__ == "__main__":
    main()
