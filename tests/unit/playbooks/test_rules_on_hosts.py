"""What every Prometheus judges by."""

from __future__ import annotations

from collections.abc import Mapping

from inventory.network import Role
from tests.networks import ROOT, network
from tests.unit.playbooks.conftest import Rendered

RULES = "/etc/prometheus/rules/"


def test_every_prometheus_holds_the_rules_as_they_lie_in_the_repository(
    rendered: Mapping[str, Rendered],
) -> None:
    declared = {path.name: path.read_text("utf-8") for path in ROOT.glob("monitors/rules/*.yml")}

    for host in network("tiny").hosts_with(Role.MONITOR):
        texts = rendered[host.name].texts()
        held = {p.removeprefix(RULES): text for p, text in texts.items() if p.startswith(RULES)}
        assert held == declared != {}
