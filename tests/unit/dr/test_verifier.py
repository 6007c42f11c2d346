"""What a stranger finds even where a key that signs was misused, and what is only doubted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise

import pytest

from dr.verifier.anchors import LATEST, ReadAnchor, _doubt_late
from dr.verifier.findings import PackFindings
from dr.verifier.journal import (
    ProvedRequest,
    ReadJournal,
    demand_approvals,
    proved_requests,
)
from dr.verifier.keys import PublicKeys
from dr.verifier.report import _demand_earned
from tests.evidence import Packed, packed
from tests.rehearsals import SERVICE
from tests.stubs.network import stub_network

LEDGER, IDS = f"ledger-{SERVICE}.jsonl", f"ids-{SERVICE}.json"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
START = ProvedRequest("start", "an", None, "SHA256:a", 0)
APPROVAL = ProvedRequest("approve", "binh", "promote", "SHA256:b", 0)


@pytest.fixture(scope="module")
def pack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    on, root = request.getfixturevalue("stub_ground"), tmp_path_factory.mktemp("verifier")
    with stub_network(on, SERVICE, root / "hosts") as stub:
        return packed(stub, root / "runs")


def _rechained(pack: Packed, old: str, new: str) -> Packed:
    """Return ``pack`` with a ledger that the probe's own host wrote anew after the run."""
    before = str(json.loads(pack.files[f"testimony-{SERVICE}.json"])["before"])
    lines = []
    for line in pack.files[LEDGER].decode().splitlines():
        body = line.rpartition(',"chain":"')[0].replace(old, new, 1)
        before = sha256(f"{before}{body}}}".encode()).hexdigest()
        lines.append(f'{body},"chain":"{before}"}}\n')
    anew = pack.changed(LEDGER, lambda _: "".join(lines).encode())
    return anew.sworn(after=before).signed()


def test_a_ledger_that_the_probes_host_wrote_anew_contradicts_the_anchors(pack: Packed) -> None:
    damages = _rechained(pack, '"outcome":"unknown"', '"outcome":"refused"').verified().damages

    # the first anchors may be older than the first write of which nobody knows
    assert any(damage.endswith("the probe had another ledger") for damage in damages)


def test_a_window_that_leaves_a_part_of_the_run_out_is_seen(pack: Packed) -> None:
    anchors = pack.files["anchors.jsonl"].decode().splitlines()
    last = json.loads(json.loads(anchors[-1])["statement"]["text"])["at"]
    earlier = (datetime.fromisoformat(last) - SECOND / 10).isoformat()

    damages = pack.sworn(until=earlier).signed().verified().damages

    number = len(anchors) - 1
    assert f"{LEDGER}: it leaves out the time of anchor {number}: the run was longer" in damages


def test_lost_writes_are_counted_and_no_report_may_call_that_done(pack: Packed) -> None:
    ids = json.loads(pack.files[IDS])
    lost = [key for key, there in ids.items() if there][:2]
    text = json.dumps({**ids, **{key: [] for key in lost}})
    changed = pack.changed(IDS, lambda _: text.encode())

    verification = changed.sworn(ids_sha256=sha256(text.encode()).hexdigest()).signed().verified()

    (count,) = verification.counts
    assert list(count.lost) == lost
    assert any(
        damage.endswith("2 writes are lost, and it says done") for damage in verification.damages
    )


def test_a_testimony_about_another_service_is_none_of_this_one(pack: Packed) -> None:
    (damage,) = pack.sworn(service="another").signed().verified().damages

    assert damage.startswith(
        f"testimony-{SERVICE}.json: it is about something else: testimony another"
    )


def test_what_was_not_read_back_is_no_reason_to_say_done(pack: Packed) -> None:
    ids, report = json.loads(pack.files[IDS]), json.loads(pack.files["report.json"])
    ids.pop(next(key for key, there in ids.items() if there))
    report["services"][0]["measure"]["not_read_back"] = 1
    text = json.dumps(ids)
    changed = pack.changed(IDS, lambda _: text.encode())
    changed = changed.changed("report.json", lambda _: json.dumps(report).encode())

    (damage,) = (
        changed.sworn(ids_sha256=sha256(text.encode()).hexdigest()).signed().verified().damages
    )

    assert damage.endswith("it says done, and not all of it was measured")


def test_a_run_that_did_not_end_well_may_not_be_called_done(pack: Packed) -> None:
    journal = ReadJournal.read(pack.contents, PackFindings())
    (count,) = pack.verified().counts
    skipped = replace(journal, records=(*journal.records[:-1], *_journal(("x", "skipped")).records))
    course = json.loads(pack.files["report.json"])["services"][0]
    findings = PackFindings()

    for one in (journal, skipped, replace(journal, records=journal.records[:-1])):
        _demand_earned(course, one, count, findings)

    assert (
        findings.damages
        == [f"report.json: {SERVICE}: it says done, and the run did not end so"] * 2
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"outcome": "done", "recovery_time_promised_seconds": 1.0}, "an objective was missed"),
        ({"outcome": "loss"}, None),
        ({"outcome": "unmeasured"}, None),
    ],
    ids=["missed", "worse than it was", "claims less"],
)
def test_a_report_may_claim_less_than_was_counted_and_never_more(
    pack: Packed, change: dict[str, object], sentence: str | None
) -> None:
    report = json.loads(pack.files["report.json"])
    report["services"][0] |= change

    damages = (
        pack.changed("report.json", lambda _: json.dumps(report).encode())
        .signed()
        .verified()
        .damages
    )

    assert [damage.rpartition(", and ")[2] for damage in damages] == (
        [sentence] if sentence else []
    )


def _journal(*events: tuple[str, str]) -> ReadJournal:
    records = tuple(
        {
            "seq": n,
            "at": (NOON + n * SECOND).isoformat(),
            "entry": {"what": "step", "step": s, "event": e},
        }
        for n, (s, e) in enumerate(events)
    )
    plan = {"steps": [{"id": "promote", "phase": "promote", "gate": "approve"}]}
    return ReadJournal((), records, plan)


@pytest.mark.parametrize(
    ("proved", "is_enough"),
    [
        ([START, APPROVAL], True),
        ([START], False),
        ([APPROVAL], False),
        ([START, replace(APPROVAL, step="verify")], False),
        ([START, replace(APPROVAL, by="an")], False),
        ([START, replace(APPROVAL, key="SHA256:a")], False),
        ([START, replace(APPROVAL, number=1)], False),
        ([START, replace(APPROVAL, wish="attest")], False),
        ([START, replace(APPROVAL, until=NOON)], True),
        ([START, replace(APPROVAL, until=NOON - 2 * MINUTE)], False),
    ],
    ids=[
        *("two persons", "nobody", "who asked is not proved", "another step", "one name"),
        *("one key", "too late", "another wish", "it counts", "it lapsed"),
    ],
)
def test_a_step_with_a_gate_takes_a_second_person_who_is_proved(
    proved: list[ProvedRequest],
    is_enough: bool,  # noqa: FBT001 - a column
) -> None:
    findings = PackFindings()

    demand_approvals(_journal(("promote", "asked"), ("promote", "started")), proved, findings)

    assert (findings.damages == []) is is_enough


@pytest.mark.parametrize(("before", "is_enough"), [("lost", True), ("rejected", False)])
def test_each_beginning_takes_an_approval_that_counts_then(
    before: str,
    is_enough: bool,  # noqa: FBT001 - a column
) -> None:
    journal = _journal(("promote", "started"), ("promote", before), ("promote", "started"))
    last = {**journal.records[-1], "at": (NOON + 20 * MINUTE).isoformat()}
    again, findings = replace(journal, records=(*journal.records[:-1], last)), PackFindings()

    approval = replace(APPROVAL, number=-1, until=NOON + MINUTE)
    demand_approvals(again, [START, approval], findings)

    assert (findings.damages == []) is is_enough


def _asked(pack: Packed, minutes: int, *, times: int = 1) -> ReadJournal:
    """Return the journal of ``pack``, whose start was written down so long after it was signed."""
    opened, *rest = (json.loads(line) for line in pack.files["journal.jsonl"].splitlines())
    moment = f"{opened['entry']['start']['id'][:22]} +0000"
    signed_at = datetime.strptime(moment, "%Y%m%d-%H%M%S-%f %z")
    at = (signed_at + minutes * MINUTE).isoformat()
    again = [{**opened, "at": at}] * times
    records = [{**record, "seq": n} for n, record in enumerate([*again, *rest])]
    text = "".join(f"{json.dumps(record)}\n" for record in records)
    findings = PackFindings()
    journal = ReadJournal.read(
        pack.changed("journal.jsonl", lambda _: text.encode()).contents, findings
    )
    assert ("journal.jsonl: a request was obeyed twice" in findings.damages) is (times > 1)
    return journal


@pytest.mark.parametrize(("minutes", "count"), [(0, 1), (15, 1), (16, 0), (-16, 0)])
def test_a_request_that_waited_for_long_is_proved_by_nothing(
    pack: Packed, minutes: int, count: int
) -> None:
    journal = _asked(pack, minutes)

    proved = proved_requests(journal, pack.contents, PublicKeys.read(pack.keys))

    assert len(proved) == count


def test_a_request_that_stands_twice_is_seen(pack: Packed) -> None:
    assert len(list(_asked(pack, 0, times=2).requests())) == 2


def test_a_gate_that_was_never_passed_needs_nobody() -> None:
    findings = PackFindings()

    demand_approvals(_journal(("promote", "asked")), [], findings)

    assert findings.damages == []


@pytest.mark.parametrize(
    ("waited", "is_doubted"), [(LATEST, False), (LATEST + SECOND, True)], ids=["soon", "late"]
)
def test_what_was_anchored_late_is_doubted(
    waited: timedelta,
    is_doubted: bool,  # noqa: FBT001 - a column
) -> None:
    journal, findings = _journal(("promote", "started"), ("promote", "succeeded")), PackFindings()

    _doubt_late(
        [ReadAnchor(1, NOON, {}), ReadAnchor(2, NOON + SECOND + waited, {})], journal, findings
    )

    assert bool(findings.doubts) is is_doubted


@pytest.mark.parametrize(
    ("line", "namespace", "is_believed"),
    [
        ('an namespaces="ndc-run,ndc-evidence" {key}', "ndc-evidence", True),
        ('an namespaces="ndc-run" {key}', "ndc-evidence", False),
        ("an {key} a comment", "ndc-evidence", True),
        ("# an {key}", "ndc-evidence", False),
        ("binh {key}", "ndc-evidence", False),
        ("an", "ndc-evidence", False),
    ],
)
def test_a_key_is_believed_of_its_owner_for_what_it_is_for(
    pack: Packed,
    line: str,
    namespace: str,
    is_believed: bool,  # noqa: FBT001 - a column
) -> None:
    own = next(one for one in pack.keys.splitlines() if one.startswith("an "))
    keys = PublicKeys.read(line.format(key=own[own.index("ssh-ed25519") :]))
    text, signature = (pack.files[name].decode() for name in ("manifest.json", "manifest.json.sig"))

    assert (keys.signer("an", text, signature, namespace) is not None) is is_believed


def test_anchors_follow_each_other_in_the_order_of_the_probes_clock(pack: Packed) -> None:
    lines = [json.loads(line) for line in pack.files["anchors.jsonl"].decode().splitlines()]
    moments = [json.loads(line["statement"]["text"])["at"] for line in lines]

    assert len(moments) >= 2
    assert all(earlier <= later for earlier, later in pairwise(moments))
