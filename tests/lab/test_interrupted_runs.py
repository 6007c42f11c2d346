"""Whoever carries a switchover is killed with ``kill -9``; whoever resumes it finishes it, once."""

from __future__ import annotations

import os
import random
import signal
from datetime import timedelta

import pytest

from core import host_paths
from ndc.settings import paths_of
from tests.lab.journals import Run, awaited, plans
from tests.lab.recovery import CLOCK, Portal, Standing, kept, report_of, served_where_led
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

SEED = int(os.environ.get("NDC_TEST_SEED") or random.SystemRandom().randrange(10**6))

LATEST_MILLISECONDS = {
    "drain": 10,
    "promote": 1500,
    "canary": 200,
    "reroute": 400,
    "verify": 10,
    "reprotect": 10,
}
"""how long after the first step of a phase was sent its end is nowhere near"""
EVERY_TIME = {"promote"}
"""the phase whose steps are in doubt for longest, and cannot be taken back; the campaign has all"""


@pytest.mark.parametrize(
    "phase",
    [
        phase if phase in EVERY_TIME else pytest.param(phase, marks=pytest.mark.campaign)
        for phase in LATEST_MILLISECONDS
    ],
)
def test_a_run_whose_carrier_is_killed_is_finished_by_resume_and_nothing_happens_twice(
    lab: Terminal, phase: str
) -> None:
    _interrupt_and_resume(lab, phase, LATEST_MILLISECONDS[phase])


@pytest.mark.campaign
@pytest.mark.parametrize("turn", range(20))
def test_the_same_at_any_instant(lab: Terminal, turn: int) -> None:
    phase = random.Random(f"{SEED} {turn}").choice([*LATEST_MILLISECONDS])  # noqa: S311 - an instant, no secret
    _interrupt_and_resume(lab, phase, LATEST_MILLISECONDS[phase], turn)


@pytest.mark.campaign
def test_a_run_whose_target_died_is_finished_once_all_is_green_again(lab: Terminal) -> None:
    portal = Portal.declared(lab)
    before = served_where_led(lab, portal)
    target = portal.other_than(before.site)
    hosts = lab.declared("hosts")
    members = lab.ndc("status", "--json").value["databases"][0]["members"]
    at_target = {host["host"] for host in hosts if host["site"] == target}
    (candidate,) = (one["host"] for one in members if one["host"] in at_target)

    run = _interrupted(lab, portal, target, "drain", timedelta())
    lab.done("lab", "kill", candidate)
    held = lab.ndc("dr", "resume", run.path.name, bound_seconds=300)
    lab.done("lab", "start", candidate, bound_seconds=300)
    lab.ndc("status", "--wait", bound_seconds=300)
    resumed = lab.ndc("dr", "resume", run.path.name, bound_seconds=300)

    assert held.code == 7, held.stdout
    report_of(lab, resumed)
    after = Standing.seen(lab)
    assert (after.site, after.leader, after.epoch) == (target, candidate, before.epoch + 1)


@pytest.mark.campaign
def test_a_run_whose_process_is_stopped_is_told_and_goes_on_as_one(lab: Terminal) -> None:
    portal = Portal.declared(lab)
    before = served_where_led(lab, portal)
    target = portal.other_than(before.site)
    runs = paths_of(lab.environment).runs
    known = plans(runs)

    with lab.begun("dr", "switchover", portal.name, "--to", target) as following:
        run = Run(awaited(following, lambda: next(iter(plans(runs) - known), None)))
        awaited(following, lambda: run.steps("promote") & run.times("started").keys() or None)
        process = run.signal_carrier(signal.SIGSTOP)
        try:
            concerns = lab.ndc("status", "--json").value["concerns"]
            refused = lab.ndc("dr", "resume", run.path.name)
        finally:
            run.signal_carrier(signal.SIGCONT)
        following.communicate(timeout=300)

    told = [one["sentence"] for one in concerns]
    assert any(sentence.endswith(f"next: kill -CONT {process}") for sentence in told), told
    assert refused.code == 4
    assert run.times("succeeded") == {step["id"]: 1 for step in run.plan}
    after = Standing.seen(lab)
    assert (after.site, after.epoch) == (target, before.epoch + 1)


def _interrupt_and_resume(lab: Terminal, phase: str, latest: int, turn: int = 0) -> None:
    """Kill the carrier of a switchover within ``latest`` ms of ``phase``, and let it be resumed."""
    delay = random.Random(f"{SEED} {phase} {turn}").uniform(0, latest)  # noqa: S311 - an instant, no secret
    print(f"NDC_TEST_SEED={SEED}: {phase} + {delay:.0f} ms")  # noqa: T201 - shown when it fails
    portal = Portal.declared(lab)
    before = served_where_led(lab, portal)
    target = portal.other_than(before.site)

    run = _interrupted(lab, portal, target, phase, timedelta(milliseconds=delay))
    resumed = lab.ndc("dr", "resume", run.path.name, bound_seconds=300)

    report_of(lab, resumed)
    assert run.times("succeeded") == {step["id"]: 1 for step in run.plan}
    after = Standing.seen(lab)
    assert (after.site, after.epoch) == (target, before.epoch + 1)
    assert (after.leader != before.leader, after.timeline) == (True, before.timeline + 1)
    for action in (step["action"] for step in run.plan):
        if action["kind"] == "write-canary":
            assert len(kept(lab, portal, action["key"])) == 1
        if action["kind"] == "widen-sync":
            assert _told(lab, action["database"], action["host"]) == "{}", "it is left waited for"


def _interrupted(lab: Terminal, portal: Portal, target: str, phase: str, delay: timedelta) -> Run:
    """Return a run whose carrier was killed ``delay`` after ``phase`` began."""
    runs = paths_of(lab.environment).runs
    known = plans(runs)
    with lab.begun("dr", "switchover", portal.name, "--to", target) as following:
        run = Run(awaited(following, lambda: next(iter(plans(runs) - known), None)))
        steps = run.steps(phase)
        awaited(following, lambda: steps & run.times("started").keys() or None)
        CLOCK.sleep(delay)
        run.signal_carrier(signal.SIGKILL)
        _, told = following.communicate(timeout=60)
    assert not run.is_over, f"the run was over before {phase} + {delay} came"
    assert following.returncode == 7, told
    assert f"dr resume {run.path.name}" in told
    return run


def _told(lab: Terminal, database: str, host: str) -> str:
    """Return what the copy of ``database`` on ``host`` was told beside what is declared."""
    leave = host_paths.patroni_folder(database) / host_paths.PATRONI_LEAVE
    return lab.on(host, "sed", "1d", str(leave)).stdout.strip()
