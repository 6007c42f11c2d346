"""``ndc-controller`` on one monitor: looks at all hosts, says whom it misses, judges if elected.

It holds nothing by which anything moves. Where it does not see itself, or etcd is silent, it says
nothing, and its earlier word ends with its lease.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.clock import Clock
from dr.judging import Judgement, Records, judged
from dr.watching import Lookout, SightWord
from inventory.names import HostName
from monitors.onhost.controllers_words import EtcdWatch, WatchState


@dataclass(slots=True)
class Controller:
    """That of the host and the network of ``watch``."""

    watch: EtcdWatch
    answering: Callable[[], frozenset[HostName]]
    """looks once: every host that answers this one; OSError: this host cannot look"""
    clock: Clock
    _lookout: Lookout = field(default_factory=Lookout)

    def look(self) -> Iterator[str]:
        """Look at all hosts once and say it; yield a sentence for each thing that is news.

        Raises:
            OSError: this host cannot look; nothing was said.
            WorldError: etcd refused, or is silent.
            JournalCorrupt: a record of etcd cannot be trusted; nothing was judged.
        """
        began = self.clock.elapsed()
        answering = self.answering()
        if self.watch.host not in answering:
            self._lookout = Lookout()
            yield "this host does not see itself, so it says nothing of others"
            return
        hosts = [host.name for host in self.watch.network.hosts]
        self._lookout = self._lookout.after(hosts, answering, began)
        self._say(self._lookout.word())
        state = self.watch.state()
        if state.elected is None and self.watch.stand():
            yield "elected: this controller judges, and only observes"
            state = self.watch.state()
        if self.watch.office is not None and state.elected == self.watch.office:
            yield from self._judge(state)

    def _say(self, word: SightWord) -> None:
        """Let ``word`` stand: one that misses nobody is written once, and its lease renewed."""
        self.watch.stay()
        own = self.watch.own
        is_quiet = not (word.silent or word.back)
        if own is None or not is_quiet or own.silent or own.back:
            self.watch.tell(word)

    def _judge(self, state: WatchState) -> Iterator[str]:
        missed = any(word.silent or word.back for word in state.words.values())
        records = self.watch.records(state.lever) if missed else Records()
        judgement = judged(
            self.watch.network,
            state.words,
            records,
            state.judgement,
            self.watch.host,
            self.clock.now(),
        )
        last = state.judgement
        if last is not None and judgement.says_the_same(last):
            return
        if self.watch.judge(judgement):
            yield from _news(judgement, last)


def _news(judgement: Judgement, last: Judgement | None) -> Iterator[str]:
    before = {one.host: one.pulse for one in last.suspects} if last else {}
    for one in judgement.suspects:
        if before.get(one.host) is not one.pulse:
            yield f"{one.host} is {one.pulse}: {one.why or 'missed by ' + ' and '.join(one.by)}"
    for host in before.keys() - {one.host for one in judgement.suspects}:
        yield f"{host} is alive"
    for proposal in judgement.proposals:
        if last is None or proposal not in last.proposals:
            why_not = "; ".join(proposal.why_not)
            yield f"{proposal.service}: would be moved {proposal.remedy}; {why_not}"
