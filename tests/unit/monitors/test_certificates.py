"""Certificates near their end are told, as they were issued and as hosts show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from access.secrets import ensure_secrets
from access.secrets.ends import AUTHORITY, certificate_ends
from inventory.network import Role
from monitors.health.concern import Condition
from monitors.health.concerns import concerns
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import NOON, all_well, taken

OF = network("tiny", *PORTAL_ALONE)
HOST = OF.hosts[0]
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("left", "condition", "sentence"),
    [
        (300 * DAY, None, ""),
        (31 * DAY, None, ""),
        (30 * DAY, Condition.WARNING, "ends in 30 days, on 2030-06-16: ndc up issues another"),
        (7 * DAY, Condition.CRITICAL, "ends in 7 days, on 2030-05-24: ndc up issues another"),
        (-DAY, Condition.CRITICAL, "ended on 2030-05-16: ndc up issues another"),
    ],
)
@pytest.mark.parametrize("owner", [AUTHORITY, HOST.name, OF.services[0].name, "control"])
def test_how_long_each_certificate_lasts_is_told_by_name(
    owner: str, left: timedelta, condition: Condition | None, sentence: str
) -> None:
    well = all_well(OF)

    told = concerns(taken(OF, replace(well, issued={**well.issued, owner: NOON + left})))

    found = [(concern.subject, concern.condition, concern.sentence) for concern in told]
    assert found == ([(f"certificate of {owner}", condition, sentence)] if condition else [])


def test_a_renewed_certificate_that_its_host_does_not_show_has_not_come() -> None:
    well = all_well(OF)

    told = concerns(taken(OF, replace(well, shown={HOST.management.ip: NOON + DAY})))

    assert [concern.subject for concern in told] == [f"certificate of {HOST.name}"]


@pytest.mark.parametrize("owner", [AUTHORITY, HOST.name, OF.services[0].name])
def test_what_cannot_be_read_is_not_good(owner: str) -> None:
    well = all_well(OF)
    issued = {name: end for name, end in well.issued.items() if name != owner}

    (told,) = concerns(taken(OF, replace(well, issued=issued)))

    assert (told.subject, told.condition) == (f"certificate of {owner}", Condition.UNSEEN)


def test_every_certificate_of_an_environment_is_looked_at(tmp_path: Path) -> None:
    secrets = ensure_secrets(tmp_path / "secrets", OF)
    secrets.host_certificate(HOST.name).certificate.write_text("torn", "utf-8")

    ends = certificate_ends(secrets)

    agents = {f"agent-{host.name}" for host in OF.hosts_with(Role.SERVICE)}
    agents |= {f"controller-{host.name}" for host in OF.hosts_with(Role.MONITOR)}
    hosts = {host.name for host in OF.hosts} - {HOST.name}
    services = {service.name for service in OF.services}
    assert ends.keys() == {AUTHORITY, "control", "power"} | agents | hosts | services
    assert all(isinstance(end, datetime) for end in ends.values())
