"""What a play comes to, and that nothing of it outlives a cancellation."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from access.paths import Paths
from access.secrets import Secrets, ensure_secrets
from core.clock import wait_until
from core.errors import Rejected, Unreachable
from core.system_clock import SystemClock
from inventory.names import EnvironmentName, HostName
from playbooks.running import Counts, HostChange, Play, PlayResult, TaskFailure, converge
from playbooks.running.private_data import order_for
from playbooks.running.wire import ChildLine, DiffEntry, Order
from playbooks.waves import STAGES, Left, Stage, Wave
from tests.networks import ROOT, network

SITE = """
- name: Long
  hosts: all
  gather_facts: false
  tasks:
    - name: Sleep
      ansible.builtin.command: sleep {seconds}
      changed_when: false
"""
CHILD = (sys.executable, "-m", "playbooks.running.child")
INVENTORY = "all: {hosts: {here: {ansible_connection: local, ansible_python_interpreter: python3}}}"


def _result(*told: ChildLine) -> PlayResult:
    result = PlayResult()
    for one in told:
        result = result.with_report(one)
    return result


def test_what_every_host_did_is_counted() -> None:
    change = DiffEntry(after_header="/etc/b.conf", before="old", after="new")

    result = _result(
        ChildLine(event="runner_on_ok", host="a", task="Apply"),
        ChildLine(event="runner_on_ok", host="a", task="Apply", changed=True, diff=(change,)),
        ChildLine(event="runner_on_failed", host="b", task="Apply", message="no room"),
        ChildLine(event="runner_on_unreachable", host="c", task="Apply", message="timed out"),
        ChildLine(event="playbook_on_stats"),
    )

    assert result.hosts == {
        HostName("a"): Counts(ok=2, changed=1),
        HostName("b"): Counts(failed=1),
        HostName("c"): Counts(unreachable=1),
    }
    assert result.changes == (HostChange(HostName("a"), "/etc/b.conf", "old", "new"),)
    assert result.failures == (
        TaskFailure(HostName("b"), "Apply", "no room", unreachable=False),
        TaskFailure(HostName("c"), "Apply", "timed out", unreachable=True),
    )


def test_a_play_without_failures_is_a_success() -> None:
    _result(ChildLine(event="runner_on_ok", host="a")).demand_success()


def test_a_host_that_said_no_was_not_made_so() -> None:
    result = _result(ChildLine(event="runner_on_failed", host="b", task="Apply", message="no room"))

    with pytest.raises(Rejected) as caught:
        result.demand_success()

    assert caught.value.actual == "b: no room"


def test_a_silent_host_may_have_been_made_so() -> None:
    result = _result(
        ChildLine(event="runner_on_failed", host="b", message="no room"),
        ChildLine(event="runner_on_unreachable", host="c", message="timed out"),
    )

    with pytest.raises(Unreachable):
        result.demand_success()


def test_who_was_to_come_after_a_host_that_failed_is_told_to_be_as_before() -> None:
    result = _result(
        ChildLine(event="runner_on_ok", host="a"),
        ChildLine(event="runner_on_failed", host="b", task="Apply", message="etcd is not well"),
    )

    with pytest.raises(Rejected) as caught:
        result.demand_success(waiting=[HostName(name) for name in "abcd"])

    assert (
        "\n".join(caught.value.lines())
        == """\
     what  b could not be made as declared; done: 1, not begun: 2
 expected  "Apply" succeeds
   actual  b: etcd is not well
next step  ndc status tells about b; when it is mended, run the command again: it goes on where \
this one stopped"""
    )


def test_what_a_play_leaves_for_waves_is_known_by_host() -> None:
    result = _result(
        ChildLine(event="runner_on_ok", host="a", by_wave=("quorum",), unfinished=True),
        ChildLine(event="runner_on_ok", host="b"),
        ChildLine(event="runner_on_ok", host="a"),
    )

    assert result.left == {HostName("a"): Left(("quorum",), unfinished=True)}


def _waves_that_only(task: str) -> str:
    """Return the playbook of waves, in which every play's only task is ``task``."""
    plays = yaml.safe_load((ROOT / "playbooks/waves.yml").read_text("utf-8"))
    return yaml.safe_dump([{**play, "tasks": [yaml.safe_load(task)]} for play in plays])


STAND = "ansible.builtin.assert: {that: inventory_hostname != 'ndc02-node', quiet: true}"


@pytest.mark.parametrize("stage", STAGES)
def test_the_first_host_that_fails_ends_the_waves(tmp_path: Path, stage: Stage) -> None:
    paths, wheel = _paths(tmp_path, "waves.yml", _waves_that_only(STAND))
    secrets = ensure_secrets(paths.secrets, network("tiny"))
    first, second, third = (HostName(f"ndc0{number}-node") for number in (1, 2, 3))
    beside = HostName("ndc02-edge")
    order = (
        Wave(stage, (third, first)),
        Wave(stage, (beside, second)),
        Wave(stage, (HostName("witness-node"),)),
        Wave("everything", (first,)),
    )

    play = Play("waves.yml", waves=order)
    result = converge(network("tiny"), secrets, wheel, paths, play, lambda _: None)

    assert result.hosts == {
        third: Counts(ok=1),
        first: Counts(ok=1),
        beside: Counts(ok=1),
        second: Counts(failed=1),
    }


def test_a_stage_without_waves_reaches_nobody(tmp_path: Path) -> None:
    paths, wheel = _paths(tmp_path, "waves.yml", _waves_that_only(STAND))
    secrets = ensure_secrets(paths.secrets, network("tiny"))
    play = Play("waves.yml", waves=(Wave("quorum", (HostName("ndc01-node"),)),))

    result = converge(network("tiny"), secrets, wheel, paths, play, lambda _: None)

    assert result.hosts == {HostName("ndc01-node"): Counts(ok=1)}


def _paths(home: Path, playbook: str, text: str) -> tuple[Paths, Path]:
    """Return an environment under ``home`` whose playbooks are one, and a wheel."""
    paths = Paths(home, EnvironmentName("test"))
    paths.playbooks.mkdir()
    (paths.playbooks / playbook).write_text(text)
    (paths.playbooks / "ansible.cfg").write_text("[defaults]\n")
    wheel = home / "0123" / "ndc.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"")
    return paths, wheel


@pytest.mark.parametrize("locale", [{"LANG": "vi_VN.UTF-8"}, {"LC_ALL": "C"}], ids=str)
def test_a_play_begins_whatever_locale_a_person_came_with(
    locale: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, wheel = _paths(tmp_path, "converge.yml", "- hosts: nobody_of_this_name\n")
    secrets = ensure_secrets(paths.secrets, network("tiny"))
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in locale.items():
        monkeypatch.setenv(name, value)

    assert converge(network("tiny"), secrets, wheel, paths, Play(), lambda _: None) == PlayResult()


def test_a_playbook_that_ansible_refuses_did_not_begin(tmp_path: Path) -> None:
    paths, wheel = _paths(tmp_path, "converge.yml", "- hosts: all\n  nonsense: true\n")
    secrets = ensure_secrets(paths.secrets, network("tiny"))

    with pytest.raises(Rejected, match="could not begin") as caught:
        converge(network("tiny"), secrets, wheel, paths, Play(), lambda _: None)

    assert "nonsense" in caught.value.actual


def test_a_host_that_freezes_while_it_works_is_noticed_within_half_a_minute(
    tmp_path: Path,
) -> None:
    secrets = Secrets(tmp_path)

    order = order_for(tmp_path, tmp_path / "cp", secrets, tmp_path / "converge.yml", "")

    words = shlex.split(order.environment["ANSIBLE_SSH_ARGS"])
    options = dict(word.split("=", 1) for word in words if "=" in word)
    silence = int(options["ServerAliveInterval"]) * int(options["ServerAliveCountMax"])
    assert 10 <= silence <= 30
    assert int(options["ConnectTimeout"]) <= 5


def test_what_was_passed_to_a_play_is_gone_and_five_plays_are_kept(tmp_path: Path) -> None:
    paths, wheel = _paths(tmp_path, "converge.yml", "- hosts: nobody_of_this_name\n")
    secrets = ensure_secrets(paths.secrets, network("tiny"))
    for old in range(7):
        (paths.ansible / f"play-{old}").mkdir(parents=True)

    result = converge(network("tiny"), secrets, wheel, paths, Play(), lambda _: None)

    assert result == PlayResult()
    assert len(list(paths.ansible.iterdir())) == 5
    assert list(paths.ansible.glob("*/passing")) == []


def test_nothing_of_a_cancelled_play_goes_on(tmp_path: Path) -> None:
    # a number that no other process of this machine sleeps for
    seconds = f"86{os.getpid()}"
    (tmp_path / "site.yml").write_text(SITE.format(seconds=seconds))
    (tmp_path / "hosts.yml").write_text(INVENTORY)
    order = Order(
        folder=tmp_path,
        playbook=tmp_path / "site.yml",
        inventory=tmp_path / "hosts.yml",
        arguments="",
        environment={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
            "ANSIBLE_HOME": str(tmp_path / "home"),
            "ANSIBLE_REMOTE_TMP": str(tmp_path / "remote"),  # who tests may have no home
        },
        timeout_seconds=60,
    )
    (tmp_path / "order.json").write_text(order.model_dump_json())
    child = subprocess.Popen(
        [*CHILD, tmp_path / "order.json", str(os.getpid())],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    wait_until(
        SystemClock(),
        lambda: bool(_sleeping(seconds)),
        what="the task",
        bound=timedelta(seconds=60),
    )

    child.send_signal(signal.SIGTERM)
    told, _ = child.communicate(timeout=60)

    assert _sleeping(seconds) == []
    assert ChildLine.model_validate_json(told.splitlines()[-1]).message == "canceled"


def _sleeping(seconds: str) -> list[int]:
    """Return the processes of this machine that sleep for ``seconds``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cmdline").read_bytes() == f"sleep\0{seconds}\0".encode():
                found.append(int(process.name))
    return found


def test_a_play_whose_asker_died_before_it_began_does_nothing(tmp_path: Path) -> None:
    order = Order(
        folder=tmp_path,
        playbook=tmp_path / "site.yml",
        inventory=tmp_path / "hosts.yml",
        arguments="",
        environment={},
        timeout_seconds=10,
    )
    (tmp_path / "order.json").write_text(order.model_dump_json(), "utf-8")
    nobody = str(os.getpid() + 1)

    done = subprocess.run(
        [*CHILD, tmp_path / "order.json", nobody], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")
    assert not (tmp_path / "artifacts").exists()
