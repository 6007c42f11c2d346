"""Whether the report of a pack says what was counted, and claims no more than that allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import isclose
from typing import Any, Final

from dr.verifier.contents import PackContents
from dr.verifier.findings import PackFindings
from dr.verifier.journal import ProvedRequest, ReadJournal
from dr.verifier.ledger import Recount

FILE: Final = "report.json"

_ENDED_WELL: Final = ("done", "missed")
"""what is called so claims that all was measured, and nothing lost"""


def compared(
    contents: PackContents,
    journal: ReadJournal,
    counts: Mapping[str, Recount],
    proved: Sequence[ProvedRequest],
    findings: PackFindings,
) -> dict[str, Any]:
    """Return the report, after comparing it with the journal and with what was counted."""
    stated = contents.plain(FILE, findings)
    own = (journal.run, journal.plan["basis"]["environment"])
    if (stated["run"], stated["environment"]) != own:
        findings.damage(FILE, f"it is about another run: {stated['run']}")
    phases = {
        one["phase"]: (datetime.fromisoformat(one["began_at"]), one["took_seconds"])
        for one in stated["phases"]
    }
    for phase, began, took in journal.phases():
        if phases.pop(phase, None) != (began, took.total_seconds()):
            findings.damage(FILE, f"phase {phase} took {took.total_seconds()} s, by the journal")
    for phase in phases:
        findings.damage(FILE, f"phase {phase} is not in the journal")
    for course in stated["services"]:
        _compare(course, counts.get(course["service"]), findings)
        _demand_earned(course, journal, counts.get(course["service"]), findings)
    _demand_askers(stated, proved, findings)
    return stated


def _compare(course: dict[str, Any], count: Recount | None, findings: PackFindings) -> None:
    measure = course["measure"]
    if count is None or measure is None:
        if (count is None) != (measure is None):
            findings.doubt(FILE, f"what it measured of {course['service']} cannot be counted anew")
        return
    for name, counted in count.plain().items():
        stated = measure[name]
        exact = not isinstance(counted, float)
        if not (stated == counted if exact else isclose(stated, counted, abs_tol=1e-6)):
            findings.damage(FILE, f"{course['service']}: {name} is {counted}, and it says {stated}")
    for name, moment in (("since", count.since), ("until", count.until)):
        if datetime.fromisoformat(measure[name]) != moment:
            findings.damage(FILE, f"{course['service']}: it was measured {name} {moment}")


def _demand_earned(
    course: dict[str, Any], journal: ReadJournal, count: Recount | None, findings: PackFindings
) -> None:
    """Find an outcome that is better than what was counted."""
    outcome, service = course["outcome"], course["service"]
    if count is not None and count.lost and outcome != "loss":
        findings.damage(
            FILE, f"{service}: {len(count.lost)} writes are lost, and it says {outcome}"
        )
    if outcome not in _ENDED_WELL:
        return
    skipped = any(event == "skipped" for _, _, event in journal.events())
    if journal.verdict != "done" or skipped:
        findings.damage(FILE, f"{service}: it says {outcome}, and the run did not end so")
    if count is None:
        findings.damage(FILE, f"{service}: it says {outcome}, and nothing was measured")
        return
    if count.is_void or not count.acknowledged or count.not_read_back:
        findings.damage(FILE, f"{service}: it says {outcome}, and not all of it was measured")
    promised = timedelta(seconds=course["recovery_time_promised_seconds"])
    if outcome == "done" and (count.gap > promised or count.duplicated):
        findings.damage(FILE, f"{service}: it says done, and an objective was missed")


def _demand_askers(
    stated: dict[str, Any], proved: Sequence[ProvedRequest], findings: PackFindings
) -> None:
    known = {(one.wish, one.by, one.step, one.key) for one in proved}
    for asker in stated["askers"]:
        who = (asker["wish"], asker["name"], asker["step"], asker["key"])
        if asker["key"] is not None and who not in known:
            findings.damage(
                FILE, f"it says that {asker['name']} is proved, by no key believed here"
            )
        if asker["key"] is None:
            findings.doubt(FILE, f"nothing proves that {asker['name']} asked to {asker['wish']}")
