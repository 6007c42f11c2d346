"""What controllers make of the network, who keeps them from acting, what a person must do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dr.judging import Judgement
from inventory.names import HostName
from monitors.health.concern import Concern, Condition

LEVER = "lever"
CONTROLLER = "controller"


@dataclass(frozen=True, slots=True)
class WatchView:
    """What stands in etcd of those who watch all hosts."""

    judgement: Judgement | None
    """None: no controller is elected"""
    lever: str | None
    """who pulled it, when and why, in words; None: it is not pulled"""


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
    for one in judgement.dead:
        if one.host in powerless:
            continue
        since = judgement.since.get(one.host, judgement.at)
        sentence = f"is dead since {since:%H:%M:%SZ}, by {' and '.join(one.by)}"
        yield Concern(one.host, Condition.CRITICAL, sentence, one.host)
    first = next((one.host for one in judgement.dead), None)
    for proposal in judgement.proposals:
        to = f" to {proposal.to}" if proposal.to else ""
        sentence = (
            f"would be moved{to} {proposal.remedy}, but {'; '.join(proposal.why_not)}; "
            f"next: {proposal.command}"
        )
        yield Concern(proposal.service, Condition.CRITICAL, sentence, first)


def watch_line(watch: WatchView) -> str:
    """Return in one line who judges, whom it believes and misses, and what it would do."""
    judgement = watch.judgement
    if judgement is None:
        return "none is elected"
    parts = [f"{judgement.by} judges and only observes", f"{len(judgement.observers)} observers"]
    parts += [f"{host} {why}" for host, why in judgement.blind.items()]
    parts += [
        f"{one.host} {one.pulse} since {judgement.since.get(one.host, judgement.at):%H:%M:%SZ}"
        f" ({one.why or 'by ' + ' and '.join(one.by)})"
        for one in judgement.suspects
    ]
    would = [
        f"would move {one.service}{f' to {one.to}' if one.to else ''} {one.remedy}"
        for one in judgement.proposals
    ]
    return "; ".join([*parts, *(would or ["nothing to do"])])
