"""Rules about what is said to be lost: nobody is called dead on one observer's word. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core.errors import PlanRefused
from dr.facts import Facts, SignsOfLife
from dr.planning.refusing import borders, may_announce, refusers
from dr.planning.request import GivenUp, Move
from dr.watch.observers import AT_LEAST, is_looked_for
from inventory.names import HostName, PlacedName
from inventory.network import Network


def what_is_lost_is_seen_by_nobody(
    network: Network, facts: Facts, request: Move
) -> Iterator[PlanRefused]:
    """Refuse to give up a host that answers anybody, or that too few looked for.

    Whether it answers the operator does not count: they come over a network of their own, which
    reaches a site that is cut off from all others as well. Two people may attest what too few
    looked for; they may not attest what somebody sees.
    """
    yield from are_seen_by_nobody(network, facts.signs, request)


def are_seen_by_nobody(
    network: Network, signs: Mapping[HostName, SignsOfLife], given_up: GivenUp
) -> Iterator[PlanRefused]:
    """Refuse what ``what_is_lost_is_seen_by_nobody`` refuses, by ``signs``."""
    for host in sorted(given_up.lost):
        sighting = signs.get(host)
        answers = sighting.answers if sighting else {}
        seen_by = sorted(observer for observer, answered in answers.items() if answered)
        if seen_by:
            yield PlanRefused(
                f"{host} is not lost",
                expected="that it answers nobody at another site",
                actual=f"it answers {', '.join(seen_by)}",
                next_step="name what is lost: --lost HOST; or move what lives: ndc dr switchover",
            )
            continue
        if not given_up.attested and not is_looked_for(network, answers):
            yield PlanRefused(
                f"nobody can say that {host} is lost",
                expected=f"observers at {AT_LEAST} other sites, whom it does not answer",
                actual=f"asked from {' and '.join(sorted(answers)) or 'nowhere'}",
                next_step="look at `ndc status`; or, where two people know that it is off, have "
                f"them attest it: ndc dr plan --lost {host} --attest",
            )


def survivors_can_refuse(network: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Refuse to serve elsewhere what a site may announce still, and a border would believe.

    Nobody tells whether that has power. Two people may attest that it has none.
    """
    able, is_everybody = refusers(network, facts, request)
    if is_everybody or request.attested or facts.placement is None:
        return
    asked = borders(network, facts.placement.site, request.lost)
    hosts = may_announce(network, facts, request)
    yield not_refused(request.service, hosts, [one for one in asked if one not in able])


def not_refused(
    name: PlacedName, hosts: Iterable[HostName], silent: Iterable[HostName]
) -> PlanRefused:
    """Return that ``silent`` borders would believe what ``hosts`` may announce of ``name``."""
    off = " and ".join(hosts)
    return PlanRefused(
        f"{off} may announce {name} still, and not everybody would refuse it",
        expected="that its power is told, or an answer of every border at another site",
        actual=f"{' and '.join(silent)} cannot be asked",
        next_step="look at `ndc status`; name a border that is lost as well: --lost BORDER; or, "
        f"where two people know that {off} is off, have them attest it: --attest",
    )
