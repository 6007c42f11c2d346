"""A full pool, a chain that broke, a common base that is lost: shown, called about, mended."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.lab.lab_store import LabStore
from tests.lab.terminal import Terminal
from tests.lab.watching import Call, concern

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

LEFT_BYTES = 200_000_000
"""of the pool, before bytes that do not compress fill it to the end"""
FULL = """
left=$(df -B1 --output=avail {folder} | tail -1)
fallocate -l $((left - {left})) {folder}/fill
head -c {left} /dev/urandom >{folder}/rest 2>&1
true
"""


@pytest.fixture(scope="module")
def store(lab: Terminal) -> LabStore:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    return LabStore.seen(lab)


def test_a_full_refuge_is_called_about_and_goes_on_when_there_is_room(
    lab: Terminal, store: LabStore
) -> None:
    refuge, text = store.refuges[-1], secrets.token_hex()
    with _full(store, refuge):
        store.write(text, "30M")
        Call("CopyTooOld", f"the copy of {store.name} at {_site(lab, refuge)}").awaited(lab)
        why = concern(lab, store.name, f"the copy of {refuge} is")
        Call("DiskNearlyFull", f"{store.folder} of {refuge}").awaited(lab)
        shown = lab.ndc("status", "storage").stdout.splitlines()

    assert "its pool has no room" in why
    assert any(refuge in row and "0%" in row and "X CRIT" in row for row in shown), shown
    store.await_note(text)
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


def test_a_chain_that_broke_at_a_refuge_begins_anew_by_itself(
    lab: Terminal, store: LabStore
) -> None:
    store.write(text := secrets.token_hex())
    store.await_note(text)

    _forget(store, store.refuges[-1])

    store.write(text := secrets.token_hex())
    store.await_note(text)
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


def test_a_source_that_lost_the_common_base_takes_nothing_until_a_person_says_so(
    lab: Terminal, store: LabStore
) -> None:
    store.write(before := secrets.token_hex())
    store.await_note(before)

    _forget(store, store.source)
    store.write(after := secrets.token_hex())
    for refuge in store.refuges:
        Call("StoreCopyAstray", f"that {_site(lab, refuge)} has").awaited(lab)
        why = concern(lab, store.name, f"{refuge}")
        assert "has no recovery point that is there; docs/runbooks/seen/old-store-copy.md" in why
    held = [store.note_at(refuge) for refuge in store.refuges]

    # as the runbook says
    points = f"{store.folder}/.points/{store.dataset}"
    for refuge in store.refuges:
        lab.on(refuge, "mv", points, f"{points}.kept")
    store.await_note(after)

    assert held == [before] * len(store.refuges)
    for refuge in store.refuges:
        Call("StoreCopyAstray", f"that {_site(lab, refuge)} has").ended(lab)
        lab.on(refuge, "sh", "-c", f"btrfs subvolume delete {points}.kept/* && rmdir {points}.kept")
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


@contextmanager
def _full(store: LabStore, host: str) -> Iterator[None]:
    """Leave no room in the pool of ``host``, until the block ends."""
    fill = FULL.format(folder=store.folder, left=LEFT_BYTES)
    assert store.lab.on(host, "sh", "-c", fill).code == 0
    try:
        yield
    finally:
        store.lab.on(host, "rm", "-f", f"{store.folder}/fill", f"{store.folder}/rest")


def _forget(store: LabStore, host: str) -> None:
    """Delete every recovery point of ``store`` on ``host``."""
    points = f"{store.folder}/.points/{store.dataset}"
    deleted = store.lab.on(host, "sh", "-c", f"btrfs subvolume delete {points}/*")
    assert deleted.code == 0, deleted.stderr


def _site(lab: Terminal, host: str) -> str:
    rows = lab.declared("hosts")
    return next(str(row["site"]) for row in rows if row["host"] == host)
