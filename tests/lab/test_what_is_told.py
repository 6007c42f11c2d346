"""What exporters tell of a real network: all of it, and each service heard from one site."""

from __future__ import annotations

import pytest

from core.clock import TOLERATED_OFFSET
from tests.lab.terminal import Terminal
from tests.lab.watching import monitors, once_told

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
    for monitor in monitors(lab):
        told = once_told(lab, monitor, "ndc_exporter_collector_success")

        failing = [sample["metric"] for sample in told if sample["value"][1] != "1"]
        assert failing == []
        collectors = {sample["metric"]["collector"] for sample in told}
        assert collectors >= {"replication", "quorum", "orders", "certificates", "runs", "drills"}


def test_every_host_compares_its_clock_and_its_own_is_as_the_others(lab: Terminal) -> None:
    hosts = lab.declared("hosts")

    for monitor in monitors(lab):
        compared = once_told(lab, monitor, COMPARED)
        off = {one["metric"]["host"]: float(one["value"][1]) for one in compared}

        assert off.keys() == {row["host"] for row in hosts if row["site"] == monitor["site"]}
        # containers have one clock; what is left is the load of the machine
        assert max(off.values()) < TOLERATED_OFFSET.total_seconds()


def test_every_run_and_every_drill_is_told_of(lab: Terminal) -> None:
    drills = {row["drill"] for row in lab.done("drill", "list", "--json").value}

    for monitor in monitors(lab):
        held = once_told(lab, monitor, 'ndc_run_unfinished{state="held"}')
        proved = once_told(lab, monitor, "ndc_drill_last_success_timestamp_seconds")

        assert {one["value"][1] for one in held} == {"0"}
        assert {one["metric"]["drill"] for one in proved} == drills


def test_each_service_is_heard_from_one_site_wherever_one_listens(lab: Terminal) -> None:
    workloads = lab.declared("workloads")
    services = {row["workload"] for row in workloads if row["kind"] == "service"}

    for monitor in monitors(lab):
        told = once_told(lab, monitor, SITES_HEARD)

        sites = {sample["metric"]["service"]: sample["value"][1] for sample in told}
        assert sites == dict.fromkeys(services, "1")


def test_every_link_has_a_load_and_every_host_a_certificate(lab: Terminal) -> None:
    hosts = lab.declared("hosts")

    for monitor in monitors(lab):
        here = {row["host"] for row in hosts if row["site"] == monitor["site"]}
        links = once_told(lab, monitor, "ndc_link_info")
        loads = once_told(lab, monitor, LOADS)
        owners = once_told(lab, monitor, "ndc_certificate_end_timestamp_seconds")

        assert {one["metric"]["link"] for one in loads} == {one["metric"]["link"] for one in links}
        assert {one["metric"]["owner"] for one in owners} == here
