"""Rules about what is said to be lost: nobody is called dead on one observer's word. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.errors import PlanRefused
from dr.facts import Facts
from dr.request import Move
from inventory.names import SiteName
from inventory.network import Network

OBSERVERS: Final = 2
"""at as many sites nobody must see a host, before it may be called lost"""


def what_is_lost_is_seen_by_nobody(
    network: Network, facts: Facts, request: Move
) -> Iterator[PlanRefused]:
    """Refuse to give up a host that answers anybody, or that too few looked for.

    Whether it answers the operator does not count: they come over a network of their own, which
    reaches a site that is cut off from all others as well.
    """
    for host in sorted(request.lost):
        sighting = facts.signs.get(host)
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
        sites: set[SiteName] = {network.host(observer).site for observer in answers}
        if len(sites) < OBSERVERS:
            yield PlanRefused(
                f"nobody can say that {host} is lost",
                expected=f"observers at {OBSERVERS} other sites, whom it does not answer",
                actual=f"asked from {' and '.join(sorted(answers)) or 'nowhere'}",
                next_step="look at `ndc status`; when other sites can be asked, ask again",
            )
