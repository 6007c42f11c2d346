"""A drill is held in the lab itself; who holds it dies, and nothing stays taken away."""

from __future__ import annotations

import re
import signal
import subprocess

import pytest

from core.clock import wait_until
from tests.lab.losses import put_away
from tests.lab.recovery import CLOCK, SLOW, Standing, move
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab


@pytest.mark.campaign
def test_a_drill_that_is_killed_in_the_middle_is_told_and_cleaned_and_nobody_noticed(
    lab: Terminal,
) -> None:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    before = Standing.seen(lab)

    with lab.begun("drill", "run", "pair-loss", "--mode", "live") as drill:
        cut = wait_until(CLOCK, lambda: _cut(lab, drill), what="a cut link", bound=SLOW)
        meanwhile = lab.ndc("drill", "run", "pair-loss", "--mode", "live")
        drill.send_signal(signal.SIGKILL)
    left = lab.ndc("status")
    refused = lab.ndc("down")
    cleaned = lab.ndc("drill", "clean")
    settled = lab.ndc("status", "--wait", bound_seconds=300)

    assert meanwhile.code == 4
    assert "another drill is being held" in meanwhile.stderr
    assert "next: ndc --env" in left.stdout
    assert "drill clean" in left.stdout
    assert refused.code == 4
    assert "is not over" in refused.stderr
    assert cleaned.code == 0, cleaned.stderr
    assert cleaned.stdout.strip().endswith("-pair-loss is over")
    assert settled.code == 0, settled.stdout
    assert _cut_links(lab) == set()
    assert cut
    assert Standing.seen(lab) == before


@pytest.mark.campaign
@pytest.mark.parametrize(
    "name", ["planned-move", "host-loss", "site-loss", "pair-loss", "voter-loss"]
)
def test_a_drill_of_the_catalogue_passes_and_is_proved(lab: Terminal, name: str) -> None:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0

    held = lab.ndc("--as", "an", "drill", "run", name, "--mode", "live", bound_seconds=900)
    listed = lab.done("drill", "list", "--json").value
    _put_away(lab, held.stdout)

    print(held.stdout)  # noqa: T201 - the report
    assert held.code == 0, held.stdout + held.stderr
    (row,) = (row for row in listed if row["drill"] == name)
    assert row["last_proved"] != "never"
    assert "0 lost" in row["measured"]
    assert ("stores: " in row["measured"]) is (name in {"host-loss", "site-loss"})
    assert "may keep ndc-drill-" not in held.stdout + held.stderr


@pytest.mark.campaign
def test_a_region_is_lost_in_a_drill_once_a_second_person_agrees(lab: Terminal) -> None:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    before = Standing.seen(lab)
    words = ("drill", "run", "region-loss", "--mode", "live", "--accept-loss", "a drill")
    alone = lab.ndc(*words[:5])

    with lab.begun("--as", "an", *words) as drill:
        run, step = wait_until(CLOCK, lambda: _waiting(lab, drill), what="a gate", bound=3 * SLOW)
        yes = lab.ndc("dr", "approve", run, step, "--as", "binh", bound_seconds=300)
        said, told = drill.communicate(timeout=900)
    _put_away(lab, said)
    status = lab.ndc("status", "--json").value
    move(lab, [one["name"] for one in status["services"]], before.site)

    print(said)  # noqa: T201 - the report
    assert alone.code == 4
    assert "nobody accepts that" in alone.stderr
    assert yes.code in {0, 1}, yes.stdout + yes.stderr
    assert drill.returncode == 0, said + told
    assert Standing.seen(lab).site == before.site


def _put_away(lab: Terminal, report: str) -> None:
    """Remove what hosts keep apart of stores, by the report of a drill."""
    for host in set(re.findall(r"apart: (\S+) keeps", report)):
        put_away(lab, host)


def _waiting(lab: Terminal, drill: subprocess.Popen[str]) -> tuple[str, str] | None:
    """Return the run of the drill, once it waits for a second person, and the step that does."""
    assert drill.poll() is None, drill.communicate()
    runs = lab.done("dr", "runs", "--json").value
    run = next((one for one in runs if one.endswith("-drill-region-loss")), None)
    shown = lab.ndc("dr", "show", run).stdout if run else ""
    gate = re.search(r"(\S+) is awaiting approval", shown)
    return (run, gate[1]) if run and gate else None


def _cut(lab: Terminal, drill: subprocess.Popen[str]) -> set[str] | None:
    """Return the links that the drill has cut, while it is being held."""
    assert drill.poll() is None, drill.communicate()
    return _cut_links(lab) or None


def _cut_links(lab: Terminal) -> set[str]:
    status = lab.ndc("status", "--json").value
    return {link["name"] for link in status["links"] if link["state"] == "cut"}
