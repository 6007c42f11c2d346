"""Lets etcd take writes again after its alarm of no space.

What was overwritten or deleted is dropped (compaction), its room is given back (one voter after
the other, since each stands still meanwhile), and the alarm is taken back. Each of these may be
done twice, so whoever was interrupted begins anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from access.clients.etcd import Etcd
from core.errors import NotSeen, Rejected, Unreachable
from inventory.names import HostName

NO_SPACE: Final = "NOSPACE"
BOUND: Final = timedelta(seconds=60)
"""for one voter to give room back: it copies all that is left, 2 GB at most"""

_COMPACTED: Final = "has been compacted"


def lacks_room(voters: Mapping[HostName, Etcd]) -> bool:
    """Tell whether etcd takes no writes for want of space, as the first voter that answers says.

    Raises:
        NotSeen: none of them answers.
    """
    return NO_SPACE in _first(voters).alarms()


def make_room(voters: Mapping[HostName, Etcd]) -> Iterator[str]:
    """Make etcd take writes again; yield a sentence for each thing that was done.

    Each of ``voters`` asks one alone, as root. One that does not answer gives its room back when
    the same call is made again. Where there is no alarm, nothing is done.

    Raises:
        Rejected: what is left fills the space as well, or root's password is another one.
        Unreachable: some of it may be done; the same call goes on.
        NotSeen: nobody could tell whether there is an alarm.
    """
    quorum = _first(voters)
    if NO_SPACE not in quorum.alarms():
        return
    revision = _revision(quorum)
    _compact(quorum, revision)
    yield f"dropped what was overwritten before revision {revision}"
    for name, voter in voters.items():
        try:
            voter.ask("maintenance/defragment", {}, repeatable=True)
        except Unreachable as error:
            yield f"{name} does not answer: {error.actual}"
        else:
            yield f"{name} gave its room back"
    raised = quorum.ask("maintenance/alarm", {"action": "GET"}, repeatable=True)
    for alarm in raised.get("alarms", []):
        if alarm.get("alarm") == NO_SPACE:
            quorum.ask("maintenance/alarm", {**alarm, "action": "DEACTIVATE"}, repeatable=True)
    if left := quorum.alarms():
        raise Rejected(
            "etcd raises its alarm again",
            expected="no alarm",
            actual=", ".join(sorted(left)),
            next_step="what is left fills its space: ndc logs",
        )
    yield "the quorum takes writes again"


def _first(voters: Mapping[HostName, Etcd]) -> Etcd:
    """Return the first of ``voters`` that answers; the last one, where none does."""
    for voter in voters.values():
        try:
            voter.alarms()
        except NotSeen:
            continue
        return voter
    return list(voters.values())[-1]


def _revision(quorum: Etcd) -> int:
    answer = quorum.ask("kv/range", {"key": "AA==", "count_only": True}, repeatable=True)
    return int(answer["header"]["revision"])


def _compact(quorum: Etcd, revision: int) -> None:
    try:
        body = {"revision": str(revision), "physical": True}
        quorum.ask("kv/compaction", body, repeatable=True)
    except Rejected as error:
        if _COMPACTED not in (error.actual or ""):
            raise
