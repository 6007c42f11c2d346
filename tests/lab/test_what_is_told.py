"""What exporters tell of a real network: all of it, and each service heard from one site."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.clock import wait_until
from core.host_paths import AUTHORITY, CERTIFICATE, KEY
from inventory.endpoints import PROMETHEUS
from monitors.health.clocks import TOLERATED
from tests.lab.recovery import CLOCK, SLOW
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

SITES_HEARD = "sum by (service) (max by (service, target) (ndc_service_announced))"
COMPARED = (
    "abs(node_ntp_offset_seconds) + node_ntp_root_delay_seconds / 2 "
    "+ node_ntp_root_dispersion_seconds and node_ntp_leap < 3"
)
LOADS = (
    "ndc_link_info * on (host, device) group_left () rate(node_network_transmit_bytes_total[1m])"
)


def test_every_collector_of_every_exporter_succeeds(lab: Terminal) -> None:
    for monitor in _monitors(lab):
        told = _once_told(lab, monitor, "ndc_exporter_collector_success")

        failing = [sample["metric"] for sample in told if sample["value"][1] != "1"]
        assert failing == []
        collectors = {sample["metric"]["collector"] for sample in told}
        assert collectors >= {"replication", "quorum", "orders", "certificates", "runs", "drills"}


def test_every_host_compares_its_clock_and_its_own_is_as_the_others(lab: Terminal) -> None:
    hosts = lab.done("show", "hosts", "--json").value

    for monitor in _monitors(lab):
        compared = _once_told(lab, monitor, COMPARED)
        off = {one["metric"]["host"]: float(one["value"][1]) for one in compared}

        assert off.keys() == {row["host"] for row in hosts if row["site"] == monitor["site"]}
        # containers have one clock; what is left is the load of the machine
        assert max(off.values()) < TOLERATED.total_seconds()


def test_every_run_and_every_drill_is_told_of(lab: Terminal) -> None:
    drills = {row["drill"] for row in lab.done("drill", "list", "--json").value}

    for monitor in _monitors(lab):
        held = _once_told(lab, monitor, 'ndc_run_unfinished{state="held"}')
        proved = _once_told(lab, monitor, "ndc_drill_last_success_timestamp_seconds")

        assert {one["value"][1] for one in held} == {"0"}
        assert {one["metric"]["drill"] for one in proved} == drills


def test_each_service_is_heard_from_one_site_wherever_one_listens(lab: Terminal) -> None:
    workloads = lab.done("show", "workloads", "--json").value
    services = {row["workload"] for row in workloads if row["kind"] == "service"}

    for monitor in _monitors(lab):
        told = _once_told(lab, monitor, SITES_HEARD)

        sites = {sample["metric"]["service"]: sample["value"][1] for sample in told}
        assert sites == dict.fromkeys(services, "1")


def test_every_link_has_a_load_and_every_host_a_certificate(lab: Terminal) -> None:
    hosts = lab.done("show", "hosts", "--json").value

    for monitor in _monitors(lab):
        here = {row["host"] for row in hosts if row["site"] == monitor["site"]}
        links = _once_told(lab, monitor, "ndc_link_info")
        loads = _once_told(lab, monitor, LOADS)
        owners = _once_told(lab, monitor, "ndc_certificate_end_timestamp_seconds")

        assert {one["metric"]["link"] for one in loads} == {one["metric"]["link"] for one in links}
        assert {one["metric"]["owner"] for one in owners} == here


def _monitors(lab: Terminal) -> list[dict[str, Any]]:
    rows = lab.done("show", "hosts", "--json").value
    return [row for row in rows if "monitor" in row["roles"].split()]


def _once_told(lab: Terminal, monitor: dict[str, Any], expression: str) -> list[dict[str, Any]]:
    """Return what the Prometheus on ``monitor`` answers to ``expression``, once it is anything."""
    return wait_until(
        CLOCK,
        lambda: _told(lab, monitor, expression) or None,
        what=f"{expression} at {monitor['host']}",
        bound=SLOW,
    )


def _told(lab: Terminal, monitor: dict[str, Any], expression: str) -> list[dict[str, Any]]:
    url = f"https://{monitor['loopback']}:{PROMETHEUS}/api/v1/query"
    tls = ("--cacert", str(AUTHORITY), "--cert", str(CERTIFICATE), "--key", str(KEY))
    words = ("curl", "-sS", "--max-time", "10", "--get", *tls, url)
    answer = lab.on(monitor["host"], *words, "--data-urlencode", f"query={expression}")
    assert answer.code == 0, answer.stderr
    result: list[dict[str, Any]] = json.loads(answer.stdout)["data"]["result"]
    return result
