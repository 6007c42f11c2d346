"""Who asks of a run is proved by a key, or called not proved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from access.clients.signatures import fingerprint
from access.secrets import Secrets
from access.secrets.ssh_keys import ensure_ssh_key
from core.errors import PlanRefused, Rejected
from core.runs.journal import Proof, Request, Wish
from core.runs.plan import StepId
from dr.live.asking import Identity
from dr.live.run_folder import RunFolder
from dr.live.signing import LIFE, ProvedInbox, Signing, line_is_signed, line_signed
from dr.planning.plan import attested_in
from dr.simulation.timeline import Timeline
from inventory.names import EnvironmentName, OperatorName
from tests.failovers import blind
from tests.rehearsals import rehearsal

AN, BINH = OperatorName("an"), OperatorName("binh")
CLOCK = Timeline()
START = Request("20300101-000002-000000-start", Wish.START, "an", ticket="CHG-7")
APPROVAL = Request("20300101-000003-000000-approve", Wish.APPROVE, "binh", step=StepId("promote"))


@pytest.fixture
def signing(tmp_path: Path) -> Signing:
    made = rehearsal("tiny")
    secrets = Secrets(tmp_path / "secrets")
    for name in (AN, BINH):
        secrets.operator_key(name).parent.mkdir(parents=True, exist_ok=True)
        ensure_ssh_key(secrets.operator_key(name), name)
    return Signing(made.network, secrets, RunFolder.create(tmp_path / "runs", made.plan))


def test_a_request_is_proved_by_the_key_of_who_asks(signing: Signing) -> None:
    signed = signing.signed(START, None)

    public_key = signing.secrets.operator_key(AN).with_suffix(".pub").read_text("utf-8")
    assert signed.proof is not None
    assert signed.proof.fingerprint == fingerprint(public_key)
    assert signed.proof.roles == ("approve", "observe", "operate")
    assert signing.is_proved(signed)


@pytest.mark.parametrize(
    "change",
    [
        {"by": "binh"},
        {"wish": Wish.ABORT},
        {"reason": "another"},
        {"step": StepId("promote")},
        {"id": "20300101-000009-000000-start"},
        {"ticket": "CHG-8"},
    ],
)
def test_a_signature_for_one_request_proves_no_other(
    change: dict[str, object], signing: Signing
) -> None:
    signed = signing.signed(START, None)

    assert not signing.is_proved(replace(signed, **change))  # type: ignore[arg-type]  # its fields


def test_a_signature_for_one_plan_proves_no_other(signing: Signing) -> None:
    signed = signing.signed(START, None)
    plan = signing.folder.path / "plan.json"
    plan.write_text(plan.read_text("utf-8").replace("ndc02", "ndc03"), "utf-8")

    assert not signing.is_proved(signed)


def test_a_signature_for_one_environment_proves_nothing_in_another(signing: Signing) -> None:
    signed = signing.signed(START, None)
    elsewhere = replace(signing.network, environment=EnvironmentName("another"))

    assert not replace(signing, network=elsewhere).is_proved(signed)


def test_who_has_the_key_of_another_is_refused(signing: Signing) -> None:
    with pytest.raises(PlanRefused, match="that key is not the key of an"):
        signing.signed(START, signing.secrets.operator_key(BINH))


def test_who_is_not_declared_is_refused(signing: Signing) -> None:
    with pytest.raises(PlanRefused, match="there is no operator called ann") as refused:
        signing.signed(replace(START, by="ann"), None)

    assert refused.value.next_step == "did you mean --as an?"


def test_without_a_key_nothing_is_signed(signing: Signing, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="nothing was signed"):
        signing.signed(START, tmp_path / "no-such-key")


def test_an_inbox_takes_roles_from_the_inventory_and_not_from_the_request(signing: Signing) -> None:
    signed = signing.signed(APPROVAL, None)
    assert signed.proof is not None
    boasting = replace(signed, proof=replace(signed.proof, roles=("operate", "approve", "root")))
    signing.folder.inbox().post(boasting)

    (read,) = ProvedInbox(signing.folder.inbox(), signing, CLOCK).requests()

    assert read == signed
    assert read.proof is not None
    assert read.proof.roles == ("approve", "observe")


@pytest.mark.parametrize("by", ["binh", "nobody-declared"])
def test_an_inbox_strips_a_proof_that_is_none(by: str, signing: Signing) -> None:
    forged = replace(APPROVAL, by=by, proof=Proof("SHA256:made-up", "no signature", ("approve",)))
    signing.folder.inbox().post(forged)

    assert ProvedInbox(signing.folder.inbox(), signing, CLOCK).requests() == [
        replace(forged, proof=None)
    ]


def test_a_request_that_waited_too_long_proves_nothing(signing: Signing) -> None:
    signing.folder.inbox().post(signing.signed(APPROVAL, None))
    clock = Timeline()

    clock.sleep(timedelta(minutes=14))
    (fresh,) = ProvedInbox(signing.folder.inbox(), signing, clock).requests()
    clock.sleep(timedelta(minutes=2))
    (stale,) = ProvedInbox(signing.folder.inbox(), signing, clock).requests()

    assert (fresh.proof is not None, stale.proof) == (True, None)


def test_a_request_that_counts_until_no_moment_of_any_zone_is_none(signing: Signing) -> None:
    inbox = signing.folder.inbox()
    strange = replace(APPROVAL, until=datetime(2030, 1, 1, 0, 5))  # noqa: DTZ001 - that is it
    inbox.post(strange)

    assert ProvedInbox(inbox, signing, CLOCK).requests() == []
    inbox.post(replace(strange, until=datetime(2030, 1, 1, 0, 5, tzinfo=UTC)))
    assert [one.id for one in ProvedInbox(inbox, signing, CLOCK).requests()] == [strange.id]


def test_a_line_of_the_audit_log_is_signed_as_it_stands_or_not_at_all(signing: Signing) -> None:
    secrets, line = signing.secrets.folder, {"env": "test", "by": "an", "command": "ndc up"}
    key, signature = line_signed(signing.network, secrets, "an", None, line)
    signed = {**line, "key": key, "signature": signature}

    assert line_is_signed(signing.network, secrets, signed)
    for change in (
        {"command": "ndc down"},
        {"by": "binh"},
        {"ticket": "CHG-8"},
        {"key": "SHA256:x"},
    ):
        assert not line_is_signed(signing.network, secrets, {**signed, **change})


@pytest.fixture
def unsure(tmp_path: Path, signing: Signing) -> Signing:
    """Return what signs for a run in which people attest that hosts are off."""
    plan = blind("ndc01").plan(attested=True)
    return replace(signing, folder=RunFolder.create(tmp_path / "runs", plan))


WORD = Request(
    "20300101-000003-000000-attest",
    Wish.ATTEST,
    "binh",
    "seen dark",
    StepId("attest"),
    until=CLOCK.now() + timedelta(minutes=15),
)


def test_who_attests_signs_the_hosts_and_until_when(unsure: Signing) -> None:
    signed = unsure.signed(WORD, None)
    assert signed.until is not None

    changed = [
        replace(signed, until=signed.until + timedelta(seconds=1)),
        replace(signed, until=None),
        replace(signed, reason="heard of it"),
        replace(signed, step=StepId("promote")),
    ]

    assert unsure.is_proved(signed)
    assert not any(map(unsure.is_proved, changed))
    assert "ndc01-data" in str(attested_in(unsure.folder.plan(), StepId("attest")))


def test_a_word_that_claims_to_count_for_longer_proves_nothing(unsure: Signing) -> None:
    assert WORD.until is not None
    long = replace(WORD, until=WORD.until + timedelta(minutes=1))
    unsure.folder.inbox().post(unsure.signed(long, None))

    (read,) = ProvedInbox(unsure.folder.inbox(), unsure, CLOCK).requests()

    assert read == long


@pytest.mark.parametrize(
    ("wish", "counts"),
    [(Wish.APPROVE, LIFE), (Wish.ATTEST, LIFE), (Wish.RESUME, None), (Wish.SKIP, None)],
)
def test_who_agrees_says_until_when_it_counts(
    signing: Signing, wish: Wish, counts: timedelta | None
) -> None:
    now = CLOCK.now()

    asked = Identity(None, "root").asks(signing, wish, now, step="promote")

    assert asked.until == (counts and now + counts)


def test_an_approval_is_signed_with_until_when_it_counts(signing: Signing) -> None:
    until = CLOCK.now() + LIFE

    signed = signing.signed(replace(APPROVAL, until=until), None)

    assert signing.is_proved(signed)
    assert not signing.is_proved(replace(signed, until=until + timedelta(seconds=1)))
    assert not signing.is_proved(replace(signed, until=None))
