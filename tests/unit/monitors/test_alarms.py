"""What fires at any site is told once, worst first; a site whose watchdog is not heard is mute."""

from __future__ import annotations

from dataclasses import replace

from inventory.network import Network, Role
from monitors.health.alarms import AlarmsView, alarms_line
from monitors.health.concern import Condition
from monitors.health.concerns import Health, concerns, health_of
from monitors.look.alarms import alarms_view
from monitors.look.readings import Readings
from tests.alerts import alarm
from tests.networks import network
from tests.snapshots import all_well, degraded, healthy, taken
from tui.status_text import topic_text
from tui.topics import StatusTopic


def _told(of: Network, *alerts: tuple[str, ...]) -> AlarmsView:
    monitors = [host.name for host in of.hosts_with(Role.MONITOR)]
    told = dict.fromkeys(monitors, tuple(alarm(*words) for words in alerts))
    view = alarms_view(of, Readings(alerts=told))
    assert view is not None
    return view


def test_an_alert_that_every_alertmanager_knows_is_told_once() -> None:
    view = _told(network("tiny"), ("LinkDown", "ndc01", "ticket", "north"))

    assert [(one.name, one.summary) for one in view.alarms] == [("LinkDown", "north")]


def test_pages_come_first_and_what_is_held_back_comes_last() -> None:
    of = network("tiny")
    held = alarm("VoterDown", "ndc01", held_back=True)
    rest = [alarm("LinkDown", "ndc01", "ticket"), alarm("WritesLost", "witness")]
    (first, *_) = of.hosts_with(Role.MONITOR)

    view = alarms_view(of, Readings(alerts={first.name: (held, *rest)}))

    assert view is not None
    assert [one.name for one in view.alarms] == ["WritesLost", "LinkDown", "VoterDown"]
    assert alarms_line(view) == "2 fire: WritesLost, LinkDown; 1 held back"


def test_where_no_alertmanager_answers_nobody_says_that_none_fires() -> None:
    silent = taken(network("tiny"), replace(all_well(network("tiny")), alerts={}))

    assert silent.alarms is None
    assert alarms_line(silent.alarms) == "no Alertmanager answers"
    assert alarms_line(healthy().alarms) == "none fires"


def test_a_site_whose_watchdog_nobody_hears_is_a_concern() -> None:
    of = network("tiny")
    well = all_well(of)
    alerts = {
        host: tuple(one for one in told if one.labels["site"] != "ndc02")
        for host, told in well.alerts.items()
    }

    mute = taken(of, replace(well, alerts=alerts))

    (concern,) = concerns(mute)
    assert (concern.subject, concern.condition) == ("alarms of ndc02", Condition.WARNING)
    assert health_of(mute) is Health.DEGRADED


def test_a_site_whose_prometheus_does_not_answer_is_one_before_its_watchdog_is_forgotten() -> None:
    of = network("tiny")
    well = all_well(of)
    gone = [host.name for host in of.hosts_with(Role.MONITOR) if host.site == "ndc02"]
    samples = {host: told for host, told in well.samples.items() if host not in gone}

    mute = taken(of, replace(well, samples=samples))

    (concern,) = (one for one in concerns(mute) if one.subject == "alarms of ndc02")
    assert concern.sentence == (
        "its Prometheus does not answer: its alarms could not sound; "
        f"next: ndc ssh {gone[0]} -- systemctl status prometheus"
    )


def test_alerts_by_themselves_are_no_concern_since_the_snapshot_is_judged_by_itself() -> None:
    of = network("tiny")
    well = all_well(of)
    firing = {host: (*told, alarm("ClockOff", "ndc01")) for host, told in well.alerts.items()}

    snapshot = taken(of, replace(well, alerts=firing))

    assert concerns(snapshot) == ()


def test_a_person_reads_what_fires_with_its_page() -> None:
    text = topic_text(degraded(), StatusTopic.ALERTS)

    calling, held_back = text.split("held back: ")
    assert text.startswith("2 fire: LastPathRemaining, LinkDown; 1 held back\n")
    assert "docs/runbooks/alerts/last-path-remaining.md" in calling
    assert "SessionDown" in held_back
