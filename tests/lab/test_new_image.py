"""A running network gets another golden image: host by host, with its data, under load."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta

import pytest

from lab.client import Labd
from ndc.settings import paths_of, settings
from tests.lab.recovery import CLOCK, Portal, Standing, held, noticed
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

OLD = "an-old-image"
MARK = "/usr/share/old-image"
RESTART = timedelta(seconds=60)
"""what a service may be silent while the only host restarts at which it is served"""


@pytest.fixture
def old_image(lab: Terminal) -> Iterator[str]:
    """Yield an image that has one file more than the newest."""
    images = settings().cache / "image"
    newest = Labd(paths_of(lab.environment).labd_socket).status().hosts[0].image
    shutil.rmtree(images / OLD, ignore_errors=True)
    subprocess.run(["cp", "-al", images / newest, images / OLD], check=True)
    (images / OLD / "root" / MARK.lstrip("/")).touch()
    yield OLD
    shutil.rmtree(images / OLD)


def test_hosts_are_patched_one_by_one_and_keep_their_data(lab: Terminal, old_image: str) -> None:
    portal, before = Portal.declared(lab), Standing.seen(lab)
    leader = before.leader
    edge = next(h["host"] for h in lab.declared("hosts") if h["host"] != leader)
    for host in (edge, leader):
        _let_stand_on(lab, host, old_image)
    ids = {host: lab.on(host, "cat", "/etc/machine-id").stdout for host in (edge, leader)}
    boots = _boot_ids(lab)
    since = CLOCK.now()

    by_itself = lab.done("up", bound_seconds=300)
    asked = lab.done("up", "--new-image", bound_seconds=400)

    assert "ndc up --new-image" in by_itself.stderr
    restarted = {host for host, boot in _boot_ids(lab).items() if boot != boots[host]}
    assert restarted == {edge, leader}, asked.stderr
    assert {lab.on(host, "test", "-e", MARK).code for host in (edge, leader)} == {1}
    assert {h: lab.on(h, "cat", "/etc/machine-id").stdout for h in ids} == ids
    seen = noticed(lab, portal, since, CLOCK.now())
    print(f"citizens waited {seen.gap.length.total_seconds():.1f} s")  # noqa: T201 - a figure
    assert (seen.lost, seen.not_read_back) == (0, 0), seen
    assert seen.gap.length < RESTART
    assert Standing.seen(lab).site == before.site
    again = lab.done("up", bound_seconds=300)
    assert "new-image" not in again.stderr


def _let_stand_on(lab: Terminal, host: str, image: str) -> None:
    with held(lab):
        lab.done("lab", "kill", host)
        Labd(paths_of(lab.environment).labd_socket).change_image(host, image)
        lab.done("lab", "start", host, bound_seconds=180)
    assert lab.on(host, "test", "-e", MARK).code == 0
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


def _boot_ids(lab: Terminal) -> dict[str, str]:
    return {h["name"]: h["boot_id"] for h in lab.done("lab", "status", "--json").value["hosts"]}
