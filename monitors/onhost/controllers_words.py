"""What controllers have in etcd: their words, who of them judges, and its judgement.

All of it lies under leases. A controller that was stopped for longer than its lease lasts finds
its word and its office gone when it goes on, and every transaction that it began changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from access.clients import patroni
from access.clients.etcd import Etcd, Holds, Put
from core.errors import Rejected
from core.runs.plan import RunName
from dr.hosts.announcing import LASTING
from dr.placement import read_claim, read_placements
from dr.watch.judging import Judgement, Records, judgement_text, read_judgement
from dr.watch.lever import lever_sentence
from dr.watch.lookout import SightWord, read_sight_words, sight_word_text
from inventory import etcd as keys
from inventory.names import DatabaseName, HostName, ServiceName
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class WatchState:
    """What stands at one moment, by a quorum's word."""

    words: Mapping[HostName, SightWord]
    elected: str | None
    """whoever judges, in a word that nobody else writes; None: nobody does"""
    judgement: Judgement | None
    lever: str | None
    """the sentence of whoever pulled it; None: it is not pulled"""
    rests: Mapping[ServiceName, str] = field(default_factory=dict)
    """which services no controller moves for a while, and why"""


@dataclass(slots=True)
class EtcdWatch:
    """That of ``network``, for the controller on ``host``."""

    etcd: Etcd
    network: Network
    host: HostName
    _lease: str | None = None
    _own: SightWord | None = field(default=None, init=False)

    @property
    def office(self) -> str | None:
        """What stands in the key of the elected one if that is us; None: we have no lease."""
        return self._lease and f"{self.host} {self._lease}"

    @property
    def own(self) -> SightWord | None:
        """Our word, as far as we know that it stands; None: it does not, or may not."""
        return self._own

    def tell(self, word: SightWord) -> None:
        """Let ``word`` be ours.

        Raises:
            Rejected: it is not.
            Unreachable: it may be.
        """
        with self._under_lease() as lease:
            key = f"{keys.sight_word_of(self.network.environment, self.host)}sight"
            self._own = None
            self.etcd.change([], [Put(key, sight_word_text(word), lease)])
            self._own = word

    def stay(self) -> None:
        """Let our word and our office stand anew; where the lease has ended they are gone.

        Raises:
            NotSeen: nobody answered.
        """
        if self._lease is not None and not self.etcd.renew(self._lease):
            self._forget()

    def stand(self) -> bool:
        """Be elected if nobody is; tell whether we are now. Raises as ``tell``."""
        with self._under_lease() as lease:
            key = keys.elected(self.network.environment)
            return self.etcd.change([Holds(key, None)], [Put(key, self.office or "", lease)])

    def judge(self, judgement: Judgement) -> bool:
        """Let ``judgement`` stand if we are elected in that moment; tell it. Raises as ``tell``."""
        with self._under_lease() as lease:
            environment = self.network.environment
            put = Put(keys.judgement(environment), judgement_text(judgement), lease)
            return self.etcd.change([Holds(keys.elected(environment), self.office)], [put])

    def state(self) -> WatchState:
        """Return what stands now; what cannot be read is nobody's word.

        Raises:
            NotSeen: no quorum answered.
        """
        environment = self.network.environment
        texts = {pair.key: pair.value for pair in self.etcd.under(keys.watch(environment))}
        judgement = None
        with suppress(Rejected):
            own = texts.get(keys.judgement(environment))
            judgement = None if own is None else read_judgement(own)
        return WatchState(
            read_sight_words(keys.sight_words(environment), texts.items()),
            texts.get(keys.elected(environment)),
            judgement,
            lever_sentence(texts.get(keys.lever(environment))),
            {
                service.name: texts[key]
                for service in self.network.services
                if (key := keys.rest(environment, service.name)) in texts
            },
        )

    def records(self, state: WatchState) -> Records:
        """Return what a quorum says of services now; ``state`` was read before.

        Raises:
            NotSeen: no quorum answered.
            JournalCorrupt: a record cannot be trusted.
        """
        environment, databases = self.network.environment, self.network.databases
        prefix = keys.placements(environment)
        placements = [(pair.key, pair.value) for pair in self.etcd.under(prefix)]
        claims = {
            database.name: run
            for database in databases
            if (run := self._holder(keys.claim_on(environment, database.name))) is not None
        }
        facts = {one.name: self._leader_and_synchronous(one.name) for one in databases}
        reports = {leader: f"it leads {name}" for name, (leader, _) in facts.items() if leader}
        return Records(
            placements=read_placements(prefix, placements),
            claimed=claims,
            synchronous={name: whole for name, (_, whole) in facts.items()},
            reports={**reports, **self._announcers()},
            lever=state.lever,
            rests=state.rests,
        )

    def _holder(self, key: str) -> RunName | None:
        pair = self.etcd.get(key)
        return read_claim(pair.value).run if pair else None

    def _leader_and_synchronous(
        self, database: DatabaseName
    ) -> tuple[HostName | None, frozenset[HostName]]:
        leading, synchronous = keys.patroni_facts(self.network.environment, database)
        leader, waited = self.etcd.get(leading), self.etcd.get(synchronous)
        names = patroni.waited_for(waited.value if waited else None)
        whole = frozenset(map(HostName, names))
        if leader is None:
            return None, whole
        return HostName(leader.value), whole | {HostName(leader.value)}

    def _announcers(self) -> dict[HostName, str]:
        prefix = keys.announcers(self.network.environment)
        return {
            HostName(pair.key.removeprefix(prefix).partition("/")[0]): "its agent's word stands"
            for pair in self.etcd.under(prefix)
        }

    @contextmanager
    def _under_lease(self) -> Iterator[str]:
        if self._lease is None:
            self._lease = self.etcd.lease(LASTING)
        try:
            yield self._lease
        except Rejected:
            self._forget()  # the lease may have ended
            raise

    def _forget(self) -> None:
        self._lease = self._own = None
