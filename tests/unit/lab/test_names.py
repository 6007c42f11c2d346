from __future__ import annotations

import pytest

from lab.names import Names


@pytest.mark.parametrize(
    ("number", "blocks", "last"),
    [
        (1, 1, "198.18.1.254/24"),
        (254, 1, "198.18.254.254/24"),
        (252, 2, "198.18.253.254/23"),
        (64, 64, "198.18.127.254/18"),
    ],
)
def test_every_name_of_an_interface_fits_into_fifteen_characters(
    number: int, blocks: int, last: str
) -> None:
    names = Names(number, blocks)

    assert len(names.management_port(last)) <= 15
    assert len(names.segment_port(last)) <= 15


@pytest.mark.parametrize("foreign", ["eth0", "ndc25m", "ndc2", "ndc2x", "ndc2mx", "ndc21m7"])
def test_an_environment_does_not_own_an_interface_of_another(foreign: str) -> None:
    assert not Names(2).owns_interface(foreign)


def test_an_environment_owns_its_bridge_and_the_ports_of_it() -> None:
    names = Names(2)

    assert names.owns_interface(names.management_bridge)
    assert names.owns_interface(names.management_port("198.18.2.17/24"))


def test_the_operator_is_the_first_of_the_management_network() -> None:
    assert str(Names(3).operator_address) == "198.18.3.1/24"
    assert str(Names(4, 4).operator_address) == "198.18.4.1/22"


def test_two_planes_of_one_host_have_different_hardware_addresses() -> None:
    names = Names(3)

    addresses = {names.hardware_address("198.18.3.12/24", plane) for plane in (0, 1)}

    assert addresses == {"02:6e:64:03:00:0c", "02:6e:64:03:01:0c"}


def test_hosts_whose_last_byte_is_the_same_share_neither_port_nor_hardware_address() -> None:
    names = Names(4, 4)
    hosts = [f"198.18.{4 + block}.12/22" for block in range(4)]

    ports = {names.management_port(host) for host in hosts}
    segment_ports = {names.segment_port(host) for host in hosts}
    addresses = {names.hardware_address(host, plane) for host in hosts for plane in (0, 1)}

    assert ports == {"ndc4m12", "ndc4m268", "ndc4m524", "ndc4m780"}
    assert segment_ports == {"h12", "h268", "h524", "h780"}
    assert len(addresses) == 8
