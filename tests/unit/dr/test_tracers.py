"""Tracers of a drill: written as a store's owner, looked for at the end, and removed."""

from __future__ import annotations

import io
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from typing_extensions import override

from access.secrets import Certificate
from access.secrets.authority import Authority, Subject, Use
from core.clock import wait_until
from core.system_clock import SystemClock
from dr.onhost.store_owner import StoreOwner
from dr.onhost.trace_main import DrillTracing, TracingRoom
from dr.onhost.tracers import ENDS, TracerWriter
from dr.tracing import (
    StoreTrail,
    Tracer,
    TracerFate,
    TracerParty,
    folder_of,
    parties_text,
    read_parties,
    read_shown,
    read_trails,
)
from inventory.names import PartyName, StoreName
from inventory.storage import party_subject
from tests.stubs.clock import StubClock
from tests.stubs.https import serve
from tests.stubs.stored import StubStore

STORE = StoreName("general-open")
DRILL = "20300101-000010-site-loss"
FOLDER = folder_of(DRILL)
HERE = IPv4Address("127.0.0.1")
BOUND = timedelta(seconds=20)


@dataclass(frozen=True)
class Proof:
    """Certificates of a store on loopback and of its owner."""

    authority: Path
    party: TracerParty
    served: ssl.SSLContext


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    folder = tmp_path_factory.mktemp("tls")

    def files(name: str) -> Certificate:
        return Certificate(folder / f"{name}.key", folder / f"{name}.crt")

    authority = Authority.ensure(files("ca"), "test", SystemClock())
    serving, asking = frozenset({Use.SERVER}), frozenset({Use.CLIENT})
    authority.ensure_certificate(Subject(files("store"), STORE, serving, addresses=(HERE,)))
    owner = party_subject(PartyName("general-database"))
    authority.ensure_certificate(Subject(files("owner"), owner, asking))
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(files("store").certificate, files("store").key)
    served.load_verify_locations(files("ca").certificate)
    served.verify_mode = ssl.CERT_REQUIRED
    texts = [file.read_text("utf-8") for file in (files("owner").certificate, files("owner").key)]
    return Proof(files("ca").certificate, TracerParty(STORE, str(HERE), *texts), served)


@pytest.fixture
def store() -> StubStore:
    return StubStore()


@pytest.fixture
def owner(proof: Proof, store: StubStore) -> Iterator[StoreOwner]:
    port = _port()
    end = serve((str(HERE), port), proof.served, store.answer)
    yield replace(StoreOwner.proved_by(proof.party, proof.authority), port=port)
    end()


def _port() -> int:
    with socket.socket() as probe:
        probe.bind((str(HERE), 0))
        return int(probe.getsockname()[1])


def _writer(owner: StoreOwner, folder: Path, said: list[Tracer]) -> TracerWriter:
    return TracerWriter(owner, FOLDER, StubClock(folder / "clock"), said.append)


def test_what_the_owner_writes_is_there_until_it_is_removed(owner: StoreOwner) -> None:
    assert owner.write("a/1", "one") is TracerFate.KEPT

    answers = [owner.holds("a/1", "one"), owner.holds("a/1", "two"), owner.holds("a/2", "one")]

    assert answers == [True, False, False]
    assert owner.remove("a")
    assert owner.holds("a/1", "one") is False
    assert owner.remove("a"), "a second time"


def test_what_was_never_sent_is_refused_and_what_was_not_answered_is_not_known(
    owner: StoreOwner, store: StubStore
) -> None:
    nobody = replace(owner, port=_port())
    fates = [nobody.write("1", "1")]

    for store.status in (403, 500, 503):
        fates.append(owner.write("1", "1"))
    store.status, store.is_silent = None, True
    fates.append(owner.write("1", "1"))

    refused, unknown = TracerFate.REFUSED, TracerFate.UNKNOWN
    assert fates == [refused, refused, unknown, unknown, unknown]
    assert nobody.holds("1", "1") is None
    assert not nobody.remove("")


def test_nobody_is_believed_who_cannot_prove_to_be_the_store(
    owner: StoreOwner, tmp_path: Path, proof: Proof
) -> None:
    files = Certificate(tmp_path / "ca.key", tmp_path / "ca.crt")
    Authority.ensure(files, "another", SystemClock())
    fooled = replace(StoreOwner.proved_by(proof.party, files.certificate), port=owner.port)

    fate = fooled.write("1", "1")

    assert fate is TracerFate.REFUSED
    assert fooled.holds("1", "1") is None


def test_what_was_acknowledged_and_is_gone_is_told_by_its_number(
    owner: StoreOwner, store: StubStore, tmp_path: Path
) -> None:
    said: list[Tracer] = []

    def goes_on() -> bool:
        if len(said) == 5:
            # another site goes on from an older point, which has the first two alone
            for number in (2, 3, 4):
                del store.files[f"/{FOLDER}/{number}"]
        return len(said) < 5

    trail = _writer(owner, tmp_path, said).trail(goes_on)

    assert [one.number for one in said] == [0, 1, 2, 3, 4, 5], "one more, at the end"
    assert (sorted(trail.present), sorted(trail.gone)) == ([0, 1, 5], [2, 3, 4])
    assert trail.removed
    assert store.files == {}


def test_a_store_that_does_not_answer_is_waited_for_and_then_told_to_keep_what_it_may(
    owner: StoreOwner, store: StubStore, tmp_path: Path
) -> None:
    said: list[Tracer] = []

    def goes_on() -> bool:
        store.status = 503 if said else None
        return len(said) < 2

    writer = _writer(owner, tmp_path, said)
    began = writer.clock.elapsed()
    trail = writer.trail(goes_on)

    assert trail == StoreTrail()
    assert {one.fate for one in said[1:]} == {TracerFate.UNKNOWN}
    assert not any(one.is_read for one in said[1:])
    assert writer.clock.elapsed() - began >= ENDS


def test_a_store_that_comes_back_late_is_seen_to_serve_again(
    owner: StoreOwner, store: StubStore, tmp_path: Path
) -> None:
    said: list[Tracer] = []

    def goes_on() -> bool:
        return len(said) < 2

    class Late(StubClock):
        @override
        def sleep(self, duration: timedelta) -> None:
            store.status = 503 if 2 <= len(said) < 30 else None
            super().sleep(duration)

    clock = Late(tmp_path / "clock")
    trail = TracerWriter(owner, FOLDER, clock, said.append).trail(goes_on)

    assert said[-1].fate is TracerFate.KEPT
    assert len(said) == 31
    assert trail == StoreTrail((), frozenset({0, 1, 30}), frozenset(), removed=True)


def _tracing(folder: Path, out: io.StringIO) -> DrillTracing:
    return DrillTracing(DRILL, TracingRoom(folder / "room" / DRILL), SystemClock(), out)


def test_a_drill_is_told_how_far_it_is_and_at_the_end_what_became_of_it(
    owner: StoreOwner, store: StubStore, tmp_path: Path
) -> None:
    lines, shown = io.StringIO(), io.StringIO()
    tracing, clock = _tracing(tmp_path, lines), SystemClock()
    writing = threading.Thread(target=tracing.write, args=([owner], timedelta(minutes=5)))
    writing.start()
    wait_until(clock, lambda: tracing.room.counts().get(STORE), what="a tracer", bound=BOUND)
    _tracing(tmp_path, shown).show()

    tracing.room.end()
    writing.join(BOUND.total_seconds())

    trail = read_trails(lines.getvalue())[STORE]
    _, acknowledged = read_shown(shown.getvalue())
    assert acknowledged[STORE] >= 1
    assert len(trail.tracers) == len(trail.present) >= 2
    assert not trail.gone
    assert trail.removed
    assert store.files == {}


class _Gone(io.StringIO):
    """A pipe that nobody reads any more."""

    @override
    def flush(self) -> None:
        raise BrokenPipeError


def test_who_had_them_written_is_gone_and_nothing_of_them_stays(
    owner: StoreOwner, store: StubStore, tmp_path: Path
) -> None:
    _tracing(tmp_path, _Gone()).write([owner], timedelta(minutes=5))

    assert store.files == {}


def test_they_end_by_themselves_when_their_time_is_over(owner: StoreOwner, tmp_path: Path) -> None:
    lines = io.StringIO()

    _tracing(tmp_path, lines).write([owner], timedelta(seconds=1.5))

    assert read_trails(lines.getvalue())[STORE].removed


def test_who_begins_after_the_end_was_told_writes_no_more_than_one(
    owner: StoreOwner, tmp_path: Path
) -> None:
    lines = io.StringIO()
    tracing = _tracing(tmp_path, lines)
    tracing.room.end()

    tracing.write([owner], timedelta(minutes=5))

    assert len(read_trails(lines.getvalue())[STORE].tracers) == 1


def test_what_is_left_of_a_drill_is_removed_by_who_did_not_write_it(
    owner: StoreOwner, store: StubStore, tmp_path: Path
) -> None:
    store.files |= {f"/{FOLDER}/1": "1", "/precious": "of its owner"}
    lines = io.StringIO()

    _tracing(tmp_path, lines).remove([owner])

    assert store.files == {"/precious": "of its owner"}
    assert read_trails(lines.getvalue()) == {STORE: StoreTrail(removed=True)}


def test_what_does_not_tell_of_tracers_is_not_read_and_no_key_is_quoted(proof: Proof) -> None:
    text = parties_text([proof.party])

    assert read_parties(text) == (proof.party,)
    with pytest.raises(ValueError, match=r"^no parties$"):
        read_parties(text[:-1])
    with pytest.raises(ValueError, match="here"):
        read_trails('{"here": 1}')
    assert "PRIVATE" not in repr(proof.party)
