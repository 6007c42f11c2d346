"""What somebody who has taken over a host can do to the quorum: not what its programs cannot."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from access.redfish import system_path
from inventory.endpoints import ETCD_CLIENT, patroni_port
from inventory.etcd import patroni, placements
from inventory.names import DatabaseName, EnvironmentName
from ndc.settings import paths_of
from tests.lab.recovery import Portal
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

PATRONI = patroni_port(5432)
REFUSED = 7
"""how curl ends where nobody takes the connection"""


def test_a_hosts_certificate_alone_opens_nothing_in_etcd(lab: Terminal) -> None:
    placement = placements(EnvironmentName(lab.environment)) + Portal.declared(lab).name

    assert "user name is empty" in _asked(lab, "kv/range", {"key": _coded(placement)})


def test_a_databases_account_reads_its_leader_and_no_placement(lab: Terminal) -> None:
    environment = EnvironmentName(lab.environment)
    database, *_ = (one["name"] for one in lab.ndc("status", "--json").value["databases"])
    leader = patroni(environment, DatabaseName(database)) + "leader"
    placement = placements(environment) + Portal.declared(lab).name
    known = lab.on(
        _member(lab)["host"], "grep", "-A1", "username: patroni-", f"/etc/patroni/{database}.yml"
    )
    name, password = (line.split(": ")[1].strip('"') for line in known.stdout.splitlines())
    token = json.loads(_asked(lab, "auth/authenticate", {"name": name, "password": password}))

    assert '"kvs"' in _asked(lab, "kv/range", {"key": _coded(leader)}, token["token"])
    for verb, body in (("range", {}), ("put", {"value": _coded("mine")})):
        said = _asked(lab, f"kv/{verb}", {"key": _coded(placement), **body}, token["token"])
        assert "permission denied" in said


def test_no_account_of_the_machine_reaches_a_hosts_files_and_setuid_is_worth_nothing_there(
    lab: Terminal,
) -> None:
    paths = paths_of(lab.environment)
    lines = Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
    roots = [line.split() for line in lines if f"{paths.lab}/hosts/" in line and "/root " in line]

    closed = [paths.root, paths.lab, *(Path(fields[4]).parent for fields in roots)]

    assert roots
    assert {path.stat().st_mode & 0o7777 for path in closed} == {0o700}
    assert all({"nosuid", "nodev"} <= {*fields[5].split(",")} for fields in roots)
    assert {Path(fields[4]).stat().st_mode & 0o7777 for fields in roots} == {0o755}


def test_patroni_takes_no_change_from_a_host_that_only_holds_a_certificate(lab: Terminal) -> None:
    for body in ("no JSON", "{}"):
        said = _changed(lab, "/config", body)

        assert said.endswith("401"), said


def test_the_publics_application_reaches_no_patroni(lab: Terminal) -> None:
    service = Portal.declared(lab).name
    member = _member(lab)
    unit = f"ndc-reference-{service}.service"
    account = lab.on(member["host"], "systemctl", "show", "--value", "-p", "User", unit).stdout
    as_it = ("runuser", "-u", account.strip(), "--")
    url = f"https://{member['loopback']}:{PATRONI}/primary"

    for user, ended in (((), 0), (as_it, REFUSED)):
        words = (*user, "curl", "-s", "-o", "/dev/null", "--cacert", "/etc/ndc/ca.crt", url)
        assert lab.on(member["host"], *words).code == ended


def test_a_host_reaches_the_power_port_and_may_not_ask_it(lab: Terminal) -> None:
    host = _member(lab)["host"]
    port = lab.done("lab", "status", "--json").value["power_port"]
    words = [
        *("curl", "--silent", "--cacert", "/etc/ndc/ca.crt", "--write-out", "%{http_code}"),
        *("--cert", "/etc/ndc/tls.crt", "--key", "/etc/ndc/tls.key"),
    ]

    said = lab.on(host, *words, f"https://{port['at']}{system_path(host)}").stdout

    assert port["state"] == "open"
    assert "only a controller may ask" in said
    assert said.endswith("403")


def _changed(lab: Terminal, path: str, body: str) -> str:
    """Return what a member's Patroni says to a change by root of its host, status last."""
    member = _member(lab)
    words = [
        *("curl", "--silent", "--cacert", "/etc/ndc/ca.crt", "--request", "PATCH"),
        *("--cert", "/etc/ndc/tls.crt", "--key", "/etc/ndc/tls.key", "--data", body),
        *("--write-out", "%{http_code}", f"https://{member['loopback']}:{PATRONI}{path}"),
    ]
    return lab.on(member["host"], *words).stdout


def _asked(lab: Terminal, what: str, body: Mapping[str, str], token: str = "") -> str:
    """Return what a voter answers to somebody with the certificate of a database's host."""
    member = _member(lab)
    words = [
        *("curl", "--silent", "--cacert", "/etc/ndc/ca.crt"),
        *("--cert", "/etc/ndc/tls.crt", "--key", "/etc/ndc/tls.key"),
        *(["--header", f"Authorization: {token}"] if token else []),
        *("--data", json.dumps(body)),
        f"https://{member['loopback']}:{ETCD_CLIENT}/v3/{what}",
    ]
    return lab.on(member["host"], *words).stdout


def _member(lab: Terminal) -> dict[str, str]:
    """Return a host that has a database and a vote."""
    hosts: list[dict[str, str]] = lab.declared("hosts")
    return next(h for h in hosts if {"database", "voter"} <= {*h["roles"].split()})


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
