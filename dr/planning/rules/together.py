"""Reasons to refuse what is to move on purpose in one plan, one service or several. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.errors import PlanRefused
from dr.facts import Facts
from dr.planning.request import Move, service_in
from dr.planning.rules.failback import target_was_stable
from dr.planning.rules.table import refusals
from dr.watch.steadiness import Steadiness
from inventory.names import DatabaseName, HostName, ServiceName
from inventory.network import Network


def objections(
    network: Network,
    facts: Mapping[ServiceName, Facts],
    requests: Sequence[Move],
    stays: Mapping[HostName, Steadiness] | None = None,
) -> list[PlanRefused]:
    """Return every objection to any of ``requests``: one is enough, and none of them is planned.

    ``facts`` was seen of each service. ``stays`` says for how long hosts at the targets are
    well, where that has to be for long enough; None: it has not.
    """
    return [
        *(
            each
            for one in requests
            if stays is not None
            for each in target_was_stable(network, stays, one)
        ),
        *one_database_goes_to_one_site(network, requests),
        *(each for one in requests for each in refusals(network, facts[one.service], one)),
    ]


def one_database_goes_to_one_site(
    network: Network, requests: Sequence[Move]
) -> Iterator[PlanRefused]:
    """Refuse to move services of one database to several sites: each is moved with its database."""
    sharing: dict[DatabaseName, list[Move]] = {}
    for request in requests:
        sharing.setdefault(service_in(network, request).database, []).append(request)
    for database, moves in sharing.items():
        names = [move.service for move in moves]
        if len({move.target for move in moves}) > 1:
            yield PlanRefused(
                f"{' and '.join(names)} share {database}, and would go to different sites",
                expected="one site for all of them: a database is led at one",
                actual=", ".join(f"{move.service} to {move.target}" for move in moves),
                next_step=f"ndc dr switchover {' '.join(names)} --to SITE; or one after the other",
            )
