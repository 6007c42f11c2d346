"""Status names the program that does not run and the disk that is full, and what to type next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from access.clients.prometheus import Sample
from dr.logs.seam import LogProgress
from inventory.network import Host, Network, Role
from monitors.health.concern import Concern, Condition
from monitors.health.concerns import concerns, is_settled
from monitors.health.snapshot import MemberRole, Snapshot
from monitors.host_metrics import AGENT_LOOKED, AGENT_REFUSED, AGENT_SERVES, AGENT_STANDS_OUT
from monitors.look.programs import AVAILABLE, FILLS_SOON, UNIT_STATE
from monitors.look.readings import PowerReading, ProbeReading, Readings
from stacks.substrates.port import Power
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import NOON, all_well, taken, unit_sample

OF = network("compact", *PORTAL_ALONE)
APP = next(host for host in OF.hosts if host.name == "ndc01-app")
DATA = next(host for host in OF.hosts if host.name == "ndc01-data")

Told = Callable[[Sample], Sample | None]


def _readings(of: Network, change: Told) -> Readings:
    well = all_well(of)
    changed = {
        watcher: tuple(new for sample in told if (new := change(sample)) is not None)
        for watcher, told in well.samples.items()
    }
    return replace(well, samples=changed)


def _with_unit(host: Host, unit: str, state: str | None) -> Readings:
    def change(sample: Sample) -> Sample | None:
        labels = sample.labels
        if (labels.get("host"), labels.get("name")) != (host.name, unit):
            return sample
        return None if state is None else unit_sample(host, unit, state)

    return _readings(OF, change)


def _with_room(host: Host, available_bytes: float) -> Readings:
    def change(sample: Sample) -> Sample:
        here = sample.labels.get("host") == host.name
        mine = here and sample.name == AVAILABLE and sample.labels["mountpoint"] == "/"
        return replace(sample, value=available_bytes) if mine else sample

    return _readings(OF, change)


def _seen(readings: Readings) -> Snapshot:
    return taken(OF, readings)


def _one(readings: Readings) -> Concern:
    (found,) = concerns(_seen(readings))
    return found


@pytest.mark.parametrize(
    ("state", "condition", "sentence"),
    [
        (
            "failed",
            Condition.CRITICAL,
            (
                "nginx.service has failed; next: "
                "ndc ssh ndc01-app -- journalctl --unit nginx.service --lines 20"
            ),
        ),
        (
            "inactive",
            Condition.CRITICAL,
            "nginx.service does not run; next: ndc ssh ndc01-app -- systemctl start nginx.service",
        ),
        (
            "activating",
            Condition.WARNING,
            (
                "nginx.service is activating; next: "
                "ndc ssh ndc01-app -- journalctl --unit nginx.service --lines 20"
            ),
        ),
        (None, Condition.CRITICAL, "nginx.service is unknown to systemd; next: ndc up"),
    ],
)
def test_a_unit_that_does_not_run_is_named_with_its_host(
    state: str | None, condition: Condition, sentence: str
) -> None:
    found = _one(_with_unit(APP, "nginx.service", state))

    assert (found.subject, found.condition, found.sentence) == (APP.name, condition, sentence)
    assert found.is_unexplained  # systemd starts it again


def test_a_host_whose_exporter_is_silent_is_not_green() -> None:
    def change(sample: Sample) -> Sample | None:
        is_its = sample.labels.get("host") == APP.name and sample.name == UNIT_STATE
        return None if is_its else sample

    found = _one(_readings(OF, change))

    assert (found.subject, found.condition) == (APP.name, Condition.UNSEEN)
    assert found.sentence.startswith("does not tell which of its programs run")


def test_of_a_site_whose_prometheus_is_silent_no_program_is_called_unseen() -> None:
    well = all_well(OF)
    told = {w: samples for w, samples in well.samples.items() if OF.host(w).site != APP.site}

    found = concerns(_seen(replace(well, samples=told)))

    assert not any("programs" in one.sentence for one in found)


def test_the_programs_of_a_host_without_power_are_not_told_besides() -> None:
    stopped = _with_unit(APP, "nginx.service", "failed")
    off = {**stopped.power, APP.name: PowerReading(Power.OFF, None)}

    found = concerns(_seen(replace(stopped, power=off)))

    assert [one.sentence for one in found if one.subject == APP.name] == ["is off"]


def test_a_service_whose_nginx_is_dead_names_the_host_to_look_at() -> None:
    (service,) = OF.services
    silent = {service.name: ProbeReading(answers=False, site=None)}
    stopped = replace(_with_unit(APP, "nginx.service", "inactive"), probed=silent)

    found = {one.subject: one for one in concerns(_seen(stopped))}

    assert found[service.name].because == APP.name
    assert not is_settled(_seen(stopped))  # the program itself may come back


@pytest.mark.parametrize(
    ("available_bytes", "condition", "sentence"),
    [
        (5e9, None, ""),
        (4.9e9, Condition.WARNING, "the file system at / is nearly full (5% left)"),
        (1e9, Condition.WARNING, "the file system at / is nearly full (1% left)"),
        (0.99e9, Condition.CRITICAL, "the file system at / is full (990 MB left)"),
        (0, Condition.CRITICAL, "the file system at / is full (0 MB left)"),
    ],
)
def test_a_disk_without_room_is_named_with_its_place(
    available_bytes: float, condition: Condition | None, sentence: str
) -> None:
    found = concerns(_seen(_with_room(DATA, available_bytes)))

    if condition is None:
        assert found == ()
    else:
        (one,) = found
        assert (one.subject, one.condition, one.because) == (DATA.name, condition, DATA.name)
        assert one.sentence == f"{sentence}; next: ndc ssh ndc01-data -- df -h /"


def test_a_service_that_refuses_names_the_full_disk_of_the_leader() -> None:
    (service,) = OF.services
    refuses = ProbeReading(answers=False, site=None, writes=200, refused=200)
    full = replace(_with_room(DATA, 0), probed={service.name: refuses})

    found = {one.subject: one for one in concerns(_seen(full))}

    assert found[service.name].because == DATA.name


def test_a_copy_that_has_no_room_to_follow_is_explained_by_its_full_disk() -> None:
    seen = _seen(_with_room(DATA, 0))
    database, *_ = seen.databases
    others = [one for one in database.members if one.host != DATA.name]
    (copy,) = (one for one in database.members if one.host == DATA.name)
    stuck = replace(copy, role=MemberRole.STANDBY, state="running", progress=LogProgress(4, 10, 10))
    follower = others[1].host
    leads = replace(
        others[0],
        role=MemberRole.LEADER,
        state="running",
        progress=LogProgress(4, 90, 90, frozenset({follower})),
    )
    moved = replace(database, leader=leads.host, members=(stuck, leads, *others[1:]))

    found = concerns(replace(seen, databases=(moved,)))

    assert {one.because for one in found} == {DATA.name}
    (apart,) = (one.sentence for one in found if "follows nobody" in one.sentence)
    assert "reseed" not in apart


def test_every_site_with_a_monitor_tells_of_its_hosts() -> None:
    for profile in ("tiny", "compact"):
        seen = taken(network(profile), all_well(network(profile)))

        assert {host.name: host.idle_units for host in seen.hosts} == dict.fromkeys(
            (host.name for host in seen.hosts), ()
        )
        assert all(host.file_systems for host in seen.hosts)
        assert all(
            any(Role.MONITOR in h.roles for h in network(profile).hosts_at(site.name))
            for site in network(profile).sites
        )


def _with_agent(**values: float) -> Snapshot:
    labels = {"host": APP.name, "site": APP.site}
    told = {AGENT_LOOKED.name: NOON.timestamp() - 2, AGENT_REFUSED.name: 0.0} | values
    (service,) = OF.services
    samples = [Sample({"__name__": name, **labels}, value, NOON) for name, value in told.items()]
    named = [replace(s, labels={**s.labels, "service": service.name}) for s in samples]
    well = all_well(OF)
    watcher = next(h.name for h in OF.hosts_at(APP.site) if Role.MONITOR in h.roles)
    return _seen(replace(well, samples={**well.samples, watcher: (*well.samples[watcher], *named)}))


@pytest.mark.parametrize(
    ("values", "condition", "sentence"),
    [
        (
            {AGENT_LOOKED.name: NOON.timestamp() - 61},
            Condition.WARNING,
            "its agent has not looked for 61 s",
        ),
        ({AGENT_REFUSED.name: 1.0}, Condition.WARNING, "etcd turns its agent away"),
        (
            {AGENT_SERVES.name: 0.0},
            Condition.CRITICAL,
            "announces public-service-portal and serves nobody",
        ),
        (
            {AGENT_STANDS_OUT.name: 1.0},
            Condition.WARNING,
            "does not announce public-service-portal, since it would serve nobody",
        ),
    ],
)
def test_what_an_agent_cannot_do_is_told(
    values: dict[str, float], condition: Condition, sentence: str
) -> None:
    (found,) = concerns(_with_agent(**values))

    assert (found.subject, found.condition) == (APP.name, condition)
    assert found.sentence == (
        f"{sentence}; next: ndc ssh ndc01-app -- journalctl --unit ndc-agent.service --lines 20"
    )


def test_an_agent_that_does_its_work_is_no_concern() -> None:
    assert concerns(_with_agent(**{AGENT_SERVES.name: 1.0})) == ()


@pytest.mark.parametrize(("told", "found"), [(1.0, [APP.name]), (0.0, [])])
def test_a_disk_that_is_full_within_a_day_is_a_concern_by_the_word_of_its_prometheus(
    told: float, found: list[str]
) -> None:
    labels = {"host": APP.name, "site": APP.site, "mountpoint": "/"}
    sample = Sample({"__name__": FILLS_SOON, **labels}, told, NOON)
    well = all_well(OF)
    more = {host: (*samples, sample) for host, samples in well.samples.items()}

    said = concerns(_seen(replace(well, samples=more)))

    assert [one.because for one in said if "is full within a day" in one.sentence] == found
    assert len(said) == len(found)
