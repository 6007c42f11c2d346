"""Rules about a store that begins elsewhere since its writer is lost. Pure.

They object to one store; what else a plan moves, it moves all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from core.errors import PlanRefused
from dr.facts import StoreFacts
from dr.planning.copies import UNKNOWN
from dr.planning.refusing import able_among, borders, without_word
from dr.planning.request import StoreMove
from dr.planning.rules.loss import are_seen_by_nobody, not_refused
from dr.planning.rules.placing import can_be_written_down, is_free, is_placed, kept_out_unseen
from dr.planning.store_bound import former, loss_of, point_of
from inventory.network import Network

StoreRule: TypeAlias = Callable[[Network, StoreFacts, StoreMove], Iterator[PlanRefused]]


def record_can_change(_: Network, facts: StoreFacts, move: StoreMove) -> Iterator[PlanRefused]:
    """Refuse what cannot be written down, or what another run moves."""
    yield from is_placed(move.store.name, facts.placement)
    yield from can_be_written_down(move.store.name, facts.alarms)
    yield from is_free(move.store.name, facts.claim)


def writer_is_lost(network: Network, facts: StoreFacts, move: StoreMove) -> Iterator[PlanRefused]:
    """Refuse a writer that somebody sees, or whose announcements somebody would believe."""
    yield from are_seen_by_nobody(network, facts.signs, move)
    writer = former(facts, move)
    if writer is None or facts.placement is None or move.attested:
        return
    asked = borders(network, facts.placement.site, move.lost)
    silent = without_word(facts.signs, [writer])
    able, is_everybody = able_among(asked, facts.signs, silent)
    if not is_everybody:
        yield not_refused(move.store.name, silent, [one for one in asked if one not in able])


def others_are_known_not_to_write(
    _: Network, facts: StoreFacts, move: StoreMove
) -> Iterator[PlanRefused]:
    """Refuse to have two hosts write: each that is not given up says that it does not."""
    for host in move.store.hosts:
        own = facts.standings.get(host)
        if host in move.lost or host == move.host or (own is not None and not own.writes):
            continue
        yield PlanRefused(
            f"{host} may write {move.store.name}",
            expected="that it says it does not, or is given up as well",
            actual=UNKNOWN if own is None else "it does",
            next_step=f"ndc ssh {host} -- systemctl status ndc-storage; or: --lost {host}",
        )


def copy_is_there(_: Network, facts: StoreFacts, move: StoreMove) -> Iterator[PlanRefused]:
    """Refuse a host that has no whole recovery point, or was given up and not admitted since."""
    if point_of(facts, move.host) is None:
        yield PlanRefused(
            f"{move.host} has no recovery point of {move.store.name}",
            expected="one that is whole",
            actual="none" if move.host in facts.standings else UNKNOWN,
            next_step="look at `ndc status`; when its host answers again, ask again",
        )
    if facts.excluded is None:
        yield kept_out_unseen(move.store.name)
    elif move.host in facts.excluded:
        yield PlanRefused(
            f"{move.host} was given up, and nobody admitted it since",
            expected="a host that was admitted",
            actual="kept out",
            next_step=f"ndc dr admit {move.host} shows what it would bring back",
        )


def copy_was_compared(_: Network, facts: StoreFacts, move: StoreMove) -> Iterator[PlanRefused]:
    """Refuse a copy that was never read back, or differed, unless a person accepts that."""
    own = facts.standings.get(move.host)
    if own is None or own.is_verified or move.accepted_loss:
        return
    differs = own.read_back is not None
    yield PlanRefused(
        f"the copy of {move.store.name} on {move.host} was never found to be whole",
        expected="a comparison with its source, byte by byte",
        actual="the last one found a difference" if differs else "none was made",
        next_step="who answers for that says why: --accept-loss REASON",
    )


def loss_is_promised(_: Network, facts: StoreFacts, move: StoreMove) -> Iterator[PlanRefused]:
    """Refuse to lose more than the tier's objective, or what nobody can tell, for nobody's word."""
    loss = loss_of(facts, move)
    if point_of(facts, move.host) is None or move.accepted_loss or not loss.exceeds:
        return
    promised = loss.recovery_point.total_seconds()
    yield PlanRefused(
        f"files that were written to {move.store.name} may be lost",
        expected=f"at most those of the last {promised:g} s, as tier {move.store.tier} promises",
        actual=loss.text(),
        next_step="who answers for that says why: --accept-loss REASON",
    )


STORE_RULES: Final[tuple[StoreRule, ...]] = (
    record_can_change,
    writer_is_lost,
    others_are_known_not_to_write,
    copy_is_there,
    copy_was_compared,
    loss_is_promised,
)


def objections_to_store(
    network: Network, facts: StoreFacts, move: StoreMove
) -> Iterator[PlanRefused]:
    """Yield every objection of every rule."""
    for rule in STORE_RULES:
        yield from rule(network, facts, move)
