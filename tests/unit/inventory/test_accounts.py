"""Who may read and write what in etcd: the least that each program needs."""

from __future__ import annotations

from inventory.etcd import accounts
from inventory.network import Role
from tests.networks import PORTAL_ALONE, TWIN_HOSTS, network


def _may(profile: str = "tiny") -> dict[str, dict[str, bool]]:
    return {
        account.name: {grant.prefix: grant.writes for grant in account.grants}
        for account in accounts(network(profile, *PORTAL_ALONE))
    }


def test_a_controller_writes_its_words_and_where_a_service_is_and_who_leads_and_no_order() -> None:
    may = _may()

    for host in network().hosts_with(Role.MONITOR):
        assert may.pop(f"controller-{host.name}") == {
            f"/ndc/test/watch/word/{host.name}/": True,
            "/ndc/test/watch/elected": True,
            "/ndc/test/watch/judgement": True,
            "/ndc/test/watch/deed/": True,
            "/ndc/test/watch/rest/": True,
            "/ndc/test/placement/": True,
            "/ndc/test/patroni/general-db/leader": True,
            "/ndc/test/watch/": False,
            "/ndc/test/claim/": False,
            "/ndc/test/announcer/": False,
            "/ndc/test/patroni/general-db/sync": False,
        }
    assert not [name for name in may if name.startswith("controller")]


def test_each_program_may_do_the_least_that_it_needs() -> None:
    others = ("controller", "agent", "exporter")
    may = {name: keys for name, keys in _may().items() if not name.startswith(others)}

    assert may == {
        "control": {
            "/ndc/test/placement/": True,
            "/ndc/test/claim/": True,
            "/ndc/test/excluded/": True,
            "/ndc/test/runs/": True,
            "/ndc/test/anchors/": True,
            "/ndc/test/windows/": True,
            "/ndc/test/drills/": True,
            "/ndc/test/watch/": False,
            "/ndc/test/watch/lever": True,
            "/ndc/test/watch/rest/": True,
            "/ndc/test/patroni/general-db/failover": True,
            "/ndc/test/patroni/general-db/leader": True,
            "/ndc/test/patroni/general-db/config": True,
            "/ndc/test/patroni/general-db/sync": False,
            "/ndc/test/patroni/general-db/status": False,
        },
        "patroni-general-db": {"/ndc/test/patroni/general-db/": True},
    }


def test_exporters_of_monitors_read_of_runs_and_drills_and_write_nothing() -> None:
    may = {name: keys for name, keys in _may().items() if name.startswith("exporter")}

    reads = {"/ndc/test/runs/": False, "/ndc/test/drills/": False}
    assert may == {f"exporter-{host.name}": reads for host in network().hosts_with(Role.MONITOR)}


def test_agents_write_their_own_words_and_read_all() -> None:
    may = {
        account.name: {grant.prefix: grant.writes for grant in account.grants}
        for account in accounts(network("twins", TWIN_HOSTS))
        if account.name.startswith("agent")
    }

    assert may == {
        f"agent-{host}": {
            "/ndc/test/placement/": False,
            "/ndc/test/claim/": False,
            "/ndc/test/excluded/": False,
            "/ndc/test/announcer/": False,
            f"/ndc/test/announcer/{host}/": True,
        }
        for host in ("east-one", "east-two", "west-one", "west-two")
    }
