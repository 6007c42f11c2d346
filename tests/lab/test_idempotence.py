"""``ndc up`` on a network that is up."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from ndc.settings import paths_of
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

COLOUR = re.compile(r"\x1b\[[\d;]*m")
RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) ", re.MULTILINE)
SERVICE = re.compile(r"^MainPID=(\d+)\nId=([^@\n]+)$", re.MULTILINE)


def test_up_again_changes_nothing_on_any_host(lab: Terminal) -> None:
    hosts = [host["host"] for host in lab.declared("hosts")]
    boots, processes, plays = _boot_ids(lab), _processes(lab, hosts), _recaps(lab)
    assert all(processes.values())

    again = lab.done("up", bound_seconds=300)

    (recap,) = set(_recaps(lab).items()) - set(plays.items())
    assert dict(recap[1]) == dict.fromkeys(hosts, "0"), again.stderr
    assert _boot_ids(lab) == boots
    assert _processes(lab, hosts) == processes


def _recaps(lab: Terminal) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return what Ansible said at the end of each play: hosts, and how many tasks changed them."""
    said = paths_of(lab.environment).ansible.glob("play-*/artifacts/*/stdout")
    return {
        str(path): tuple(RECAP.findall(COLOUR.sub("", path.read_text("utf-8")))) for path in said
    }


def _boot_ids(lab: Terminal) -> dict[str, str]:
    return {h["name"]: h["boot_id"] for h in lab.done("lab", "status", "--json").value["hosts"]}


def _processes(lab: Terminal, hosts: list[str]) -> dict[str, dict[str, str]]:
    """Return the process of every service of every host; those of a login come and go."""
    words = ("systemctl", "show", "*.service", "--state=running", "--property=MainPID,Id")

    def running(host: str) -> dict[str, str]:
        return {unit: process for process, unit in SERVICE.findall(lab.on(host, *words).stdout)}

    with ThreadPoolExecutor() as pool:
        return dict(zip(hosts, pool.map(running, hosts), strict=True))
