"""Anchors: how a run's journal ended at moments of the run, told to others who keep it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.secrets import Secrets
from dr.live.anchoring import Anchoring, records_of
from dr.live.exhibits import Exhibits, digest
from dr.live.run_folder import RunFolder
from inventory.etcd import anchors, windows
from inventory.network import Role
from ndc.wiring.probe_keys import keep_probe_keys
from tests.rehearsals import RUN, SERVICE, rehearsal
from tests.stubs.network import StubNetwork, stub_network


@pytest.fixture
def stub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StubNetwork]:
    with stub_network(request.getfixturevalue("stub_ground"), SERVICE, tmp_path / "hosts") as stub:
        yield stub


@pytest.fixture
def exhibits(tmp_path: Path) -> Exhibits:
    """Return what a switchover left that was carried to its end, and never anchored."""
    made = rehearsal("tiny")
    folder = RunFolder.create(tmp_path / "runs", made.plan)
    made.carry(folder.journal(made.world))
    return Exhibits(folder)


def _in_etcd(stub: StubNetwork) -> list[str]:
    prefix = f"{anchors(stub.on.network.environment)}{RUN}/"
    return [text for key, text in sorted(stub.etcd.held.items()) if key.startswith(prefix)]


def test_an_anchor_names_the_one_before_and_is_kept_by_others(
    stub: StubNetwork, exhibits: Exhibits
) -> None:
    with stub.live() as live:
        for _ in range(3):
            Anchoring(live, exhibits).anchor()

    kept = exhibits.anchors()
    told = [json.loads(json.loads(anchor)["told"]) for anchor in kept]
    assert [one["previous"] for one in told] == ["", digest(kept[0]), digest(kept[1])]
    assert told[0]["journal_sha256"] == digest(b"".join(exhibits.journal_lines()))
    assert _in_etcd(stub) == kept
    assert all(json.loads(anchor)["statement"] for anchor in kept)


def test_where_nobody_answers_an_anchor_is_kept_unsigned_and_told_to_etcd_later(
    stub: StubNetwork, exhibits: Exhibits
) -> None:
    with stub.live() as live:
        ends, stub.ends = stub.ends, []
        for end in ends:
            end()
        Anchoring(live, exhibits).complete()
        unsigned = exhibits.anchors()

    assert [json.loads(anchor)["statement"] for anchor in unsigned] == [None]
    assert _in_etcd(stub) == []


def test_a_journal_of_the_past_is_not_anchored(stub: StubNetwork, exhibits: Exhibits) -> None:
    with stub.live() as live:
        Anchoring(live, exhibits).anchor()
        path = exhibits.folder.path / "journal.jsonl"
        path.write_bytes(b"".join(exhibits.journal_lines()[:4]))
        exhibits.anchors_path.unlink()
        Anchoring(live, exhibits).anchor()

    assert len(_in_etcd(stub)) == 1
    assert records_of(_in_etcd(stub)[0]) > 4


def test_a_second_machine_goes_on_where_the_first_one_anchored_last(
    stub: StubNetwork, exhibits: Exhibits
) -> None:
    with stub.live() as live:
        Anchoring(live, exhibits).anchor()
        exhibits.anchors_path.unlink()
        Anchoring(live, exhibits).anchor()

    assert exhibits.anchors() == _in_etcd(stub)
    assert len(exhibits.anchors()) == 2


def test_what_was_anchored_to_its_end_is_not_anchored_again(
    stub: StubNetwork, exhibits: Exhibits
) -> None:
    with stub.live() as live:
        Anchoring(live, exhibits).complete()
        Anchoring(live, exhibits).complete()

    assert len(exhibits.anchors()) == 1


def test_since_when_a_run_is_measured_is_known_to_etcd(
    stub: StubNetwork, exhibits: Exhibits
) -> None:
    exhibits.folder.keep_window_text(SERVICE, '{"format":1}')

    with stub.live() as live:
        Anchoring(live, exhibits).anchor()

    key = f"{windows(stub.on.network.environment)}{RUN}/{SERVICE}"
    assert stub.etcd.held[key] == '{"format":1}'


def test_another_key_of_a_probe_is_told_and_the_earlier_one_is_kept(
    stub: StubNetwork, tmp_path: Path
) -> None:
    secrets, notes = Secrets(tmp_path / "secrets"), list[str]()
    (host,) = stub.on.network.hosts_with(Role.PROBE)
    path = secrets.probe_keys(host.name)
    with stub.live() as live:
        keep_probe_keys(live.probes, secrets, notes.append)
        keep_probe_keys(live.probes, secrets, notes.append)
        quiet, own = list(notes), path.read_text("utf-8")
        path.write_text("ssh-ed25519 AAAA\n", "utf-8")
        keep_probe_keys(live.probes, secrets, notes.append)

    assert quiet == []
    assert notes == [f"the probe on {host.name} signs with another key than before; both are kept"]
    assert path.read_text("utf-8") == f"ssh-ed25519 AAAA\n{own}"
