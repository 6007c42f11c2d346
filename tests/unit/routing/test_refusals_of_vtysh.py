"""Which lines of vtysh say no, and which say that nobody answered."""

from __future__ import annotations

import re

import pytest
from netmiko.ssh_dispatcher import CLASS_MAPPER

from routing.routers.driver import DEAFNESS, DEVICE_TYPE, REFUSAL, Frr, register

SAID_NO = (
    "% Unknown command: neighbour 1.2.3.4 nonsense",
    "% Command incomplete: neighbor 198.19.100.1",
    "% Specify remote-as or peer-group commands first",
    "%% Can't open configuration file",
    "BGP is already running; AS is 4200000001",
)
SAID_NOTHING_OF_THE_KIND = (
    "ndc01-edge(config)# router bgp 4200000001",
    " neighbor 198.19.100.3 description 100 % sure",
    "Note: this version of vtysh never writes vtysh.conf",
)


SAID_FOR_NOBODY = (
    "Warning: closing connection to bgpd because of an I/O error!",
    "Warning: connecting to bgpd...failed!",
)


@pytest.mark.parametrize("line", SAID_FOR_NOBODY)
def test_the_death_of_a_daemon_is_noticed_and_is_no_refusal(line: str) -> None:
    assert re.search(DEAFNESS, f"match as-path SITE\n{line}\nndc01-edge(config)# ")
    assert not re.search(REFUSAL, line)


@pytest.mark.parametrize("line", SAID_NO)
def test_a_refusal_is_noticed_among_other_lines(line: str) -> None:
    assert re.search(REFUSAL, f"ndc01-edge(config)# something\n{line}\nndc01-edge(config)# ")


@pytest.mark.parametrize("line", SAID_NOTHING_OF_THE_KIND)
def test_an_ordinary_line_is_no_refusal(line: str) -> None:
    assert not re.search(REFUSAL, line)
    assert not re.search(DEAFNESS, line)


def test_netmiko_knows_the_driver_also_after_two_registrations() -> None:
    register()
    register()

    assert CLASS_MAPPER[DEVICE_TYPE] is Frr
