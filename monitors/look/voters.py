"""A voter's health, and the records of services that it reads with a majority."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx

from access.clients.etcd import key_values, range_under
from access.clients.http import look_async
from core.errors import JournalCorrupt, NotSeen, Rejected
from dr.admission import Exclusion, read_exclusion
from dr.placement import Claim, Placement, read_claim, read_placement
from dr.watch.deeds import read_deed
from dr.watch.judging import Judgement, read_judgement
from dr.watch.lever import lever_sentence
from dr.watch.lookout import read_sight_words
from inventory.etcd import (
    claims,
    deeds,
    exclusions,
    judgement,
    lever,
    placements,
    sight_words,
    watch,
)
from inventory.names import DatabaseName, EnvironmentName, HostName, ServiceName
from monitors.health.watch import WatchView
from monitors.readers.etcd import voter_health


@dataclass(frozen=True, slots=True)
class VoterReading:
    """What one voter answered; one that does not answer has no reading."""

    healthy: bool
    """whether it can read with a majority"""
    no_space: bool = False
    """whether it takes no writes, since the space of etcd's database is used up"""
    placements: Mapping[ServiceName, Placement] = field(default_factory=dict)
    claims: Mapping[DatabaseName, Claim] = field(default_factory=dict)
    watch: WatchView | None = None
    """None: it cannot be read; an etcd from before there were controllers lets nobody read it"""
    steady: Mapping[HostName, Mapping[HostName, timedelta]] = field(default_factory=dict)
    """who answers each observer without a break, and for how long; none where it cannot be read"""
    excluded: Mapping[HostName, Exclusion] = field(default_factory=dict)
    """hosts that are kept out; none as well where that cannot be read"""
    voting: frozenset[str] | None = None
    """the names of all who vote; None: it cannot be read"""


async def voter_reading(
    client: httpx.AsyncClient,
    root: str,
    environment: EnvironmentName,
    *,
    auth: httpx.Auth,
    deadline: timedelta,
) -> VoterReading:
    """Return what the voter at ``root`` tells.

    ``auth`` says who we are to it. The records are those of ``environment``; those that are not
    read within ``deadline`` are less. How the voter is has nothing to do with who asks: etcd
    takes long to know us again where it is busy.

    Raises:
        NotSeen: the voter itself does not answer.
    """
    asked = (client, root, environment)
    reading = asyncio.gather(
        _records(*asked, auth=auth, deadline=deadline),
        _notices(*asked, auth=auth, deadline=deadline),
    )
    try:
        health = await voter_health(client, root, deadline=deadline)
    except NotSeen as error:
        reading.cancel()
        if not error.refused:
            raise
        return VoterReading(healthy=False)
    (placed, claimed), notices = await reading
    return replace(
        notices,
        healthy=health.votes,
        no_space=health.has_room is False,
        placements=placed,
        claims=claimed,
    )


async def _records(
    client: httpx.AsyncClient,
    root: str,
    environment: EnvironmentName,
    *,
    auth: httpx.Auth,
    deadline: timedelta,
) -> tuple[Mapping[ServiceName, Placement], Mapping[DatabaseName, Claim]]:
    """Return which site serves what, and which run holds what; nothing where it is not read."""
    prefixes = placements(environment), claims(environment)
    try:
        placed, claimed = await asyncio.gather(
            *(_under(client, root, prefix, auth=auth, deadline=deadline) for prefix in prefixes)
        )
    except NotSeen:
        return {}, {}
    return _placements(placed), _claims(claimed)


async def _under(
    client: httpx.AsyncClient, root: str, prefix: str, *, auth: httpx.Auth, deadline: timedelta
) -> dict[str, str]:
    """Return the texts under ``prefix``, by what follows it."""
    url, body = f"{root}/v3/kv/range", range_under(prefix)
    answer = await look_async(client, url, body=body, deadline=deadline, auth=auth)
    return {
        pair.key.removeprefix(prefix): pair.value
        for pair in key_values(answer)
        if pair.key.startswith(prefix)
    }


async def _notices(
    client: httpx.AsyncClient,
    root: str,
    environment: EnvironmentName,
    *,
    auth: httpx.Auth,
    deadline: timedelta,
) -> VoterReading:
    """Return what stands there of watching, of hosts kept out, and who votes.

    Each is less where it may not be read.
    """
    (watching, steady), excluded, voting = await asyncio.gather(
        _watch(client, root, environment, auth=auth, deadline=deadline),
        _excluded(client, root, environment, auth=auth, deadline=deadline),
        _voting(client, root, auth=auth, deadline=deadline),
    )
    return VoterReading(
        healthy=True, watch=watching, steady=steady, excluded=excluded, voting=voting
    )


async def _watch(
    client: httpx.AsyncClient,
    root: str,
    environment: EnvironmentName,
    *,
    auth: httpx.Auth,
    deadline: timedelta,
) -> tuple[WatchView | None, Mapping[HostName, Mapping[HostName, timedelta]]]:
    """Return what stands there of watching, and who answers each observer for how long."""
    prefix = watch(environment)
    try:
        texts = await _under(client, root, prefix, auth=auth, deadline=deadline)
    except NotSeen:
        return None, {}
    words = read_sight_words(sight_words(environment).removeprefix(prefix), texts.items())
    view = WatchView(
        _judgement(texts.get(judgement(environment).removeprefix(prefix))),
        lever_sentence(texts.get(lever(environment).removeprefix(prefix))),
        tuple(_deeds(texts, deeds(environment).removeprefix(prefix))),
    )
    return view, {observer: word.steady for observer, word in words.items()}


def _deeds(texts: Mapping[str, str], prefix: str) -> Iterator[str]:
    """Yield the last deed about each thing; what nobody can read is nobody's."""
    last: dict[str, str] = {}
    for key in sorted(texts):
        if key.startswith(prefix):
            with suppress(Rejected):
                about, _, _ = key.removeprefix(prefix).partition("/")
                last[about] = read_deed(texts[key]).sentence()
    yield from last.values()


async def _excluded(
    client: httpx.AsyncClient,
    root: str,
    environment: EnvironmentName,
    *,
    auth: httpx.Auth,
    deadline: timedelta,
) -> dict[HostName, Exclusion]:
    prefix = exclusions(environment)
    try:
        texts = await _under(client, root, prefix, auth=auth, deadline=deadline)
        return {HostName(name): read_exclusion(text) for name, text in texts.items()}
    except (NotSeen, JournalCorrupt):
        return {}


async def _voting(
    client: httpx.AsyncClient, root: str, *, auth: httpx.Auth, deadline: timedelta
) -> frozenset[str] | None:
    url, body = f"{root}/v3/cluster/member/list", {"linearizable": True}
    try:
        answer = await look_async(client, url, body=body, deadline=deadline, auth=auth)
        members = answer["members"]
        return frozenset(one["name"] for one in members if not one.get("isLearner"))
    except (NotSeen, KeyError, TypeError):
        return None


def _judgement(text: str | None) -> Judgement | None:
    try:
        return None if text is None else read_judgement(text)
    except Rejected:
        return None


def _placements(texts: Mapping[str, str]) -> dict[ServiceName, Placement]:
    """Return what ``texts`` say; nothing if one of them cannot be read."""
    try:
        return {ServiceName(name): read_placement(text) for name, text in texts.items()}
    except JournalCorrupt:
        return {}


def _claims(texts: Mapping[str, str]) -> dict[DatabaseName, Claim]:
    """Return what ``texts`` say; nothing if one of them cannot be read."""
    try:
        return {DatabaseName(name): read_claim(text) for name, text in texts.items()}
    except JournalCorrupt:
        return {}
