"""Hosts that were given up: excluded until a person admits them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from core.errors import JournalCorrupt
from core.formats import Format
from core.runs.plan import RunName
from dr.logs.row_list import RowList, read_rows
from dr.logs.tail import Tail, read_tail
from inventory.names import HostName
from inventory.network import Network, Role


@dataclass(frozen=True, slots=True)
class Exclusion:
    """That one host was given up: it announces nothing, and nothing is moved to it."""

    run: RunName
    """that gave it up"""
    since: datetime


_EXCLUSION: TypeAdapter[Exclusion] = TypeAdapter(Exclusion)


def to_exclude(network: Network, lost: Iterable[HostName]) -> tuple[HostName, ...]:
    """Return which of ``lost`` have something to be kept from: a service, or a copy of data."""
    roles = {Role.SERVICE, Role.DATABASE, Role.STORAGE}
    return tuple(host for host in sorted(lost) if roles & set(network.host(host).roles))


def exclusion_text(exclusion: Exclusion) -> str:
    """Return ``exclusion`` as it is kept."""
    return Format.EXCLUSION.text(_EXCLUSION.dump_python(exclusion, mode="json"))


def read_exclusion(text: str) -> Exclusion:
    """Return the exclusion that ``text`` holds.

    Raises:
        JournalCorrupt: it holds none, or one of a format that is not read. It is excluded then.
    """
    Format.EXCLUSION.demand(text, "the exclusion of a host")
    try:
        return _EXCLUSION.validate_json(text)
    except ValidationError:
        raise JournalCorrupt(
            "who excluded a host cannot be read",
            expected='{"run": …, "since": …}',
            actual=text[:80],
            next_step="find out who wrote it; the host stays out until then",
        ) from None


def called(network: Network, hosts: Iterable[HostName]) -> str:
    """Return what a person types for ``hosts``: a site's name for all of it that has to wait."""
    left, words = set(hosts), []
    for site in network.sites:
        own = set(to_exclude(network, (host.name for host in network.hosts_at(site.name))))
        if own and own <= left:
            words.append(str(site.name))
            left -= own
    return " ".join([*words, *sorted(left)])


@dataclass(frozen=True, slots=True)
class Beside:
    """What one host says of a database beside its copy of it."""

    tails: tuple[Tail, ...]
    """that were kept there, each whole"""
    is_apart: bool
    """whether the copy stays apart now"""
    rows: Mapping[str, RowList]
    """by the names of the tails; those of the others are not listed"""

    def of(self, host: HostName) -> tuple[Tail, ...]:
        """Return the tails that ``host`` itself wrote."""
        return tuple(one for one in self.tails if one.host == host)

    def sentences(self, tail: Tail) -> Iterator[str]:
        """Yield what a person reads of the rows of ``tail``, bounded."""
        rows = self.rows.get(tail.name)
        if rows:
            yield from rows.sentences()
        else:
            yield "its rows are not listed"


def read_beside(text: str) -> Beside:
    """Return what a host says in ``text``.

    Raises:
        ValueError, KeyError: it says none.
        JournalCorrupt: in a format that is not read.
    """
    plain, source = json.loads(text), "what the host says"
    tails = tuple(read_tail(json.dumps(one), source) for one in plain["kept"])
    # a host that was not brought up to date lists none
    lists = plain.get("rows") or [None] * len(tails)
    rows = {
        tail.name: read_rows(json.dumps(one), source)
        for tail, one in zip(tails, lists, strict=True)
        if one
    }
    return Beside(tails, bool(plain["apart"]), rows)


def brought_back(
    database: str, host: HostName, tail: Tail | None, beside: Beside, *, rows: bool
) -> Iterator[str]:
    """Yield what the copy of ``database`` on ``host`` holds that no other copy has.

    ``tail`` is in its log now; those ``beside`` it were kept, also when it was rewound. ``rows``
    says whether the first of them are named as well.
    """
    earlier = (one for one in beside.of(host) if one != tail)
    tails = [*([tail] if tail else []), *earlier]
    for one in tails:
        size = "an unknown number of" if one.last is None else str(max(one.last - one.fork, 0))
        yield f"{one.sentence()}; {size} bytes of log"
        if rows:
            yield from (f"    {sentence}" for sentence in beside.sentences(one))
    if not tails:
        yield f"{host} holds nothing of {database} that no other copy has"
