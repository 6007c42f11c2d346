"""Two services on two databases that share their hosts: nothing of one is the other's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from inventory.network import Network, Service
from tests.networks import PORTAL_ALONE, TWO_DATABASES, network
from tests.unit.playbooks.conftest import Rendered

BOTH: Network = network("tiny", *PORTAL_ALONE, TWO_DATABASES)
SERVED = [(service, host) for service in BOTH.services for host in service.hosts]


def _settings(contents: Rendered, database: str) -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load(contents.secrets[f"/etc/patroni/{database}.yml"])
    return settings


def _dsn(contents: Rendered, service: Service) -> dict[str, str]:
    """Return what the application of ``service`` is told of its database."""
    told = json.loads(contents.texts()[f"/etc/ndc/reference-{service.name}.json"])
    return dict(word.split("=") for word in told["dsn"].split())


def _servers_behind(contents: Rendered, port: str) -> set[tuple[str, ...]]:
    """Return host, address with port, and Patroni's port of whom HAProxy leads to from ``port``."""
    sections = contents.texts()["/etc/haproxy/haproxy.cfg"].split("\nlisten ")
    (section,) = (text for text in sections if f"bind 127.0.0.1:{port}\n" in text)
    return set(re.findall(r"server (\S+) (\S+) check port (\d+) ", section))


@pytest.mark.parametrize(("service", "host"), SERVED)
def test_an_application_is_led_to_the_members_of_its_own_database(
    rendered_twice: Mapping[str, Rendered], service: Service, host: str
) -> None:
    own = {
        member.host: _settings(rendered_twice[member.host], service.database)
        for member in BOTH.database(service.database).members
    }

    dsn = _dsn(rendered_twice[host], service)

    assert _servers_behind(rendered_twice[host], dsn["port"]) == {
        (
            member,
            settings["postgresql"]["connect_address"],
            settings["restapi"]["connect_address"].split(":")[1],
        )
        for member, settings in own.items()
    }


@pytest.mark.parametrize(("service", "host"), SERVED)
def test_its_database_admits_it_with_the_password_that_it_has(
    rendered_twice: Mapping[str, Rendered], service: Service, host: str
) -> None:
    dsn = _dsn(rendered_twice[host], service)
    *_, inside, role, password = rendered_twice[host].secrets[dsn["passfile"]].strip().split(":")

    assert (inside, role) == (dsn["dbname"], dsn["user"]) == (service.name, service.name)
    for member in BOTH.database(service.database).members:
        contents = rendered_twice[member.host]
        made = contents.secrets[f"/etc/patroni/{service.database}.sql"]
        lines = _settings(contents, service.database)["postgresql"]["pg_hba"]
        address = BOTH.host(BOTH.host(service.hosts[0]).name).loopback
        assert f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{password}';" in made
        assert f'CREATE DATABASE "{inside}" OWNER "{role}";' in made
        assert f"hostssl {inside} {role} {address}/32 scram-sha-256" in lines


def test_the_other_database_knows_nothing_of_it(rendered_twice: Mapping[str, Rendered]) -> None:
    for service in BOTH.services:
        for contents in rendered_twice.values():
            for database in BOTH.databases:
                texts = [
                    contents.secrets.get(f"/etc/patroni/{database.name}.{end}", "")
                    for end in ("yml", "sql")
                ]
                assert any(service.name in text for text in texts) == (
                    database.name == service.database and any(texts)
                )


def test_members_on_one_host_share_neither_port_nor_place_nor_account(
    rendered_twice: Mapping[str, Rendered],
) -> None:
    for host in ("ndc01-node", "ndc02-node", "ndc03-node"):
        one, other = (_settings(rendered_twice[host], d.name) for d in BOTH.databases)

        for key in ("listen", "connect_address", "data_dir", "pgpass", "authentication"):
            assert one["postgresql"][key] != other["postgresql"][key]
        assert one["restapi"]["listen"] != other["restapi"]["listen"]
        assert one["scope"] != other["scope"]
        assert one["etcd3"]["username"] != other["etcd3"]["username"]
        assert one["etcd3"]["password"] != other["etcd3"]["password"]


def test_no_password_opens_two_databases(rendered_twice: Mapping[str, Rendered]) -> None:
    used: dict[str, set[str]] = {database.name: set() for database in BOTH.databases}
    for contents in rendered_twice.values():
        for path, text in contents.secrets.items():
            for database in used:
                if f"/{database}." in path:
                    used[database] |= set(re.findall(r"the-password-of-[\w.-]+\w", text))

    one, other = used.values()
    assert len(one) == len(other) == 8
    assert one.isdisjoint(other)


@pytest.mark.parametrize(("service", "host"), SERVED)
def test_an_application_verifies_the_leader_by_the_name_of_its_own_database(
    rendered_twice: Mapping[str, Rendered], service: Service, host: str
) -> None:
    words = _dsn(rendered_twice[host], service)

    assert words["host"] == f"{service.database}.database"
    assert words["hostaddr"] == "127.0.0.1"
    assert words["sslmode"] == "verify-full"


def test_both_homes_make_their_own_database(rendered_twice: Mapping[str, Rendered]) -> None:
    making = {
        (database.name, member.host)
        for database in BOTH.databases
        for member in database.members
        if "bootstrap" in _settings(rendered_twice[member.host], database.name)
    }

    assert making == {("general-db", "ndc01-node"), ("ledger-db", "ndc02-node")}


def test_each_patroni_is_let_in_and_asked(rendered_twice: Mapping[str, Rendered]) -> None:
    for host in ("ndc01-node", "ndc02-node", "ndc03-node"):
        texts = rendered_twice[host].texts()
        ports = [
            _settings(rendered_twice[host], d.name)["restapi"]["listen"].split(":")[1]
            for d in BOTH.databases
        ]

        assert (
            f"tcp dport {{ {', '.join(ports)}, 5432, 5433 }} accept" in texts["/etc/nftables.conf"]
        )
        for port in ports:
            asked = f'"{BOTH.host(BOTH.databases[0].members[0].host).loopback}:{port}"'
            assert (asked in texts["/etc/prometheus/prometheus.yml"]) == (host == "ndc01-node")


def test_each_member_has_a_unit_that_hears_of_its_own_settings(
    rendered_twice: Mapping[str, Rendered],
) -> None:
    (tree,) = (t for t in rendered_twice["ndc01-node"].trees if t["role"] == "database")

    assert [
        (unit["name"], unit["reload_on"][0]) for unit in tree["units"] if "reload_on" in unit
    ] == [
        ("patroni-general-db.service", "/etc/patroni/general-db.yml"),
        ("patroni-ledger-db.service", "/etc/patroni/ledger-db.yml"),
    ]
