"""What hosts hold of which another one at their site may serve the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.unit.playbooks.conftest import Rendered

SERVING = ("east-one", "east-two", "west-one", "west-two")
ALONE = "listen 127.0.0.1:443 ssl;"


@pytest.mark.parametrize("host", SERVING)
def test_a_host_with_a_fellow_can_ask_itself_while_the_address_is_on_the_fellow_alone(
    rendered_twins: Mapping[str, Rendered], host: str
) -> None:
    nginx = rendered_twins[host].texts()["/etc/nginx/nginx.conf"]

    assert nginx.count(ALONE) == 1


@pytest.mark.parametrize("host", SERVING)
def test_its_agent_is_known_to_etcd_by_a_name_of_its_own(
    rendered_twins: Mapping[str, Rendered], host: str
) -> None:
    passwords = {path for path in rendered_twins[host].secrets if "/passwords/etcd-agent" in path}

    assert passwords == {f"/etc/ndc/passwords/etcd-agent-{host}"}


@pytest.mark.parametrize("host", SERVING)
def test_its_fellows_turn_in_a_wave_comes_when_it_serves_again(
    rendered_twins: Mapping[str, Rendered], host: str
) -> None:
    (well,) = (
        unit["well"]
        for tree in rendered_twins[host].trees
        for unit in tree.get("units") or []
        if unit["name"] == "ndc-agent.service"
    )

    assert well[0] == "grep"
    assert well[-1] == "/run/ndc-agent/agent.prom"


def test_a_host_without_a_fellow_is_as_it_was(rendered: Mapping[str, Rendered]) -> None:
    contents = rendered["ndc01-node"]
    agents = [
        unit
        for tree in contents.trees
        for unit in tree.get("units") or []
        if unit["name"] == "ndc-agent.service"
    ]

    assert ALONE not in contents.texts()["/etc/nginx/nginx.conf"]
    assert ["well" in unit for unit in agents] == [False]
