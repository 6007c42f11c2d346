"""``ndc-controller`` on one monitor: looks at all hosts, says whom it misses, judges if elected.

Who judges also moves services within their region, twice judged. Where it does not see itself, or
etcd is silent, it says nothing and does nothing, and its earlier word ends with its lease.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.clock import Clock
from dr.live.deeds import Deeds
from dr.watch.deeds import Relocating
from dr.watch.judging import Judgement, Records, judged, rest_of
from dr.watch.lookout import Lookout, SightWord
from dr.watch.watching import Hearing
from inventory.names import HostName, ServiceName
from inventory.network import Service
from monitors.onhost.controllers_power import PowerLooks
from monitors.onhost.controllers_words import EtcdWatch, WatchState


@dataclass(slots=True)
class Controller:
    """That of the host and the network of ``watch``."""

    watch: EtcdWatch
    answering: Callable[[], frozenset[HostName]]
    """looks once: every host that answers this one; OSError: this host cannot look"""
    served: Callable[[Sequence[Service]], frozenset[ServiceName]]
    """which of some services answer this host at their address"""
    looks: PowerLooks
    clock: Clock
    _lookout: Lookout = field(default_factory=Lookout)
    _hearing: Hearing = field(default_factory=Hearing)

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
            yield f"elected: this controller judges; mode: {self.watch.network.controllers}"
            state = self.watch.state()
        if self.watch.office is not None and state.elected == self.watch.office:
            yield from self._judge(state)

    def _say(self, word: SightWord) -> None:
        """Let ``word`` stand: one that misses nobody is seldom written, and its lease renewed."""
        self.watch.stay()
        if word.is_news(self.watch.own):
            self.watch.tell(word)

    def _judge(self, state: WatchState) -> Iterator[str]:
        self.looks.attend()
        self._hearing = self._hearing.after(state.words, self.clock.elapsed())
        words = self._hearing.counted(state.words)
        missed = frozenset(host for word in words.values() for host in word.silent)
        back = any(word.back for word in words.values())
        records = self.watch.records(state) if missed or back else Records()
        # after the records: who has no power told nothing since
        powerless = self.looks.powerless(missed)
        records = replace(records, powerless=powerless, fencing=self.looks.silence)
        judgement = self._judged(words, state, records)
        if judgement.proposals:
            names = {one.service for one in judgement.proposals}
            asked = [one for one in self.watch.network.services if one.name in names]
            records = replace(records, answering=self.served(asked))
            judgement = self._judged(words, state, records)
        if not self._hearing.is_current(self.clock.elapsed()):
            yield "this host stood still, or was late, so it judges nothing by what it read"
            return
        last = state.judgement
        is_new = last is None or not judgement.says_the_same(last)
        if is_new and self.watch.judge(judgement):
            yield from _news(judgement, last)
        yield from self._act(judgement, records, last)

    def _judged(
        self, words: Mapping[HostName, SightWord], state: WatchState, records: Records
    ) -> Judgement:
        network, last, now = self.watch.network, state.judgement, self.clock.now()
        return judged(network, words, records, last, self.watch.host, now)

    def _act(self, judgement: Judgement, records: Records, last: Judgement | None) -> Iterator[str]:
        """Move what is to be moved by itself, as long as this is the controller that judges."""
        network, office = self.watch.network, self.watch.office
        for one in judgement.ripe(last):
            placed = records.placements[one.service]
            if one.to is None or office is None:
                continue
            epoch, at = placed.epoch + 1, self.clock.now()
            deed = Relocating(one.service, placed.site, one.to, epoch, self.watch.host, at)
            rest = rest_of(network.service(one.service))
            if Deeds(self.watch.etcd, network).relocate(deed, placed, office, rest):
                yield deed.sentence()


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
