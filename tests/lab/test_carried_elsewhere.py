"""An operator's machine stands still in the middle of a run; another one ends the run, once."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from ndc.settings import paths_of
from tests.lab.journals import Run, awaited, plans
from tests.lab.recovery import Portal, Standing, report_of, served_where_led
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

ITS_OWN = ("runs", "lab", "pulumi", "ansible", "log", "lock")
"""what an operator's machine keeps to itself; another one has the secrets and the network"""


@pytest.fixture
def another(lab: Terminal, tmp_path: Path) -> Terminal:
    """Return a terminal on another operator's machine: without the runs of the first."""
    ours = paths_of(lab.environment)
    theirs = tmp_path / "var" / lab.environment
    shutil.copytree(ours.root, theirs, ignore=shutil.ignore_patterns(*ITS_OWN))
    return Terminal(lab.environment, tmp_path)


def test_a_second_machine_ends_the_run_of_one_that_stands_still_and_then_wakes(
    lab: Terminal, another: Terminal
) -> None:
    portal = Portal.declared(lab)
    before = served_where_led(lab, portal)
    target = portal.other_than(before.site)
    runs, known = lab.runs, plans(lab.runs)

    with lab.begun("dr", "switchover", portal.name, "--to", target) as following:
        first = Run(awaited(following, lambda: next(iter(plans(runs) - known), None)))
        awaited(following, lambda: first.steps("promote") & first.times("started").keys() or None)
        first.signal_carrier(signal.SIGSTOP)
        try:
            resumed = another.ndc("dr", "resume", first.path.name, bound_seconds=300)
            after = Standing.seen(lab)
        finally:
            first.signal_carrier(signal.SIGCONT)
        following.communicate(timeout=300)
    awake = Standing.seen(lab)
    followed = lab.ndc("dr", "show", first.path.name, "--follow")
    second = Run(another.runs / first.path.name)
    pack = second.path / "evidence"
    verified = another.ndc("dr", "verify", str(pack))
    told = lab.done("dr", "runs", "--json").value[first.path.name]
    status = lab.ndc("status", "--wait", bound_seconds=300)

    report = report_of(another, resumed)
    assert report["services"][0]["measure"]["lost"] == 0
    assert second.times("succeeded") == {step["id"]: 1 for step in second.plan}
    assert (after.site, after.epoch) == (target, before.epoch + 1)
    # who woke found that another had written, and did nothing more
    assert following.returncode not in {0, None}
    assert awake == after
    assert not first.is_over
    assert "closed: done" in followed.stderr
    # nor does it ask a person to end what was ended elsewhere
    assert "  done" in told
    assert status.code == 0, status.stdout
    assert "it holds" in verified.stdout, verified.stdout
