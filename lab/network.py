"""Namespaces and what is plugged into them: the management bridge, segments, hosts."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Rejected
from lab import ip
from lab.names import Names
from lab.tools import run
from stacks.resources import HostSpec

BRIDGE = "br0"
"""of a segment, in the segment's namespace"""

MANAGEMENT, SEGMENT = "eth0", "lan0"
"""interfaces of every host"""

_MANAGEMENT_PLANE, _SEGMENT_PLANE = 0, 1

_SYSCTLS = (
    "net.ipv4.ip_forward=1",
    "net.ipv4.fib_multipath_hash_policy=1",
    "net.ipv4.fib_multipath_use_neigh=1",
    "net.ipv4.conf.all.rp_filter=0",
    "net.ipv4.conf.default.rp_filter=0",
    "net.ipv4.conf.all.ignore_routes_with_linkdown=1",
    "net.ipv4.conf.default.ignore_routes_with_linkdown=1",
    "net.ipv4.conf.all.arp_ignore=1",
    "net.ipv4.conf.all.arp_announce=2",
    "net.ipv4.tcp_syn_retries=3",
    "net.ipv4.tcp_retries2=8",
    "net.ipv6.conf.all.disable_ipv6=1",
    "net.ipv6.conf.default.disable_ipv6=1",
)
"""a host may have several routes to one place, and answers for an address on its own interface"""


@dataclass(frozen=True, slots=True)
class Fabric:
    """The namespaces and bridges of one environment; the relay has the links between sites."""

    names: Names

    def ensure_management(self) -> None:
        """Make the management bridge be there, with the operator's address."""
        bridge = self.names.management_bridge
        if bridge not in ip.interfaces():
            ip.batch([f"link add {bridge} type bridge forward_delay 0"])
        ip.batch(
            [f"addr replace {self.names.operator_address} dev {bridge}", f"link set {bridge} up"]
        )

    def remove_management(self) -> None:
        """Make the management bridge gone."""
        if self.names.management_bridge in ip.interfaces():
            ip.remove_interface(self.names.management_bridge)

    def ensure_segment(self, segment: str) -> None:
        """Make the bridge of ``segment`` be there, in a namespace of its own."""
        namespace = self._ensure_namespace(segment)
        if BRIDGE not in ip.interfaces(namespace):
            ip.batch([f"link add {BRIDGE} type bridge forward_delay 0"], namespace)
        ip.batch([f"link set {BRIDGE} up", "link set lo up"], namespace)

    def has_segment(self, segment: str) -> bool:
        """Whether ``segment`` is there and carries frames."""
        namespace = self.names.namespace(segment)
        return "UP" in ip.interfaces_in(namespace).get(BRIDGE, {}).get("flags", [])

    def ensure_host(self, spec: HostSpec) -> None:
        """Make the namespace of a host be there, plugged in twice, with its management address.

        Interfaces are left as they are, up or down.

        Raises:
            Rejected: its segment is not there, or ip(8) refused.
        """
        if not self.has_segment(spec.segment):
            raise Rejected(
                f"{spec.name} cannot be plugged into {spec.segment}",
                expected="that segment, up",
                actual="it is not there",
                next_step="ndc up makes segments before hosts",
            )
        namespace = self._ensure_namespace(spec.name)
        interfaces = ip.interfaces(namespace)
        self._plug_management(spec, namespace, is_plugged=MANAGEMENT in interfaces)
        if not self.is_plugged(spec):
            if SEGMENT in interfaces:
                ip.batch([f"link del {SEGMENT}"], namespace)
            self._plug_segment(spec, namespace)
        ip.batch([f"addr replace {spec.management} dev {MANAGEMENT}"], namespace)

    def is_plugged(self, spec: HostSpec) -> bool:
        """Whether the host's port is in its segment's bridge."""
        namespace = self.names.namespace(spec.segment)
        port = ip.interfaces_in(namespace).get(self.names.segment_port(spec.management), {})
        return port.get("master") == BRIDGE

    def host_interfaces(self, host: str) -> dict[str, dict[str, object]]:
        """Return what ``ip`` says of the interfaces of ``host``; nothing if it is not there."""
        namespace = self.names.namespace(host)
        return ip.interfaces_in(namespace)

    def set_host(self, host: str, *, up: bool) -> None:
        """Set every interface of ``host`` up or down; down, it neither sends nor forwards."""
        namespace = self.names.namespace(host)
        if not ip.has_namespace(namespace):
            return
        if up:
            ip.batch(["link set group default up"], namespace)
        else:
            ip.take_down(namespace)

    def raise_plugs(self, host: str) -> None:
        """Set both interfaces of ``host`` up; the host is on, and one of them may be new."""
        namespace = self.names.namespace(host)
        ip.batch([f"link set {MANAGEMENT} up", f"link set {SEGMENT} up"], namespace)

    def remove_host(self, host: str, management: str) -> None:
        """Make the namespace of ``host`` and its ports gone; nothing may run in it."""
        # the machine's ends first, and at once: a namespace gives names back some time later
        port = self.names.management_port(management)
        if port in ip.interfaces():
            ip.remove_interface(port)
        namespace = self.names.namespace(host)
        if SEGMENT in self.host_interfaces(host):
            ip.remove_interface(SEGMENT, namespace)
        self._remove_namespace(namespace)

    def remove_segment(self, segment: str) -> None:
        """Make the namespace of ``segment`` gone, with its bridge."""
        self._remove_namespace(self.names.namespace(segment))

    def _plug_management(self, spec: HostSpec, namespace: str, *, is_plugged: bool) -> None:
        port = self.names.management_port(spec.management)
        address = self.names.hardware_address(spec.management, _MANAGEMENT_PLANE)
        add = (
            f"link add {port} type veth peer name {MANAGEMENT} address {address} netns {namespace}"
        )
        plug = f"link set {port} master {self.names.management_bridge} up"
        ip.batch([plug] if is_plugged else [add, plug])

    def _plug_segment(self, spec: HostSpec, namespace: str) -> None:
        port = self.names.segment_port(spec.management)
        address = self.names.hardware_address(spec.management, _SEGMENT_PLANE)
        add = f"link add {port} type veth peer name {SEGMENT} address {address} netns {namespace}"
        plug = f"link set {port} master {BRIDGE} up"
        ip.batch([add, plug], self.names.namespace(spec.segment))

    def _ensure_namespace(self, name: str) -> str:
        namespace = self.names.namespace(name)
        if not ip.has_namespace(namespace):
            run("ip", "netns", "add", namespace)
        run("ip", "netns", "exec", namespace, "sysctl", "--quiet", "--write", *_SYSCTLS)
        return namespace

    @staticmethod
    def _remove_namespace(namespace: str) -> None:
        if ip.has_namespace(namespace):
            ip.remove_namespace(namespace)
