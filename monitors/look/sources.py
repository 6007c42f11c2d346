"""Looks around once: every source side by side, each with one second to answer.

Nothing is opened but TCP and HTTPS on the management network, and never SSH beyond its
greeting: looking must work while nobody can log in. One thing only a disk tells, how a leader's
log goes on where a copy stands that it does not know: then one more question may be asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

import httpx

from access.clients import patroni, prometheus
from access.clients.patroni import ClusterAnswer
from core.errors import NdcError, NotSeen, WorldError
from core.runs.plan import RunName
from dr.placement import Claim, Placement
from inventory import endpoints
from inventory.names import DatabaseName, HostName, LinkName, ServiceName
from inventory.network import Database, Host, Network, Role
from monitors.health.drills import DrillView
from monitors.look import copies, fencing, programs, routes
from monitors.look.alarms import alert_questions
from monitors.look.probe import probed
from monitors.look.readings import PowerReading, ProbeReading, Readings, RunReading
from monitors.look.threads import in_thread
from monitors.look.voters import VoterReading, voter_reading
from stacks.substrates.port import LinkState

DEADLINE = timedelta(seconds=1)

KeyT = TypeVar("KeyT", bound=Hashable)
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class SubstrateReading:
    """What the substrate says: power of its hosts, what is done to its links."""

    power: Mapping[HostName, PowerReading]
    links: Mapping[LinkName, LinkState]


@dataclass(frozen=True, slots=True)
class Sources:
    """Who is asked besides the hosts; each may raise WorldError, or take too long."""

    substrate: Callable[[], SubstrateReading] | None
    runs: Callable[[], Mapping[RunName, RunReading]] | None = None
    """the runs of this machine that are not over"""
    drill: Callable[[], DrillView | None] = lambda: None
    """the drill of this machine that is not over: asked of nobody but its own disk"""
    seam: copies.AskSeam | None = None
    """looks at the disk of a leader that does not know a copy"""
    power: Mapping[HostName, str] = field(default_factory=dict)
    """where the power of each host is told and taken; absent: nowhere that is known"""


async def look_around(
    network: Network, client: httpx.AsyncClient, sources: Sources, etcd: httpx.Auth
) -> Readings:
    """Return what answered within the deadline; what did not is absent.

    Every host of ``network`` is asked, and ``sources`` besides. ``client`` shows our certificate
    to what serves HTTPS, ``etcd`` says who we are to the voters.
    """
    async with asyncio.TaskGroup() as group:
        substrate = group.create_task(_blocking(sources.substrate))
        runs = group.create_task(_blocking(sources.runs))
        greetings = group.create_task(_each((h.name, _greeting(h)) for h in network.hosts))
        clusters = group.create_task(_each(_clusters(network, client)))
        statuses = group.create_task(_each(copies.statuses(network, client, DEADLINE)))
        voting = group.create_task(_each(_voters(network, client, etcd)))
        samples = group.create_task(_each(_samples(network, client)))
        alerts = group.create_task(_each(alert_questions(network, client, DEADLINE)))
        probes = group.create_task(_each(_probes(network, client)))
        ports = group.create_task(_each(fencing.questions(sources.power, client, DEADLINE)))
    by_substrate = substrate.result() or SubstrateReading({}, {})
    came = await copies.progress(network, client, statuses.result(), DEADLINE)
    return replace(
        _of_voters(voting.result()),
        power=by_substrate.power,
        links=by_substrate.links,
        greetings=greetings.result(),
        clusters=clusters.result(),
        progress=came,
        seams=await copies.seams(network, client, clusters.result(), came, sources.seam, DEADLINE),
        samples=samples.result(),
        alerts=alerts.result(),
        unfenced=fencing.unfenced(sources.power, ports.result()),
        runs=runs.result(),
        probed=_merged(probes.result().values()),
    )


def _of_voters(voters: Mapping[HostName, VoterReading]) -> Readings:
    """Return what the voters told, and nothing else."""
    answers = list(voters.values())
    return Readings(
        voters={name: voter.healthy for name, voter in voters.items()},
        no_space=frozenset(name for name, voter in voters.items() if voter.no_space),
        placements=_newest(voter.placements for voter in answers),
        claims=newest_claims(voter.claims for voter in answers),
        voting=next((voter.voting for voter in answers if voter.voting), None),
        excluded=_merged(voter.excluded for voter in answers),
        watch=next((voter.watch for voter in answers if voter.watch), None),
        steady=_merged(voter.steady for voter in answers),
    )


def root_of(host: Host, port: int) -> str:
    """Return where ``host`` serves HTTPS at ``port`` for operators."""
    return f"https://{host.management.ip}:{port}"


async def _each(
    questions: Iterable[tuple[KeyT, Awaitable[AnswerT]]],
) -> dict[KeyT, AnswerT]:
    by_key = dict(questions)
    results = await asyncio.gather(*by_key.values(), return_exceptions=True)
    answers: dict[KeyT, AnswerT] = {}
    for key, answer in zip(by_key, results, strict=True):
        if isinstance(answer, BaseException):
            if not isinstance(answer, NdcError | TimeoutError):
                raise answer
        else:
            answers[key] = answer
    return answers


async def _blocking(source: Callable[[], AnswerT] | None) -> AnswerT | None:
    if source is None:
        return None
    try:
        return await in_thread(source, deadline=DEADLINE)
    except (WorldError, TimeoutError):
        return None


def _merged(answers: Iterable[Mapping[KeyT, AnswerT]]) -> dict[KeyT, AnswerT]:
    return {key: one for answer in answers for key, one in answer.items()}


def _newest(
    answers: Iterable[Mapping[ServiceName, Placement]],
) -> dict[ServiceName, Placement]:
    newest: dict[ServiceName, Placement] = {}
    for records in answers:
        for name, record in records.items():
            if name not in newest or record.epoch > newest[name].epoch:
                newest[name] = record
    return newest


def newest_claims(
    answers: Iterable[Mapping[DatabaseName, Claim]],
) -> dict[DatabaseName, Claim]:
    """Return of each database's claims the one that was taken last."""
    newest: dict[DatabaseName, Claim] = {}
    for claims in answers:
        for name, claim in claims.items():
            if name not in newest or claim.number > newest[name].number:
                newest[name] = claim
    return newest


async def _greeting(host: Host) -> bool:
    """Return whether the SSH port greets; raise TimeoutError if nobody answers."""
    async with asyncio.timeout(DEADLINE.total_seconds()):
        try:
            reader, writer = await asyncio.open_connection(str(host.management.ip), endpoints.SSH)
        except ConnectionRefusedError:
            return False
        except OSError as error:
            raise TimeoutError from error
        try:
            return (await reader.readline()).startswith(b"SSH-")
        except ConnectionResetError:
            return False
        finally:
            writer.close()


def _clusters(
    network: Network, client: httpx.AsyncClient
) -> Iterable[tuple[tuple[DatabaseName, HostName], Awaitable[ClusterAnswer | None]]]:
    for database in network.databases:
        for member in database.members:
            yield (
                (database.name, member.host),
                _cluster(database, network.host(member.host), client),
            )


async def _cluster(
    database: Database, host: Host, client: httpx.AsyncClient
) -> ClusterAnswer | None:
    root = root_of(host, endpoints.patroni_port(database.port))
    try:
        return await patroni.cluster_async(client, root, deadline=DEADLINE)
    except NotSeen as error:
        if error.refused:
            return None
        raise


def _voters(
    network: Network, client: httpx.AsyncClient, auth: httpx.Auth
) -> Iterable[tuple[HostName, Awaitable[VoterReading]]]:
    for name in network.voters:
        root = root_of(network.host(name), endpoints.ETCD_CLIENT)
        yield name, voter_reading(client, root, network.environment, auth=auth, deadline=DEADLINE)


def _samples(
    network: Network, client: httpx.AsyncClient
) -> Iterable[tuple[HostName, Awaitable[tuple[prometheus.Sample, ...]]]]:
    for host in network.hosts_with(Role.MONITOR):
        yield (
            host.name,
            prometheus.instant(
                client,
                root_of(host, endpoints.PROMETHEUS),
                f"{routes.expression_at(host.site)} or {programs.expression_at(host.site)}",
                deadline=DEADLINE,
            ),
        )


def _probes(
    network: Network, client: httpx.AsyncClient
) -> Iterable[tuple[HostName, Awaitable[dict[ServiceName, ProbeReading]]]]:
    for host in network.hosts_with(Role.PROBE):
        yield host.name, probed(client, host, deadline=DEADLINE)
