"""Exporters that hang or are gone, silent clients, a lost Prometheus, two sites that announce."""

from __future__ import annotations

import pytest

from inventory.endpoints import NDC_EXPORTER
from tests.lab.terminal import Terminal
from tests.lab.watching import Call, concern, monitors, once_told

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

EXPORTER = "ndc-exporter.service"
SILENT_CLIENTS = """
import socket, time
held = [socket.create_connection(("{at}", {port})) for _ in range(200)]
time.sleep(30)
"""
"""connections on which nobody says anything, nor begins TLS"""


@pytest.mark.parametrize(
    ("fault", "mend"),
    [
        (("kill", "--signal=STOP"), ("kill", "--signal=CONT")),
        (("stop",), ("start",)),
    ],
    ids=["hangs", "is gone"],
)
def test_an_exporter_that_tells_nothing_is_called_about(
    lab: Terminal, fault: tuple[str, ...], mend: tuple[str, ...]
) -> None:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    host = monitors(lab)[1]["host"]
    silent = Call("SourceSilent", f"ndc of {host} does not answer")

    lab.on(host, "systemctl", *fault, EXPORTER)
    try:
        silent.awaited(lab)
    finally:
        lab.on(host, "systemctl", *mend, EXPORTER)

    silent.ended(lab)
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


def test_clients_that_say_nothing_keep_no_scraper_waiting(lab: Terminal) -> None:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    monitor = monitors(lab)[0]
    code = SILENT_CLIENTS.format(at=monitor["loopback"], port=NDC_EXPORTER)
    clients = lab.begun("ssh", monitor["host"], "--", "python3", "-c", code)

    _, words = clients.communicate(timeout=120)

    assert clients.returncode == 0, words
    job = f'{{job="ndc",host="{monitor["host"]}"}}'
    (up,) = once_told(lab, monitor, f"min_over_time(up{job}[30s])")
    (longest,) = once_told(lab, monitor, f"max_over_time(scrape_duration_seconds{job}[30s])")
    print(f"longest scrape beside 200 silent clients: {longest['value'][1]} s")  # noqa: T201 - a figure
    assert up["value"][1] == "1"


def test_a_prometheus_that_is_lost_is_called_about_by_others(lab: Terminal) -> None:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    monitor = monitors(lab)[1]
    host, site = monitor["host"], monitor["site"]
    unwatched = Call("SiteUnwatched", f"{host} judges {site} no more")

    lab.on(host, "systemctl", "stop", "prometheus.service")
    try:
        unwatched.awaited(lab)
        seen = concern(lab, f"alarms of {site}", "its Prometheus does not answer")
    finally:
        lab.on(host, "systemctl", "start", "prometheus.service")

    assert f"ndc ssh {host} -- systemctl status prometheus" in seen
    unwatched.ended(lab)
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


def test_two_sites_that_announce_one_service_are_called_about_within_a_minute(
    lab: Terminal,
) -> None:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    (service, *_) = lab.ndc("status", "--json").value["services"]
    sites = {row["host"]: row["site"] for row in lab.declared("hosts")}
    stray = next(host for host in service["hosts"] if sites[host] != service["active"])
    address, both = f"{service['address']}/32", Call("TwoActiveSites", service["name"])

    # as an agent of another day would that nobody told to stop
    lab.on(stray, "systemctl", "stop", "ndc-agent.service")
    try:
        assert lab.on(stray, "ip", "address", "add", address, "dev", "lo").code == 0
        took = both.awaited(lab)
    finally:
        lab.on(stray, "systemctl", "start", "ndc-agent.service")

    assert took.total_seconds() <= 3 * 60
    both.ended(lab)
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
