"""Patroni's REST: who leads, who follows how closely; and the words of its keys in etcd.

Patroni's words are those of version 4.1; ``patroni_status`` reads what one member says of itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from access.clients.http import answered, look, look_async, send
from core.errors import NotSeen, Rejected
from inventory.names import HostName
from inventory.patroni import USER

LOOK: Final = timedelta(seconds=1)
_BEGINS: Final = timedelta(seconds=25)
"""in which Patroni says yes or no to a change"""
NO_ORDER: Final = "{}"
"""what Patroni itself leaves in the key for orders, once it obeyed or refused one"""

_SYNCHRONOUS: Final = frozenset({"sync_standby", "quorum_standby"})


BAR: Final = "nofailover"
"""the tag of a member that never leads; one that is never waited for carries ``nosync`` too"""


class MemberAnswer(BaseModel):
    """One member, as ``GET /cluster`` shows it.

    ``role`` is Patroni's word. ``leader`` alone accepts writes. Two more roles hold the leader
    key and accept no writes: a ``standby_leader`` copies another cluster, and a ``promoted``
    member has not finished its promotion. For us both follow, and their ``/primary`` agrees.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: HostName
    role: str
    state: str
    timeline: int | None = None
    """the timeline that it writes or follows"""
    lag: int | Literal["unknown"] | None = None
    """bytes behind the leader; the leader has none"""
    tags: Mapping[str, object] = {}
    """only those that are set"""

    @property
    def is_leader(self) -> bool:
        """Whether it is the one that accepts writes, if it runs."""
        return self.role == "leader"

    @property
    def leads(self) -> bool:
        """Whether it accepts writes: it is the leader, and runs."""
        return self.is_leader and self.state == "running"

    @property
    def streams(self) -> bool:
        """Whether it receives what the leader writes, as it writes it."""
        return self.state == "streaming"

    @property
    def synchronous(self) -> bool:
        """Whether a commit may wait for it."""
        return self.role in _SYNCHRONOUS

    @property
    def barred(self) -> bool:
        """Whether it is told never to lead."""
        return bool(self.tags.get(BAR))

    @property
    def lag_bytes(self) -> int | None:
        """Bytes behind the leader; None: not known, or it leads."""
        return self.lag if isinstance(self.lag, int) else None


class ScheduledSwitch(BaseModel):
    """A switchover that somebody left for Patroni to make at its time."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at: datetime
    to: str | None = None
    """None: to whom Patroni chooses"""


class ClusterAnswer(BaseModel):
    """What ``GET /cluster`` shows."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    members: tuple[MemberAnswer, ...]
    pause: bool = False
    """whether Patroni was told to leave the members as they are: no leader is replaced"""
    scheduled_switchover: ScheduledSwitch | None = None

    @property
    def leader(self) -> MemberAnswer | None:
        """The member that is the leader, whether it runs or not; None: there is none."""
        return next((member for member in self.members if member.is_leader), None)


def cluster(over: httpx.Client, root: str) -> ClusterAnswer:
    """Return the members, and what Patroni was told to do with them.

    The Patroni under ``root`` tells what it last heard from etcd: cut off, it tells old news.

    Raises:
        NotSeen: nothing is known.
    """
    url = _cluster(root)
    return _read(look(over, url, deadline=LOOK), url)


def agreed(answers: Collection[ClusterAnswer]) -> ClusterAnswer | None:
    """Return the one of ``answers`` to believe; None: they contradict each other, or are none.

    Who names a leader of an earlier timeline than another does was cut off, and is not counted.
    Among the rest most must name the same leader, or the same lack of one.
    """
    newest = max((_timeline(answer) for answer in answers), default=0)
    present = [a for a in answers if a.leader is None or _timeline(a) == newest]
    named = Counter(answer.leader and answer.leader.name for answer in present)
    leader, votes = (named.most_common(1) or [(None, 0)])[0]
    if 2 * votes <= len(present):
        return None
    return next(a for a in present if (a.leader and a.leader.name) == leader)


def _timeline(answer: ClusterAnswer) -> int:
    return (answer.leader and answer.leader.timeline) or 0


async def cluster_async(
    over: httpx.AsyncClient, root: str, *, deadline: timedelta
) -> ClusterAnswer:
    """Return what ``cluster`` does; the whole look has ``deadline``.

    Raises:
        NotSeen: nothing is known.
    """
    url = _cluster(root)
    return _read(await look_async(over, url, deadline=deadline), url)


def forks(over: httpx.Client, root: str) -> dict[int, int]:
    """Return where each earlier timeline ended, in bytes from the beginning of the log.

    Patroni records an end some seconds after the promotion; until then it is absent.

    Raises:
        NotSeen: nothing is known.
    """
    url = f"{root}/history"
    answer = look(over, url, deadline=LOOK)
    try:
        return {int(line[0]): int(line[1]) for line in answer}
    except (TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise strange(url, "lines of timeline, location, …", str(error)) from error


def order(*, leader: HostName | None, candidate: HostName, giver: str) -> str:
    """Return the text by which ``leader`` is told to hand over to ``candidate``.

    Only a Patroni of that name that leads obeys it, and only if the candidate is well; any other
    clears it. Where nobody leads, all but the candidate stand back. Patroni passes over
    ``giver``, who can tell by it whose order stands.
    """
    fields = {"leader": leader or "", "member": candidate, "giver": giver}
    return json.dumps(fields, separators=(",", ":"))


def stands(text: str | None) -> bool:
    """Whether ``text``, from the key for orders, is one that was neither obeyed nor refused."""
    fields = _fields(text)
    return bool(fields.get("leader") or fields.get("member"))


def giver(text: str | None) -> str | None:
    """Return who gave the order ``text``; None: it is none, or was not given by ``order``."""
    name = _fields(text).get("giver")
    return name if isinstance(name, str) and stands(text) else None


def waited_for(text: str | None) -> frozenset[str]:
    """Return the members for whom commits wait, by ``text`` from the key that says so."""
    names = _fields(text).get("sync_standby")
    return frozenset(names.split(",")) if isinstance(names, str) and names else frozenset()


def leader_of(text: str | None) -> HostName | None:
    """Return by whose word commits wait, by the same ``text``; None: nobody's."""
    name = _fields(text).get("leader")
    return HostName(name) if isinstance(name, str) and name else None


def position(text: str | None) -> int | None:
    """Return how far a leader's log came, in bytes, by ``text`` from the key where it tells that.

    None: it does not say.
    """
    location = _fields(text).get("optime")
    return location if isinstance(location, int) else None


def _fields(text: str | None) -> dict[str, Any]:
    try:
        fields = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def reinitialize(over: httpx.Client, root: str, *, password: str) -> None:
    """Have the member under ``root`` remove its copy and clone the leader; return when it begins.

    ``over`` shows it our certificate; ``password`` is the database's, for changes.

    Raises:
        Rejected: it said no, and did nothing: it leads, or nobody does.
        Unreachable: it may have begun.
    """
    url = f"{root}/reinitialize"
    body = {"force": True, "from_leader": True}
    auth = httpx.BasicAuth(USER, password)
    reply = send(over, "POST", url, body=body, deadline=_BEGINS, auth=auth)
    if reply.status == httpx.codes.SERVICE_UNAVAILABLE:
        raise Rejected(
            f"{url} said no",
            expected="that the copy is made anew",
            actual=reply.text.strip()[:200],
            next_step="ndc status",
        )
    if reply.status != httpx.codes.OK:
        answered(reply, url)


def _cluster(root: str) -> str:
    return f"{root}/cluster"


def _read(answer: Any, url: str) -> ClusterAnswer:
    try:
        return ClusterAnswer.model_validate(answer)
    except ValidationError as error:
        problems = f"{error.error_count()} problems"
        raise strange(url, "members with name, role, state", problems) from error


def strange(url: str, expected: str, actual: str) -> NotSeen:
    """Return what is to be said when ``url`` answered ``actual``, which is not ``expected``."""
    return NotSeen(
        f"{url} did not answer as Patroni does",
        refused=True,
        expected=expected,
        actual=actual,
        next_step="look at what listens there: ndc ssh HOST -- ss -tlnp",
    )
