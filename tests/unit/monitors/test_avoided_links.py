"""A link that routers avoid is said once, with its figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from access.clients.prometheus import Sample
from inventory.network import Role
from monitors.catalogue import LINK_AVOIDED, LINK_ONE_WAY_LOSS_RATIO
from monitors.health.concern import Condition
from monitors.health.concerns import concerns
from monitors.health.snapshot import Snapshot
from stacks.substrates.port import LinkState
from tests.networks import network
from tests.snapshots import NOON, all_well, healthy, taken


def _with_link(**changes: object) -> Snapshot:
    snapshot = healthy()
    first, *others = snapshot.links
    return replace(snapshot, links=(replace(first, **changes), *others))  # type: ignore[arg-type]  # fields of LinkView


@pytest.mark.parametrize(
    ("state", "because_of_itself"),
    [(LinkState.SLOW, True), (LinkState.LOSSY, True), (LinkState.UP, False), (None, False)],
)
def test_a_link_that_is_avoided_is_said_once_with_its_figures(
    state: LinkState | None,
    because_of_itself: bool,  # noqa: FBT001 - a column
) -> None:
    seen = _with_link(
        state=state, is_avoided=True, measured_round_trip=timedelta(seconds=0.5), loss_ratio=0.0
    )

    (found,) = concerns(seen)

    assert (found.subject, found.condition) == (seen.links[0].name, Condition.WARNING)
    assert found.sentence == "is avoided until it is well (500 ms, declared 3.0 ms)"
    # what comes back by itself is waited for; what somebody does to a link is not
    assert found.is_unexplained is not because_of_itself


def test_an_avoided_link_says_what_it_loses() -> None:
    seen = _with_link(is_avoided=True, measured_round_trip=None, loss_ratio=0.25)

    assert [c.sentence for c in concerns(seen)] == ["is avoided until it is well (loses 25%)"]


@pytest.mark.parametrize("state", [LinkState.CUT, LinkState.SILENT, LinkState.DOWN])
def test_of_a_dead_link_nobody_says_that_it_is_avoided(state: LinkState) -> None:
    seen = _with_link(state=state, is_avoided=True)

    assert "avoided" not in concerns(seen)[0].sentence


@pytest.mark.parametrize(
    ("told", "is_avoided"), [([0.0, 0.0], False), ([0.0, 1.0], True), ([], False)]
)
def test_a_router_at_either_end_may_avoid_a_link(told: list[float], is_avoided: bool) -> None:  # noqa: FBT001 - a column
    of = network("tiny")
    link, well = of.links[0], all_well(of)
    monitors = of.hosts_with(Role.MONITOR)
    more = {
        host.name: (Sample({"__name__": LINK_AVOIDED.name, "link": link.name}, value, NOON),)
        for host, value in zip(monitors, told, strict=False)
    }
    samples = {host: (*said, *more.get(host, ())) for host, said in well.samples.items()}

    seen = taken(of, replace(well, samples=samples))

    assert seen.links[0].is_avoided is is_avoided
    assert not any(other.is_avoided for other in seen.links[1:])


def test_of_each_way_the_worst_is_known_that_either_end_tells() -> None:
    of = network("tiny")
    link, well = of.links[0], all_well(of)
    told = [(link.a.site, 0.1), (link.z.site, 0.0), (link.a.site, 0.2), (link.a.site, 0.0)]
    name = {"__name__": LINK_ONE_WAY_LOSS_RATIO.name, "link": link.name}
    more = tuple(Sample({**name, "source": source}, value, NOON) for source, value in told)
    first, *_ = well.samples
    samples = {**well.samples, first: (*well.samples[first], *more)}

    seen = taken(of, replace(well, samples=samples))

    assert seen.links[0].one_way_loss == {link.a.site: 0.2, link.z.site: 0.0}
    assert set(seen.links[1].one_way_loss.values()) == {0.0}


def test_a_way_of_which_nobody_tells_is_not_known() -> None:
    of = network("tiny")
    well = all_well(of)
    samples = {
        host: tuple(s for s in said if s.name != LINK_ONE_WAY_LOSS_RATIO.name)
        for host, said in well.samples.items()
    }

    assert taken(of, replace(well, samples=samples)).links[0].one_way_loss == {}
