"""A stranger counts who attested that hosts are off, from what they signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from access.clients.signatures import sign
from access.secrets import Secrets
from access.secrets.ssh_keys import ensure_ssh_key
from core import files
from core.runs.journal import Opened, Proof, Record, Request, StepEvent, Where, Wish
from core.runs.machine import EventKind
from core.runs.plan import StepId
from core.runs.statement import NAMESPACE, digest_of, statement
from dr.live.run_folder import RunFolder
from dr.live.signing import ID_MOMENT, LIFE, Signing, public_keys
from dr.planning.plan import codec
from dr.simulation.timeline import BEGINNING
from dr.verifier.contents import PackContents
from dr.verifier.findings import PackFindings
from dr.verifier.journal import ReadJournal, demand_approvals, proved_requests
from dr.verifier.keys import PublicKeys
from inventory.names import OperatorName
from tests.failovers import blind

AN, BINH = OperatorName("an"), OperatorName("binh")
ATTEST = StepId("attest")
SECOND = timedelta(seconds=1)
TOLD = "journal.jsonl: attest was begun, and {} of 2 people are proved to attest it"


@dataclass(frozen=True, slots=True)
class Attested:
    """A run in which people sign that hosts are off, and then that is believed."""

    signing: Signing
    began: timedelta = 2 * SECOND
    """the step, after the run was opened"""

    def word(self, by: str, **changes: timedelta) -> Request:
        """Return what ``by`` signs, a second after the run was opened."""
        made_at = BEGINNING + SECOND
        until = made_at + changes.get("counts", LIFE)
        request = Request(f"{made_at:{ID_MOMENT}}-{by}", Wish.ATTEST, by, "seen dark", ATTEST)
        return self.signing.signed(replace(request, until=until), None)

    def damages(self, *words: Request, late: Sequence[Request] = ()) -> list[str]:
        """Return what a stranger finds if ``words`` were written down before, ``late`` after."""
        plan = self.signing.folder.plan()
        start = Request(f"{BEGINNING:{ID_MOMENT}}-start", Wish.START, AN)
        entries: list[Any] = [
            Opened(plan, Where.FILE, start=self.signing.signed(start, None)),
            *words,
            StepEvent(ATTEST, EventKind.STARTED),
            *late,
        ]
        moments = [timedelta(), *[SECOND] * len(words), *[self.began] * (1 + len(late))]
        lines = [
            codec().encode(Record(number, BEGINNING + at, entry)) + b"\n"
            for number, (at, entry) in enumerate(zip(moments, entries, strict=True))
        ]
        text = files.read_if_there(self.signing.folder.path / "plan.json") or ""
        contents = PackContents({"journal.jsonl": b"".join(lines), "plan.json": text.encode()})
        keys = PublicKeys.read(public_keys(self.signing.network, self.signing.secrets))
        findings = PackFindings()
        journal = ReadJournal.read(contents, findings)
        demand_approvals(journal, proved_requests(journal, contents, keys), findings)
        return findings.damages


@pytest.fixture
def run(tmp_path: Path) -> Attested:
    lost = blind("ndc01")
    secrets = Secrets(tmp_path / "secrets")
    secrets.operator_key(AN).parent.mkdir(parents=True)
    for name in (AN, BINH):
        ensure_ssh_key(secrets.operator_key(name), name)
    folder = RunFolder.create(tmp_path / "runs", lost.plan(attested=True))
    return Attested(Signing(lost.network, secrets, folder))


def test_two_people_who_signed_the_hosts_and_until_when_are_believed(run: Attested) -> None:
    assert run.damages(run.word(AN), run.word(BINH)) == []


def test_one_person_is_not_enough(run: Attested) -> None:
    again = replace(run.word(AN), id=f"{BEGINNING:{ID_MOMENT}}-again")

    assert run.damages(run.word(AN)) == [TOLD.format(1)]
    assert run.damages(run.word(AN), run.signing.signed(again, None)) == [TOLD.format(1)]
    assert run.damages() == [TOLD.format(0)]


def test_two_names_with_one_key_are_one_person(run: Attested) -> None:
    own, other = (run.signing.secrets.operator_key(name) for name in (AN, BINH))
    for suffix in ("", ".pub"):
        other.with_name(f"{other.name}{suffix}").write_bytes(
            own.with_name(f"{own.name}{suffix}").read_bytes()
        )

    assert run.damages(run.word(AN), run.word(BINH)) == [TOLD.format(1)]


def test_who_signed_until_another_moment_is_not_proved(run: Attested) -> None:
    word = run.word(BINH)
    assert word.until is not None

    longer = replace(word, until=word.until + SECOND)

    assert run.damages(run.word(AN), longer) == [TOLD.format(1)]


def test_what_was_signed_of_other_hosts_is_not_proved(run: Attested) -> None:
    word, own = run.word(BINH), run.signing
    plan = files.read_if_there(own.folder.path / "plan.json") or ""
    text = statement(own.network.environment, own.folder.run, digest_of(plan), word, ["ndc02-app"])
    signature = sign(text, own.secrets.operator_key(BINH), NAMESPACE)

    other = replace(word, proof=Proof("", signature))

    assert run.damages(run.word(AN), other) == [TOLD.format(1)]


@pytest.mark.parametrize(("began", "people"), [(16, 2), (18, 0)], ids=["in time", "lapsed"])
def test_what_had_lapsed_when_the_step_began_does_not_count(
    run: Attested, began: int, people: int
) -> None:
    # a last look may take a minute from the moment in which it was asked whether it counts
    later = replace(run, began=timedelta(minutes=began))

    damages = later.damages(run.word(AN), run.word(BINH))

    assert damages == ([] if people == 2 else [TOLD.format(people)])


def test_who_claims_to_count_for_longer_than_may_be_is_not_proved(run: Attested) -> None:
    assert run.damages(run.word(AN), run.word(BINH, counts=LIFE + SECOND)) == [TOLD.format(1)]


def test_who_attests_after_the_step_began_comes_too_late(run: Attested) -> None:
    assert run.damages(run.word(AN), late=[run.word(BINH)]) == [TOLD.format(1)]
