"""What is not as it should be with a service, as citizens have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.measure import TOLERATED_SLIP
from inventory.host_units import application_unit
from monitors.health.concern import Concern, Condition
from monitors.health.snapshot import HostView, ServiceView, Snapshot

_UNANSWERED_RATIO: Final = 0.1
"""of the last writes may have got no answer in time: a busy moment is no trouble"""

_NEEDED: Final = frozenset({"nginx.service", "haproxy.service"})


def of_service(service: ServiceView, snapshot: Snapshot) -> Iterator[Concern]:
    """Yield what there is to say of ``service``; one that refuses citizens is never well."""
    if service.lost:
        writes = "acknowledged write is" if service.lost == 1 else "acknowledged writes are"
        since = f"{service.lost_since:%Y-%m-%d %H:%M:%SZ}" if service.lost_since else "now"
        # nobody waits for them: what is lost is its own cause
        sentence = f"LOST: {service.lost} {writes} not there, known since {since}"
        yield Concern(service.name, Condition.CRITICAL, sentence, service.name, is_past=True)
    if service.answers is None:
        yield Concern(service.name, Condition.UNSEEN, "no probe tells whether it answers")
    elif not service.answers:
        sentence, cause = _turned_away(service), _nobody_serves(service, snapshot)
        yield Concern(service.name, Condition.CRITICAL, sentence, cause)
    else:
        yield from _of_answers(service)


def _turned_away(service: ServiceView) -> str:
    if not service.refused:
        return f"does not answer citizens{_doubt(service)}"
    few = f"{service.refused} of the last {service.writes} writes"
    return f"refuses citizens: {few}{_doubt(service)}"


def _doubt(service: ServiceView) -> str:
    """Return what stands behind a sentence that may say more of the probe than of ``service``."""
    if service.probe_late <= TOLERATED_SLIP:
        return ""
    late = f"{service.probe_late.total_seconds():.1f} s behind its own schedule"
    return f"; but the probe is {late}, and may have been too late itself"


def _of_answers(service: ServiceView) -> Iterator[Concern]:
    if service.active is None:
        yield Concern(service.name, Condition.UNSEEN, "its placement record was not read")
    elif service.answers_from not in {None, service.active}:
        sentence = f"answers from {service.answers_from}, placed at {service.active}"
        yield Concern(service.name, Condition.WARNING, sentence)
    if service.refused:
        few = f"{service.refused} of the last {service.writes} writes of citizens"
        yield Concern(service.name, Condition.WARNING, f"refused {few}{_doubt(service)}")
    elif service.unanswered > _UNANSWERED_RATIO * service.writes:
        few = f"{service.unanswered} of the last {service.writes} writes of citizens"
        sentence = f"left {few} without an answer{_doubt(service)}"
        yield Concern(service.name, Condition.WARNING, sentence)


def _nobody_serves(service: ServiceView, snapshot: Snapshot) -> str | None:
    """Return the host whose known trouble keeps citizens out; None: nothing explains it.

    It is the first host at the active site that may serve, if none of them can, or the one
    whose full disk stops the database.
    """
    dead = snapshot.powerless()
    serving = [h for h in snapshot.hosts if h.site == service.active and h.name in service.hosts]
    if serving and all(h.name in dead or _serves_nobody(h, service) for h in serving):
        return serving[0].name
    leaders = {d.leader for d in snapshot.databases if d.name == service.database}
    return next((host for host in snapshot.full() if host in leaders), None)


def _serves_nobody(host: HostView, service: ServiceView) -> bool:
    needed = {*_NEEDED, application_unit(service.name)}
    agent = host.agent
    tells = agent is not None and service.name in (*agent.serving_nobody, *agent.standing_out)
    return tells or any(unit.name in needed for unit in host.idle_units or ())
