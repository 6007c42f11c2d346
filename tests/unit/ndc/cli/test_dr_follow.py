"""``ndc dr show --follow`` as it is typed, beside who carries the run and on another machine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr.live import following
from dr.live.following import Following, RunSight
from dr.live.launch import Runner
from dr.live.run_folder import RunFolder, names
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout

MOVE = ("--yes", "dr", "switchover", SERVICE, "--to", "ndc02")


def _planned(typed: Checkout) -> RunFolder:
    typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")
    root = typed.environment.paths.runs
    (run,) = names(root)
    return RunFolder(root, RunName(run))


def _on_another_machine(typed: Checkout, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on typing where the environment's secrets are, and none of its runs."""
    ours = typed.environment.paths
    shutil.copytree(ours.root, home / "var/test", ignore=shutil.ignore_patterns("runs"))
    (home / "inventory").symlink_to(ours.home / "inventory")
    monkeypatch.setenv("NDC_HOME", str(home))


def test_a_run_is_followed_while_another_process_carries_it(typed: Checkout) -> None:
    folder = _planned(typed)
    carrier = Runner("test", folder, SystemClock())._started()

    followed = typed.ndc("dr", "show", folder.run, "--follow")
    carrier.wait(60)

    assert followed.code == 0, followed.err
    assert "promote: done" in followed.err
    assert "closed: done" in followed.err
    assert "switchover public-service-portal to ndc02: done" in followed.out


def test_who_stops_following_is_told_that_the_run_goes_on(
    typed: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed.ndc(*MOVE)
    (run,) = names(typed.environment.paths.runs)

    def interrupted(_: Following) -> Iterator[RunSight]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(Following, "sights", interrupted)
    left = typed.ndc("dr", "show", run, "--follow")

    assert left.code == 130
    assert "the run goes on without you" in left.err
    assert f"dr show {run} --follow" in left.err


def test_another_machine_follows_a_run_takes_it_over_and_measures_all_of_it(
    typed: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = typed.stub.world.truth.at(SERVICE).database
    database.missing = {member.host: 3 for member in database.declared.members}
    typed.ndc(*MOVE)
    (run,) = names(typed.environment.paths.runs)
    _on_another_machine(typed, tmp_path / "another", monkeypatch)

    monkeypatch.setattr(following, "PATIENCE", timedelta())
    followed = typed.ndc("dr", "show", run, "--follow")
    shown, unknown = typed.ndc("dr", "show", run), typed.ndc("dr", "show", "no-such-run")
    resumed = typed.ndc("dr", "resume", run, "--as", "an")
    pack = tmp_path / "another/var/test/runs" / run / "evidence"
    verified = typed.ndc("dr", "verify", str(pack))

    assert followed.code == 7, followed.err
    assert "compare is failed" in followed.out
    assert (shown.code, unknown.code) == (0, 4)
    assert "compare is failed" in shown.out
    assert "etcd tells so" in shown.err
    assert "there is no run called no-such-run" in unknown.err
    assert resumed.code == 1, resumed.out + resumed.err
    assert "compare: … (attempt 2)" in resumed.err
    (lost,) = re.findall(r"lost +([1-9]\d*)", resumed.out)
    assert re.findall(r"lost +(\d+)", verified.out) == [lost]
    assert 'it holds, as far as it goes; the report says "loss"' in verified.out
