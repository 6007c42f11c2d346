"""What hosts answer, from the truth of a simulated world."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from access.clients import patroni as words
from access.clients import patroni_settings as shared
from core.errors import Rejected, WorldError
from core.runs.plan import RunName
from dr.doors import Doors
from dr.hosts.epochs import GuardRequest, services_of
from dr.hosts.leave import Leave, Permit, leave_text
from dr.logs.log_end import end_text
from dr.logs.seam import seam_text
from dr.onhost.epoch_record import EpochRecord
from dr.onhost.guard import Guard
from dr.placement import read_placement
from dr.simulation.log import ROW_BYTES
from dr.simulation.stores_door import standing_of
from dr.simulation.world import World
from dr.watch.sight import Whereabouts, age_text, sight_text
from inventory.etcd import (
    patroni_facts,
    patroni_order,
    patroni_settings,
    patroni_status,
    placements,
)
from inventory.names import DatabaseName, HostName, StoreName
from storage.standing import standing_text
from tests.rehearsals import SERVICE
from tests.stubs.etcd import StubEtcd
from tests.stubs.guarded import TrueAddresses, TrueOrders, TrueRefusals
from tests.stubs.https import Asked, Reply
from tests.stubs.ssh import Ran


def runs(  # noqa: C901, PLR0911 - one line a program
    world: World, host: HostName, record: EpochRecord, key: str, command: str
) -> Ran | None:
    """Return what ``command``, asked for with the key called ``key``, leaves behind at ``host``.

    None: it has not ended yet.
    """
    if key == "refuse":
        return _refusing(world, host, record, command)
    if key == "epoch":
        serves = services_of(world.truth.network, host)
        addresses, orders = TrueAddresses(world, host), TrueOrders(Path(), world, host)
        verdict, answer = Guard(serves, record, addresses, orders=orders).answer(command)
        return int(verdict), answer.text() + "\n"
    match shlex.split(command)[3:]:
        case ["dr.onhost.canary_main", _, row, _, *flags]:
            rows = _rows(world.doors, world, host, row, flags)
            return None if rows is None else (0, json.dumps({"rows": rows}) + "\n")
        case ["dr.onhost.log_end_main", _]:
            ends = [
                s.end
                for (former, _), s in world.truth.at(SERVICE).database.successions.items()
                if former == host
            ]
            return (0, end_text(ends[-1]) + "\n") if ends else (1, "")
        case ["dr.onhost.seam_main", name, timeline, position]:
            door = world.doors.database
            seam = door.seam(DatabaseName(name), host, int(timeline), int(position))
            return 0, seam_text(seam) + "\n"
        case ["dr.onhost.sight_main", *asked]:
            return _sight(world, host, asked)
        case ["storage.onhost.tell_main", store]:
            return 0, standing_text(standing_of(world.truth.stores[StoreName(store)], host)) + "\n"
        case ["dr.onhost.keep_main", *_]:
            return 0, '{"tail": null}\n'
        case ["dr.onhost.kept_main", *_]:
            return 0, json.dumps({"kept": [], "rows": [], "apart": False}) + "\n"
        case ["dr.onhost.tags_main", _, leave, epoch, run]:
            return _told(world, host, Permit(Leave(leave), int(epoch), RunName(run)))
        case words:
            return 127, f"no {words} here\n"


def _refusing(world: World, host: HostName, record: EpochRecord, command: str) -> Ran:
    """Return what a border answers; it keeps its epochs where it keeps those of its services."""
    origin = GuardRequest.parse(command).origin
    assert origin is not None
    services = world.truth.network.services
    serves = {str(service.name): str(service.address) for service in services}
    refused = TrueRefusals(world, host, origin)
    verdict, answer = Guard(serves, record, refused, origin).answer(command, recorded=True)
    return int(verdict), answer.text() + "\n"


def _sight(world: World, host: HostName, asked: list[str]) -> Ran:
    sight = world.doors.sight
    match asked:
        case ["up"]:
            return 0, age_text(sight.up_for(host)) + "\n"
        case ["sees", _, _, *places]:
            looked_at = [Whereabouts.read(place).host for place in places]
            return 0, sight_text(sight.answering(host, looked_at)) + "\n"
        case words:
            return 1, f"no {words} is asked of a host\n"


def _rows(doors: Doors, world: World, host: HostName, row: str, flags: list[str]) -> int | None:
    service = world.truth.at(SERVICE).service.name
    try:
        if "--look" not in flags:
            doors.application.write(service, host, row, timedelta())
        return doors.application.rows(service, host, row)
    except WorldError:
        return None


def patroni(world: World, host: HostName, asked: Asked) -> Reply:
    """Return what the Patroni of ``host`` answers."""
    database = world.truth.at(SERVICE).database
    if host not in database.alive:
        raise ConnectionAbortedError(f"no Patroni runs on {host}")
    match asked.path:
        case "/cluster":
            members = [_member(world, one) for one in sorted(database.alive)]
            return 200, {"members": members, **({"pause": True} if database.paused else {})}
        case "/primary":
            return (200 if database.leader == host else 503), _status(world, host)
        case "/patroni":
            return 200, _status(world, host)
        case "/history":
            links = [s for (_, heir), s in database.successions.items() if heir == host]
            return 200, [[link.end.timeline, link.fork, "no recovery target"] for link in links]
        case other:
            return 404, f"no {other} here"


def show_keys(world: World, etcd: StubEtcd) -> None:
    """Let ``etcd`` hold what the Patronis of the world's database keep in it.

    The key to lead by outlives its holder by the lease.
    """
    database, environment = world.truth.at(SERVICE).database, world.truth.network.environment
    leading, synchronous = patroni_facts(environment, database.declared.name)
    waited_for = {
        "leader": database.recorded_leader,
        "sync_standby": ",".join(sorted(database.recorded)),
    }
    settings = patroni_settings(environment, database.declared.name)
    blank = {"ttl": 20, "synchronous_mode": "quorum"}
    kept = etcd.held.get(settings, json.dumps(blank))
    shown = {
        settings: kept
        if shared.last_copy(kept) is database.last_copy
        else shared.with_last_copy(kept, database.last_copy),
        synchronous: json.dumps(waited_for),
        leading: database.leader,
        patroni_status(environment, database.declared.name): json.dumps(
            {"optime": database.position * ROW_BYTES}
        ),
    }
    for key, value in shown.items():
        if value is None:
            etcd.held.pop(key, None)
        elif etcd.held.get(key) != value:
            etcd.write(key, value)


def place_stores(world: World, held: Mapping[str, str]) -> None:
    """Let stores be placed where the records in ``held`` say."""
    prefix = placements(world.truth.network.environment)
    for name, store in world.truth.stores.items():
        text = held.get(prefix + name)
        if text is not None and (record := read_placement(text)) != store.placements[-1]:
            store.placements.append(record)


def obey(world: World, held: dict[str, str]) -> None:
    """Do what an order in ``held`` asks for, as Patroni does, and clear it afterwards.

    The leader hands over. Where its key was removed, or nobody holds it, the candidate takes it;
    if that cannot, the order stands. Where the order names no leader, it need not be synchronous.
    """
    database, environment = world.truth.at(SERVICE).database, world.truth.network.environment
    settings = held.get(patroni_settings(environment, database.declared.name))
    told = shared.last_copy(settings) if settings else None
    if told is not None and told is not database.last_copy:
        database.be_told(told)
    key = patroni_order(environment, database.declared.name)
    if database.switching or not words.stands(held.get(key)):
        return
    order = json.loads(held[key])
    candidate, leader = HostName(order["member"]), database.leader
    with suppress(WorldError):
        if patroni_facts(environment, database.declared.name)[0] not in held:
            had_all = database.recorded | {database.recorded_leader or candidate}
            lacks = not order["leader"] and candidate not in database.recorded
            database.take_over(leader, candidate, frozenset(had_all if lacks else ()))
            if database.leader != candidate:
                return
        elif leader is not None and leader == order["leader"]:
            database.switch(leader, candidate)
            return
    held[key] = words.NO_ORDER


def _member(world: World, host: HostName) -> Mapping[str, Any]:
    database = world.truth.at(SERVICE).database
    leads = host == database.leader
    role = "leader" if leads else "sync_standby" if host in database.recorded else "replica"
    return {
        "name": host,
        "role": role,
        "state": "running" if leads else "streaming",
        "timeline": database.forks + 1,
        **({} if leads else {"lag": 100_000 * database.missing.get(host, 0)}),
        **_tags(world, host),
    }


def _status(world: World, host: HostName) -> Mapping[str, Any]:
    database = world.truth.at(SERVICE).database
    progress = database.progress_of(host)
    if database.leader == host and host not in database.recovering:
        log = {"location": progress.received}
    else:
        log = {"received_location": progress.received, "replayed_location": progress.replayed}
    shown_at = {"replayed_timestamp": at.isoformat()} if (at := progress.shown_at) else {}
    sent = [{"application_name": to, "state": "streaming"} for to in sorted(progress.sends_to)]
    return {
        "state": "running",
        "role": "primary" if "location" in log else "replica",
        "timeline": progress.timeline,
        "xlog": {**log, **shown_at},
        **({"replication": sent} if sent else {}),
        **_tags(world, host),
    }


def _tags(world: World, host: HostName) -> Mapping[str, Any]:
    barred = host in world.truth.at(SERVICE).database.barred
    return {"tags": {"nofailover": True, "nosync": True}} if barred else {}


def _told(world: World, host: HostName, permit: Permit) -> Ran:
    """Return what the program answers that tells a copy what it may do."""
    try:
        world.truth.at(SERVICE).database.give_leave(host, permit)
    except Rejected as error:
        return 0, leave_text(error.what) + "\n"
    return 0, leave_text(None) + "\n"
