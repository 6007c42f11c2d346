"""Which borders have to refuse what a lost site may announce still. Pure.

A host of which nobody tells whether it has power may announce, seen or unseen. It does no harm
there: who survives refuses its services from its site, for as long as they are served elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from dr.facts import Facts, SignsOfLife
from dr.placement import serving_at
from dr.planning.request import Move, service_in
from inventory.names import HostName, SiteName
from inventory.network import Network


def borders(
    network: Network, origin: SiteName, lost: Collection[HostName] = ()
) -> tuple[HostName, ...]:
    """Return over whom others come to ``origin``: each that has a link, is not lost, nor there."""
    return tuple(
        host.name
        for host in network.hosts
        if host.site != origin and host.name not in lost and network.links_of(host.name)
    )


def may_announce(network: Network, facts: Facts, request: Move) -> tuple[HostName, ...]:
    """Return the lost hosts that may announce the service of ``request`` still, since it moves."""
    placed = facts.placement
    if placed is None or placed.site == request.target:
        return ()
    serving = serving_at(network, service_in(network, request), placed.site)
    return without_word(facts.signs, [host for host in serving if host in request.lost])


def without_word(
    signs: Mapping[HostName, SignsOfLife], hosts: Iterable[HostName]
) -> tuple[HostName, ...]:
    """Return those of lost ``hosts`` of which nobody tells whether they have power."""
    words = {host: signs.get(host) for host in hosts}
    return tuple(host for host, one in words.items() if one is not None and one.power is None)


def refusers(network: Network, facts: Facts, request: Move) -> tuple[tuple[HostName, ...], bool]:
    """Return who is to refuse the service of ``request``, and whether that is everybody.

    Those are the borders of other sites that answer; nobody, where nothing lost may announce it.
    """
    hosts = may_announce(network, facts, request)
    if not hosts or facts.placement is None:
        return (), True
    return able_among(borders(network, facts.placement.site, request.lost), facts.signs, hosts)


def able_among(
    asked: tuple[HostName, ...],
    signs: Mapping[HostName, SignsOfLife],
    hosts: tuple[HostName, ...],
) -> tuple[tuple[HostName, ...], bool]:
    """Return which of the borders ``asked`` can refuse what ``hosts`` announce, and whether all."""
    able = tuple(border for border in asked if all(border in signs[one].refusers for one in hosts))
    return able, able == asked
