"""What counts as a packet of the lab that strayed, by packets made for it."""

from __future__ import annotations

import struct
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from inventory.endpoints import POWER
from tests.lab.capture import stray

pytestmark = pytest.mark.lab

ETHERNET = 1
ICMP, TCP, UDP = 1, 6, 17
HOST_UNREACHABLE, PORT_UNREACHABLE, ECHO = (3, 1), (3, 3), (8, 0)
A_HOST = IPv4Address("198.18.0.10")
ELSEWHERE = IPv4Address("127.0.0.1")


def test_over_lo_all_is_stray_but_the_kernels_word_and_the_power_port(tmp_path: Path) -> None:
    asked = struct.pack("!HH", 40000, POWER)
    packets = {
        "power port": _packet(TCP, asked, to=A_HOST),
        "power port of another machine": _packet(TCP, asked),
        "host unreachable": _packet(ICMP, bytes(HOST_UNREACHABLE)),
        "port unreachable": _packet(ICMP, bytes(PORT_UNREACHABLE)),
        "echo": _packet(ICMP, bytes(ECHO)),
        "tcp": _packet(TCP, bytes(HOST_UNREACHABLE)),
        "udp": _packet(UDP, bytes(HOST_UNREACHABLE)),
    }

    found = {name for name, packet in packets.items() if _caught(tmp_path, packet, "lo")}

    assert found == set(packets) - {"host unreachable", "power port"}


def test_elsewhere_even_that_is_stray(tmp_path: Path) -> None:
    assert _caught(tmp_path, _packet(ICMP, bytes(HOST_UNREACHABLE)), "eth0")


def test_what_is_no_address_of_the_lab_is_nobodys_concern(tmp_path: Path) -> None:
    assert not _caught(tmp_path, _packet(UDP, b"", ELSEWHERE), "lo")


def _packet(
    protocol: int, begin: bytes, host: IPv4Address = A_HOST, to: IPv4Address = ELSEWHERE
) -> bytes:
    payload = begin.ljust(20, b"\0")
    addresses = host.packed + to.packed
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0)
    return bytes(12) + b"\x08\x00" + header + addresses + payload


def _caught(folder: Path, packet: bytes, interface: str) -> bool:
    file = folder / "one.pcap"
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, ETHERNET)
    file.write_bytes(head + struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
    words = ["tcpdump", "-nn", "-r", str(file), stray(interface)]
    return bool(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
