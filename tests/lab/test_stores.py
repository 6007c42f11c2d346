"""Stores on a real network: what is written at home is at the refuges, and nowhere else."""

from __future__ import annotations

import secrets
from typing import Final

import pytest

from core.clock import wait_until
from core.host_paths import AUTHORITY, CERTIFICATE, KEY, KNOWN_HOSTS, STORAGE_KEY
from tests.lab.lab_store import CLOCK, HANG, LabStore
from tests.lab.parties import certificate_of
from tests.lab.terminal import Answer, Terminal

pytestmark = pytest.mark.lab

OWNER: Final = "general-database"
"""of every store of the default network"""


@pytest.fixture(scope="module")
def store(lab: Terminal) -> LabStore:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    return LabStore.seen(lab)


def test_what_is_written_at_home_is_at_each_refuge_in_time(lab: Terminal, store: LabStore) -> None:
    text = secrets.token_hex()
    store.write(text, "20M")

    took = store.await_note(text)

    print(f"20 MB are at both refuges {took.total_seconds():.1f} s after")  # noqa: T201 - a figure
    (seen,) = (s for s in lab.ndc("status", "--json").value["stores"] if s["name"] == store.name)
    assert all(copy["read_back_age"] and not copy["differs"] for copy in seen["copies"])
    assert lab.ndc("status", "--wait", bound_seconds=120).code == 0


def test_a_program_that_is_killed_while_it_receives_loses_nothing(store: LabStore) -> None:
    text, refuge = secrets.token_hex(), store.refuges[-1]
    receiving = "until pgrep --full '^btrfs receive' >/dev/null; do sleep 0.02; done"
    killed = store.lab.begun(
        *("ssh", refuge, "--", "timeout", "60", "sh", "-c"),
        f"{receiving}; systemctl kill --signal=KILL ndc-storage",
    )

    store.write(text, "100M")
    killed.communicate(timeout=90)
    store.await_note(text)

    assert killed.returncode == 0
    restarts = store.lab.on(refuge, "systemctl", "show", "-P", "NRestarts", "ndc-storage")
    assert int(restarts.stdout) >= 1
    store.write(text)


def _ssh(store: LabStore, *options: str, asked: str) -> Answer:
    """Ask the source of ``store`` from a refuge, with that one's own key."""
    words = ("timeout", "20", "ssh", "-F/dev/null", f"-i{STORAGE_KEY}", "-oBatchMode=yes")
    trusted = (f"-oUserKnownHostsFile={KNOWN_HOSTS}", f"-oHostKeyAlias={store.source}")
    more = ("-oConnectTimeout=5", *options, f"root@{store.source}", "--", asked)
    return store.lab.on(store.refuges[0], *words, *trusted, *more)


def test_a_refuge_gets_nothing_but_recovery_points_and_nobody_else_gets_any(
    store: LabStore,
) -> None:
    foreign = _ssh(store, asked='{"verb":"pull","store":"no-such","have":[]}')
    shell = _ssh(store, asked="cat /etc/shadow")
    tunnel = _ssh(store, "-W127.0.0.1:2379", asked="")
    lan = store.lab.on(store.refuges[0], "sh", "-c", "ip -4 -o addr show lan0 | tr '/' ' '")
    elsewhere = _ssh(store, "-b", lan.stdout.split()[3], asked="x")

    assert '"refused"' in foreign.stdout
    assert (shell.stdout, tunnel.stdout, elsewhere.stdout) == ("", "", "")
    assert "Permission denied" in elsewhere.stderr or "timed out" in elsewhere.stderr


def test_a_store_is_written_by_its_owner_from_another_site_and_read_by_nobody_else(
    lab: Terminal, store: LabStore
) -> None:
    text, host = secrets.token_hex(), store.refuges[-1]
    curl = f"curl --silent --max-time 10 --cacert {AUTHORITY} --write-out ' %{{http_code}}'"
    at = f"https://{store.name}/note"
    own = f"--cert {CERTIFICATE} --key {KEY}"

    with certificate_of(lab, OWNER, host) as owner:
        asked = (
            f"echo {text} | {curl} {owner} --upload-file - {at}",
            f"{curl} {owner} --range 0-4 {at}",
            f"{curl} {own} {at}",
            f"{curl} {at}",
            f"echo wrong | {curl} {own} --upload-file - {at}",
        )
        told = [lab.on(host, "sh", "-c", f"{ask} | tr -d '\\n\\r'").stdout for ask in asked]

    assert told[0].strip() in {"201", "204"}
    assert told[1] == f"{text[:5]} 206"
    assert [answer.rpartition(" ")[2] for answer in told[2:]] == ["403", "403", "403"]
    store.await_note(text)


def test_what_serves_a_store_comes_back_by_itself(store: LabStore) -> None:
    unit = f"ndc-store-{store.name}.service"
    store.lab.on(store.source, "systemctl", "kill", "--signal=KILL", unit)

    def answers() -> bool:
        curl = f"curl --silent --max-time 5 --cacert {AUTHORITY} https://{store.name}/"
        return "403" in store.lab.on(store.refuges[0], "sh", "-c", curl).stdout

    wait_until(CLOCK, answers, what="an answer of the store", bound=HANG)
    for refuge in store.refuges:
        shown = store.lab.on(refuge, "systemctl", "is-active", unit)
        assert shown.stdout.strip() == "inactive"


@pytest.mark.campaign
def test_a_refuge_that_is_cut_off_grows_old_is_said_to_be_and_heals(
    lab: Terminal, store: LabStore
) -> None:
    refuge = store.refuges[-1]
    site = refuge.rpartition("-")[0]
    links = [
        row["link"]
        for row in lab.declared("links")
        if site in {row["from"].rpartition("-")[0], row["to"].rpartition("-")[0]}
    ]
    try:
        for link in links:
            lab.done("lab", "cut", link)

        def is_said() -> bool:
            concerns = lab.ndc("status", "--json").value["concerns"]
            said = [c["sentence"] for c in concerns if c["subject"] == store.name]
            return any(f"the copy of {refuge} is" in sentence for sentence in said)

        wait_until(CLOCK, is_said, what="a concern", bound=HANG)
    finally:
        for link in links:
            lab.done("lab", "heal", link)
    text = secrets.token_hex()
    store.write(text)
    store.await_note(text)
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
