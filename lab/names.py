"""The names that things of one environment have on the machine; pure.

Every name holds the environment's number, and no other environment of this machine has that
number. So a name alone tells which environment a thing belongs to, even after a crash.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

MANAGEMENT_POOL = IPv4Network("198.18.0.0/16")
"""a /24 of it for every environment, or more"""

LAB = IPv4Network("198.18.0.0/15")
"""every address that a lab may use; the data plane's half only inside namespaces"""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one environment; its number is 1 to 254."""

    number: int
    blocks: int = 1
    """how many /24s its management network takes: 1, 2, 4, …"""

    @property
    def prefix(self) -> str:
        """What every namespace begins with."""
        return f"ndc{self.number}."

    @property
    def group(self) -> str:
        """The control group that holds those of the hosts."""
        return f"ndc{self.number}"

    @property
    def management_bridge(self) -> str:
        """The bridge in the machine's own namespace."""
        return f"ndc{self.number}m"

    @property
    def management(self) -> IPv4Network:
        """The management network."""
        first = int(MANAGEMENT_POOL.network_address) + (self.number << 8)
        return IPv4Network((first, 25 - self.blocks.bit_length()))

    @property
    def operator_address(self) -> IPv4Interface:
        """The operator's own address on it, on the bridge."""
        network = self.management
        return IPv4Interface((int(network.network_address) + 1, network.prefixlen))

    def namespace(self, name: str) -> str:
        """Return the network namespace of the host or segment called ``name``."""
        return f"{self.prefix}{name}"

    def machine(self, host: str) -> str:
        """Return what systemd-nspawn knows ``host`` by."""
        return f"ndc{self.number}-{host}"

    def management_port(self, management: str) -> str:
        """Return the port of the management bridge for the host with that address."""
        return f"{self.management_bridge}{self._place(management)}"

    def segment_port(self, management: str) -> str:
        """Return the port of a segment's bridge for the host with that management address."""
        return f"h{self._place(management)}"

    def hardware_address(self, management: str, plane: int) -> str:
        """Return the MAC address of a host's interface; the same after every rebuild.

        ``plane`` is 0 for management, 1 for the segment.

        A rebuilt host would otherwise be unreachable until its neighbours' caches forget.
        """
        beyond, last = divmod(self._place(management), 256)
        return f"02:6e:64:{self.number:02x}:{beyond << 1 | plane:02x}:{last:02x}"

    def owns_interface(self, name: str) -> bool:
        """Whether an interface of the machine's own namespace is this environment's."""
        port = name.removeprefix(self.management_bridge)
        return port != name and (not port or port.isdecimal())

    def _place(self, management: str) -> int:
        """Return which address of the management network that is, counted from 0."""
        address = IPv4Address(management.partition("/")[0])
        return int(address) - int(self.management.network_address)
