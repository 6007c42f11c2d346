"""Which daemons of a router run, and who may speak with them."""

from __future__ import annotations

from routing.text import frr_daemons_text


def test_no_console_of_a_daemon_has_a_port() -> None:
    lines = frr_daemons_text().splitlines()
    # who watches over them listens to nobody at all
    options = dict(line.split("_options=") for line in lines if "_options=" in line)

    assert options.keys() == {"bgpd", "bfdd", "staticd", "zebra", "watchfrr"}
    assert all("-P 0" in said for name, said in options.items() if name != "watchfrr")
