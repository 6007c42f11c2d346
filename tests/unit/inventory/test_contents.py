"""What follows from the network for one host, before any template prints it."""

from __future__ import annotations

from itertools import chain

import pytest

from core.host_paths import HOST_FILE, NETWORK_FILE, PROGRAM_IN_USE
from inventory import etcd, patroni
from inventory.contents import Contents, contents_of
from inventory.names import HostName
from inventory.network import Role
from inventory.postgresql import logins
from inventory.promises import LastCopy
from tests.networks import PORTAL_ALONE, TWO_DATABASES, network

BOTH = network("compact", *PORTAL_ALONE, TWO_DATABASES)


def _contents(host: str) -> Contents:
    return contents_of(BOTH, BOTH.host(HostName(host)))


@pytest.mark.parametrize(
    "program", ["agent", "controller", "detour", "exporter", "heartbeat", "probe"]
)
def test_a_program_begins_anew_when_anything_that_it_read_changes(program: str) -> None:
    for host in BOTH.hosts:
        contents = contents_of(BOTH, host)
        own = {password.path for password in contents.passwords if password.program == program}

        assert set(contents.restart_on[program]) == own | {
            HOST_FILE,
            NETWORK_FILE,
            PROGRAM_IN_USE,
        }


def test_an_application_begins_anew_when_its_own_files_change() -> None:
    for service in _contents("ndc01-app").services:
        assert set(service.restart_on) == {service.settings, service.passfile, PROGRAM_IN_USE}


@pytest.mark.parametrize(
    ("host", "names"),
    [
        (
            "ndc01-app",
            {
                "etcd-agent-ndc01-app",
                "etcd-controller-ndc01-app",
                "etcd-exporter-ndc01-app",
                "general-db.exporter",
                "general-db.public-service-portal",
                "ledger-db.exporter",
                "ledger-db.payments",
            },
        ),
        ("ndc01-data", {"etcd-agent-ndc01-data", "general-db.heartbeat", "ledger-db.heartbeat"}),
        ("ndc01-edge1", set()),
        ("witness-control", {"etcd-controller-witness-control", "etcd-exporter-witness-control"}),
    ],
)
def test_a_host_holds_the_passwords_of_its_own_programs(host: str, names: set[str]) -> None:
    assert {password.name for password in _contents(host).passwords} == names


def test_a_monitor_reads_the_copies_of_its_own_site() -> None:
    for host in BOTH.hosts_with(Role.MONITOR):
        sites = {d.name: [member.site for member in d.members] for d in BOTH.databases}
        held = {p.name for p in contents_of(BOTH, host).passwords if p.program == "exporter"}

        copies = {f"{name}.exporter" for name in sites if host.site in sites[name]}
        assert held - {f"etcd-exporter-{host.name}"} == copies


def test_every_password_that_a_host_reads_is_made() -> None:
    made = {login.password for login in logins(BOTH)}
    made |= {etcd.password_name(account.name) for account in etcd.accounts(BOTH)}
    made |= {patroni.password_name(database.name) for database in BOTH.databases}
    for host in BOTH.hosts:
        contents = contents_of(BOTH, host)

        assert {password.name for password in contents.passwords} <= made
        for member in contents.members:
            assert {member.etcd_password, member.changers_password} <= made
            assert {one.password for one in (*member.logins.values(), *member.owners)} <= made


def test_no_two_logins_have_one_password() -> None:
    names = [login.password for login in logins(BOTH)]

    assert len(names) == len(set(names)) == 12


def test_no_two_programs_of_a_host_listen_at_one_port() -> None:
    for host in BOTH.hosts:
        contents = contents_of(BOTH, host)
        ports = list(
            chain(
                *((member.port, member.patroni_port) for member in contents.members),
                (way.port for way in contents.ways),
                (service.port for service in contents.services),
            )
        )
        assert len(ports) == len(set(ports))


def test_a_service_is_led_to_the_leader_of_its_own_database() -> None:
    contents = _contents("ndc01-app")
    ways = {way.port: way for way in contents.ways}

    assert {s.name: ways[s.database_port].database for s in contents.services} == {
        service.name: service.database for service in BOTH.services
    }


def test_a_member_may_write_what_its_own_account_may() -> None:
    granted = {account.name: account.grants for account in etcd.accounts(BOTH)}
    for member in _contents("ndc01-data").members:
        keys = f"{member.etcd_namespace}{member.database}/"

        assert granted[member.etcd_account] == (etcd.Grant(keys, writes=True),)


def test_a_member_asks_its_own_voter_first_and_those_beside_other_copies_last() -> None:
    voters = [BOTH.host(name) for name in BOTH.voters]
    for host in ("ndc01-data", "ndc02-data", "ndc03-data"):
        for member in _contents(host).members:
            copies = {one.site for one in BOTH.database(member.database).members}
            own = {one.loopback for one in voters if one.site == BOTH.host(HostName(host)).site}
            free = {one.loopback for one in voters if one.site not in copies}
            order = list(member.voters)

            assert {*order} == {one.loopback for one in voters}
            assert {*order[: len(own)]} == own
            assert {*order[len(own) : len(own | free)]} == free - own
            assert own
            assert free


def test_a_member_stops_acknowledging_only_where_that_is_declared() -> None:
    declared = {d.name: d.last_copy is LastCopy.BLOCK for d in BOTH.databases}

    assert {m.database: m.blocks for m in _contents("ndc01-data").members} == declared
    assert set(declared.values()) == {True, False}
