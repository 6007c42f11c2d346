"""Another golden image under a host's data: what stays, what goes, and when nothing is touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from access.secrets import Secrets
from core.errors import Rejected
from core.stages import Stages
from core.text import Say
from inventory.names import HostName
from inventory.network import Host
from lab import patching
from lab.overlay import Overlay
from lab.patching import Patch
from lab.status import HostStatus, LabStatus
from stacks.substrates.port import Power
from tests.rehearsals import Rehearsal, rehearsal
from tests.unit.lab.specs import PORT

ACCOUNTS = "root:x:0:0:root:/root:/bin/bash\npostgres:x:105:110::/var/lib/postgresql:/bin/sh\n"
OURS = "opt/ndc/venv/lib/python3.11/site-packages/ndc.pth"
DATA = (
    "var/lib/postgresql/15/general-db/PG_VERSION",
    "var/lib/etcd/member/wal",
    "var/lib/ndc/probe/portal.jsonl",
    "etc/ssh/ssh_host_ed25519_key",
    "etc/frr/.ndc-handed-over",
    "opt/ndc/programs/0123/ndc/__init__.py",
    OURS,
)
OF_THE_IMAGE = (
    "usr/lib/libssl.so",
    "opt/ndc/venv/lib/python3.11/site-packages/httpx/__init__.py",
    "var/lib/dpkg/status",
    "var/cache/apt/pkgcache.bin",
    "etc/ld.so.cache",
)


def _laid(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    overlay = Overlay(tmp_path / "host")
    overlay.make()
    own = "ndc-agent:x:990:990::/:/usr/sbin/nologin\n"
    _laid(
        overlay.upper, {"etc/passwd": ACCOUNTS + own, **dict.fromkeys(DATA + OF_THE_IMAGE, "old")}
    )
    return overlay


def _image(folder: Path, passwd: str = ACCOUNTS) -> Path:
    image = folder / "images" / "another" / "root"
    _laid(image, {"usr/lib/libssl.so": "new", "etc/passwd": passwd})
    return image


def _held(overlay: Overlay) -> set[str]:
    return {str(p.relative_to(overlay.upper)) for p in overlay.upper.rglob("*") if p.is_file()}


def test_data_stays_and_programs_are_the_images(overlay: Overlay, tmp_path: Path) -> None:
    overlay.change_image(_image(tmp_path))

    assert _held(overlay) == {*DATA, "etc/passwd"}


@pytest.mark.parametrize(
    "passwd",
    [ACCOUNTS.replace(":105:", ":106:"), f"{ACCOUNTS}chrony:x:107:112::/:/bin/sh\n"],
    ids=["another-number", "an-account-that-the-host-lacks"],
)
def test_files_never_become_somebody_elses(overlay: Overlay, tmp_path: Path, passwd: str) -> None:
    before = _held(overlay)

    with pytest.raises(Rejected, match="cannot stand on"):
        overlay.change_image(_image(tmp_path, passwd))

    assert _held(overlay) == before


def test_an_image_that_is_not_there_takes_nothing(overlay: Overlay, tmp_path: Path) -> None:
    before = _held(overlay)

    with pytest.raises(Rejected, match="no golden image"):
        overlay.change_image(tmp_path / "images" / "gone" / "root")

    assert _held(overlay) == before


@dataclass
class Machine:
    """A daemon whose hosts are values; it notes what is done to them."""

    images: dict[str, str]
    off: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def status(self) -> LabStatus:
        hosts = tuple(
            HostStatus(name, "", self._power(name), "", image, None, None, None)
            for name, image in self.images.items()
        )
        return LabStatus("ci", 1, 1, (), hosts, (), PORT)

    def power_off(self, hosts: list[str]) -> None:
        assert set(hosts) <= self.off

    def change_image(self, host: str, image: str) -> None:
        assert host in self.off
        self.images[host] = image
        self.done.append(host)

    def power_on(self, hosts: list[str], progress: Say) -> None:
        progress(f"{hosts} boot")
        self.off -= set(hosts)

    def _power(self, name: str) -> Power:
        return Power.OFF if name in self.off else Power.RUNNING


@dataclass
class Story:
    """A network whose hosts stand on an old image, and the gate between them."""

    machine: Machine
    on: Rehearsal
    fails_at: int = 0
    """the how manieth time that all is to be well; 0: it always is"""
    asked: int = 0
    leaders: dict[str, bool] = field(default_factory=dict)
    """whether each host led when it was told to stop"""

    def apply(self) -> None:
        stages = Stages(lambda _: None, self.on.world.timeline)
        secrets = Secrets(Path("/nowhere"))
        patch = Patch(self.on.network, secrets, self.machine, "new", self.green, stages)
        patch.apply(self.on.world.doors, {self.leader()})

    def green(self) -> None:
        self.asked += 1
        assert not self.machine.off
        if self.asked == self.fails_at:
            raise Rejected("not green")
        self.on.world.sleep(timedelta(seconds=30))

    def leader(self) -> HostName:
        (database, *_) = self.on.network.databases
        members = self.on.world.doors.database.members(database.name)
        return next(host for host, member in members.items() if member.leads)

    def stop(self, host: HostName) -> None:
        self.leaders[host] = host == self.leader()
        self.machine.off.add(host)


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> Story:
    on = rehearsal()
    story = Story(Machine({host.name: "old" for host in on.network.hosts}), on)

    @contextmanager
    def connect(host: Host, _: object) -> Iterator[object]:
        yield SimpleNamespace(run=lambda _: story.stop(host.name))

    monkeypatch.setattr(patching, "connect", connect)
    return story


def test_every_host_is_patched_alone_and_who_led_goes_last(story: Story) -> None:
    leader = story.leader()

    story.apply()

    assert set(story.machine.images.values()) == {"new"}
    assert story.machine.done[-1] == leader
    assert story.asked >= len(story.machine.done) + 1


def test_nobody_leads_when_he_is_told_to_stop(story: Story) -> None:
    story.apply()

    assert set(story.leaders.values()) == {False}


def test_the_first_gate_that_does_not_open_ends_it_and_the_same_command_goes_on(
    story: Story,
) -> None:
    story.fails_at = 4

    with pytest.raises(Rejected):
        story.apply()
    before = list(story.machine.done)
    story.apply()

    assert len(before) == 3
    assert sorted(story.machine.done) == sorted(story.machine.images)
    assert story.machine.done[:3] == before


def test_a_network_that_is_not_well_is_not_begun_with(story: Story) -> None:
    story.fails_at = 1

    with pytest.raises(Rejected):
        story.apply()

    assert story.machine.done == []


def test_who_stands_on_the_image_is_left_alone(story: Story) -> None:
    story.machine.images = dict.fromkeys(story.machine.images, "new")

    story.apply()

    assert (story.machine.done, story.asked) == ([], 0)
