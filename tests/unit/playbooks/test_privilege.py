"""What each program of ours may do on a host, beside its own work: nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from inventory.contents import contents_of
from inventory.names import HostName
from inventory.network import Role
from tests.networks import network
from tests.unit.playbooks.conftest import Rendered

TINY = network("tiny")
_OF_POSTGRESQL = ("patroni-", "ndc-lease")
"""run as its user: they start and end it"""
SANDBOX = {
    *("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes"),
    *("PrivateDevices=yes", "RestrictSUIDSGID=yes", "RestrictNamespaces=yes"),
    *("SystemCallFilter=@system-service", "SystemCallFilter=~@privileged @resources"),
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
}
RIGHTS = {
    "ndc-agent.service": ("CAP_NET_ADMIN",),
    "ndc-storage.service": (
        "CAP_SYS_ADMIN CAP_DAC_READ_SEARCH",
        "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID",
    ),
}
RIGHTS |= {f"ndc-store-{store.name}.service": ("CAP_NET_BIND_SERVICE",) for store in TINY.stores}
"""what a unit may do beyond its account; nobody else may do anything"""


def _units(contents: Rendered) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield each unit of ours that stays, with its directives."""
    for path, text in contents.texts().items():
        if path.startswith("/etc/systemd/system/") and path.endswith(".service"):
            directives: dict[str, list[str]] = {}
            for line in text.splitlines():
                name, sign, value = line.partition("=")
                if sign and not line.startswith("#"):
                    directives.setdefault(name, []).append(value)
            if directives.get("Type") != ["oneshot"]:
                yield path.rpartition("/")[2], directives


def _all_units(contents: Rendered) -> dict[str, str]:
    """Return what stands in each unit that stays, our own or a drop-in for Debian's."""
    texts = {
        path.removeprefix("/etc/systemd/system/").removesuffix(".d/ndc.conf"): text
        for path, text in contents.texts().items()
        if path.startswith("/etc/systemd/system/") and not path.endswith(".path")
    }
    return {name: text for name, text in texts.items() if "Type=oneshot" not in text}


def _owners(contents: Rendered) -> dict[str, str]:
    return {
        given["path"]: given["owner"]
        for tree in contents.trees
        for given in tree.get("files") or []
        if "owner" in given
    }


def _groups(contents: Rendered) -> dict[str, set[str]]:
    """Return the groups of each account that the host makes."""
    lines = [line.split() for tree in contents.trees for line in tree.get("accounts") or []]
    made = {words[1] for words in lines if words[0] == "u"}
    return {name: {w[2] for w in lines if w[0] == "m" and w[1] == name} for name in made}


def test_no_two_programs_run_as_one_user_and_none_as_root(
    rendered_twice: Mapping[str, Rendered],
) -> None:
    for contents in rendered_twice.values():
        users = {name: unit["User"] for name, unit in _units(contents)}
        ours = [user for name, user in users.items() if not name.startswith(_OF_POSTGRESQL)]

        assert users
        assert ["root"] not in users.values()
        assert len({user for (user,) in ours}) == len(ours)
        assert {user for (user,) in ours} <= _groups(contents).keys()


def test_every_unit_comes_back_however_often_it_ends(rendered: Mapping[str, Rendered]) -> None:
    for contents in rendered.values():
        texts = _all_units(contents)
        declared = {
            u["name"]
            for tree in contents.trees
            for u in tree.get("units") or []
            if not u["name"].endswith(".path")
        }

        # three do their work once; Debian's sshd and journald come back, and with a new unit sshd
        # would be restarted under the play that places it
        once = {"nftables.service", "ndc-sysctl.service", "systemd-journal-flush.service"}
        debians = {"ssh.service", "systemd-journald.service"}
        assert declared - once - debians == texts.keys()
        for name, text in texts.items():
            lines = text.splitlines()
            assert lines.index("StartLimitIntervalSec=0") < lines.index("[Service]"), name
            assert lines.index("[Service]") < lines.index("Restart=always"), name


def test_every_unit_of_ours_is_a_sandbox(rendered: Mapping[str, Rendered]) -> None:
    for contents in rendered.values():
        for name, unit in _units(contents):
            said = {f"{key}={value}" for key, values in unit.items() for value in values}

            assert said >= SANDBOX, name
            assert unit["CapabilityBoundingSet"] == ["", *RIGHTS.get(name, ())]


def test_a_unit_writes_to_what_is_its_own_and_nowhere_else(
    rendered: Mapping[str, Rendered],
) -> None:
    written = {
        name: (unit.get("StateDirectory", []), unit.get("ReadWritePaths", []))
        for contents in rendered.values()
        for name, unit in _units(contents)
    }

    words = {
        name: unit["RuntimeDirectory"]
        for contents in rendered.values()
        for name, unit in _units(contents)
        if "RuntimeDirectory" in unit
    }
    assert words == {
        "ndc-agent.service": ["ndc-agent"],
        "ndc-lease.service": ["ndc-lease"],
        "ndc-storage.service": ["ndc-storage"],
        "ndc-time.service": ["chrony"],
    }
    assert {name: places for name, places in written.items() if any(places)} == {
        "etcd.service": ([], ["/var/lib/etcd"]),
        "ndc-agent.service": (["ndc/agent"], []),
        "ndc-detour.service": (["ndc/detour"], []),
        "ndc-lease.service": ([], ["/var/lib/postgresql/15"]),
        "ndc-probe.service": (["ndc/probe"], []),
        "ndc-storage.service": (["ndc/storage"], ["/srv/pools"]),
        "patroni-general-db.service": ([], ["/var/lib/postgresql /run/postgresql"]),
        "patroni-identity-db.service": ([], ["/var/lib/postgresql /run/postgresql"]),
    }


@pytest.mark.lab
def test_systemd_thinks_well_of_every_unit_of_ours(
    rendered_twice: Mapping[str, Rendered], tmp_path: Path
) -> None:
    for host, contents in rendered_twice.items():
        (tmp_path / host).mkdir()
        for name, text in _all_units(contents).items():
            if "ExecStart=" in text:  # a whole unit, and no drop-in
                (tmp_path / host / name).write_text(text)
        units = sorted((tmp_path / host).iterdir())
        judged = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=30", *units],
            capture_output=True,
            text=True,
            check=False,
        )
        assert judged.returncode == 0, judged.stdout + judged.stderr


def test_a_password_is_read_by_the_one_program_that_needs_it(
    rendered: Mapping[str, Rendered],
) -> None:
    for host, contents in rendered.items():
        users = {name: unit["User"][0] for name, unit in _units(contents)}
        here = contents_of(TINY, TINY.host(HostName(host)))
        for password in here.passwords:
            units = [
                name
                for tree in contents.trees
                for name in (unit["name"] for unit in tree.get("units") or [])
                if tree["role"] == password.program and name in users
            ]

            owner = _owners(contents)[str(password.path)]
            # each service has an application of its own, and each of them a user
            assert [users[name] for name in units if users[name] == owner] == [owner]


def test_the_publics_application_reads_no_key_and_no_console(
    rendered: Mapping[str, Rendered],
) -> None:
    applications = 0
    for contents in rendered.values():
        groups = _groups(contents)
        for name, unit in _units(contents):
            if name.startswith("ndc-reference-"):
                applications += 1
                assert groups[unit["User"][0]] == set()

    assert applications


@pytest.mark.parametrize("profile", ["tiny", "compact"])
def test_of_our_programs_only_servers_read_the_key_of_their_host(profile: str) -> None:
    there = network(profile)

    reading = {
        account.name
        for host in there.hosts
        for account in contents_of(there, host).accounts
        if "ndc-tls" in account.groups
    }

    assert reading == {"ndc-exporter", "ndc-probe"}


@pytest.mark.parametrize("profile", ["tiny", "compact"])
def test_of_our_programs_only_two_of_a_router_reach_frrs_consoles(profile: str) -> None:
    there = network(profile)
    for host in there.hosts:
        reaching = {
            account.name
            for account in contents_of(there, host).accounts
            if "frrvty" in account.groups
        }

        asks = {"ndc-exporter"} if host.forwards else set()
        says = {"ndc-detour"} if Role.BORDER in host.roles else set()
        assert reaching == asks | says


def test_who_fetches_from_a_store_has_no_right_on_its_host(
    rendered: Mapping[str, Rendered],
) -> None:
    for host, contents in rendered.items():
        refuges = contents_of(TINY, TINY.host(HostName(host))).refuges
        lines = contents.texts()["/etc/ssh/authorized_keys.d/root"].splitlines()
        forced = [line for line in lines if "storage.onhost.ask_main" in line]

        assert len(forced) == len(refuges)
        for line, refuge in zip(forced, refuges, strict=True):
            assert f'ask_main {refuge.host}",restrict,from="{refuge.address}" ssh-' in line
            assert "setpriv --reuid=ndc-storage " in line
            assert "--no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=-all " in line


def test_recovery_acts_on_a_host_as_the_agent_does(rendered: Mapping[str, Rendered]) -> None:
    for contents in rendered.values():
        agents = [unit for name, unit in _units(contents) if name == "ndc-agent.service"]
        forced = contents.texts()["/etc/ssh/authorized_keys.d/root"]

        assert ("epoch_main" in forced) == bool(agents)
        for agent in agents:
            assert f"setpriv --reuid={agent['User'][0]} " in forced
            assert "--bounding-set=-all,+net_admin" in forced
            assert agent["AmbientCapabilities"] == ["CAP_NET_ADMIN"]


def test_recovery_tells_a_border_as_who_tells_it_anyhow(rendered: Mapping[str, Rendered]) -> None:
    for contents in rendered.values():
        detours = [unit for name, unit in _units(contents) if name == "ndc-detour.service"]
        lines = contents.texts()["/etc/ssh/authorized_keys.d/root"].splitlines()
        forced = [line for line in lines if "refuse_main" in line]

        assert len(forced) == len(detours)
        for line, detour in zip(forced, detours, strict=True):
            assert f"setpriv --reuid={detour['User'][0]} " in line
            assert "--no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=-all " in line
            assert '-m dr.onhost.refuse_main",restrict ssh-' in line
