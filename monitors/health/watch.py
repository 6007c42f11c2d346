"""What controllers make of the network, what they did, and what a person must do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dr.watch.judging import Judgement, Proposal
from dr.watch.watching import Suspect
from inventory.initiative import Initiative
from inventory.names import HostName
from monitors.health.concern import Concern, Condition

LEVER = "lever"
CONTROLLER = "controller"
_NOBODY_TELLS: Final = "no observer's word counts, so nobody tells who is dead"
_A_PERSON: Final = "a person looks; next, without what is lost: ndc dr plan --lost SITE"


@dataclass(frozen=True, slots=True)
class WatchView:
    """What stands in etcd of those who watch all hosts."""

    judgement: Judgement | None
    """None: no controller is elected"""
    lever: str | None
    """who pulled it, when and why, in words; None: it is not pulled"""
    deeds: tuple[str, ...] = ()
    """in words, the last thing that they did by themselves about each database and service"""


def of_watch(watch: WatchView | None, powerless: frozenset[HostName]) -> Iterator[Concern]:
    """Yield what is wrong in the eyes of the controllers, and with them.

    Of hosts that are known to be ``powerless`` others tell.
    """
    if watch is None:
        return
    if watch.lever is not None:
        sentence = f"nothing starts by itself, {watch.lever}; next: ndc dr release"
        yield Concern(LEVER, Condition.WARNING, sentence, LEVER)
    if watch.judgement is None:
        yield Concern(CONTROLLER, Condition.WARNING, "none is elected: nobody watches all hosts")
        return
    judgement = watch.judgement
    if judgement.blind and not judgement.observers:
        yield Concern(CONTROLLER, Condition.CRITICAL, f"{_NOBODY_TELLS}; {_A_PERSON}")
    for one in judgement.dead:
        if one.host in powerless:
            continue
        since = judgement.since.get(one.host, judgement.at)
        sentence = f"is dead since {since:%H:%M:%SZ}, by {_voices(one)}"
        yield Concern(one.host, Condition.CRITICAL, sentence, one.host)
    first = next((one.host for one in judgement.dead), None)
    for proposal in judgement.proposals:
        yield Concern(proposal.service, Condition.CRITICAL, _proposed(proposal), first)


def _proposed(proposal: Proposal) -> str:
    to = f" to {proposal.to}" if proposal.to else ""
    if not proposal.why_not:
        return f"is about to be moved{to} {proposal.remedy}"
    why_not = "; ".join(proposal.why_not)
    return f"would be moved{to} {proposal.remedy}, but {why_not}; next: {proposal.command}"


def _voices(one: Suspect) -> str:
    return " and ".join([*one.by, *(["whoever switches its power"] if one.powerless else [])])


def watch_line(watch: WatchView) -> str:
    """Return in one line who judges, whom it believes and misses, and what it would do."""
    judgement = watch.judgement
    if judgement is None:
        return "none is elected"
    acts = {
        Initiative.AUTOMATIC: "judges, and acts within a region",
        Initiative.OBSERVE: "judges and only observes",
    }[judgement.initiative]
    parts = [f"{judgement.by} {acts}", f"{len(judgement.observers)} observers"]
    parts += [f"{host} {why}" for host, why in judgement.blind.items()]
    parts += [
        f"{one.host} {one.pulse} since {judgement.since.get(one.host, judgement.at):%H:%M:%SZ}"
        f" ({one.why or 'by ' + _voices(one)})"
        for one in judgement.suspects
    ]
    would = [
        f"would move {one.service}{f' to {one.to}' if one.to else ''} {one.remedy}"
        for one in judgement.proposals
    ]
    if not judgement.observers:
        return "; ".join([*parts, "nobody tells who is dead: a person looks"])
    return "; ".join([*parts, *(would or ["nothing to do"])])
