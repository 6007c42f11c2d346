"""The steps that prove that what is lost can neither write nor be reached by citizens. Pure.

A host of which power can be told and taken loses it. Of any other, a lease that led a database
has to end, and observers must not see it. Where too few of them can be asked, people attest that
it is off, if who asked for the plan said that they will. What they say ends no lease: who is off
renews none, and a lease that is renewed contradicts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.runs.plan import Step, StepId
from dr.actions import Action
from dr.facts import SignsOfLife
from dr.loss_actions import AttestOff, AwaitLeaseEnd, CutPower, SeeGone
from dr.planning.plan import Phase, RecoveryStep
from dr.planning.refusing import borders
from dr.planning.request import GivenUp
from dr.watch.observers import is_looked_for
from inventory.names import DatabaseName, HostName
from inventory.network import Network
from inventory.patroni import LEASE

APPROVE: Final = "approve"
"""the role of who lets a copy lead that may lack acknowledged writes, or attests that it is off"""
PEOPLE: Final = 2
"""have to attest it: no loss is true by one person's word"""
_SECOND: Final = timedelta(seconds=1)
_LEASE: Final = LEASE + 5 * _SECOND
"""and what its end takes to be seen"""
UNSEEN: Final = 3 * _SECOND
"""several looks: one that went amiss takes nobody for gone"""
_LOOKS: Final = 7 * _SECOND
"""until they are not seen, at first"""
_ASKED: Final = timedelta(minutes=2)
"""until two people have looked and signed"""


@dataclass(frozen=True, slots=True)
class Fencing:
    """What is to be proved of hosts that are given up, as ``signs`` show them."""

    network: Network
    given_up: GivenUp
    signs: Mapping[HostName, SignsOfLife]
    leading: Mapping[HostName, DatabaseName]
    """who may write to which database still"""
    serving: Sequence[HostName]
    """whom citizens may reach still"""
    unseen: timedelta = UNSEEN
    """for so long nobody may see them, without a break"""

    def steps(self, after: StepId, epoch: int, prefix: str) -> Iterator[RecoveryStep]:
        """Yield the steps, side by side after ``after``; ``prefix`` begins their names."""

        def step(name: str, action: Action, *, deadline: timedelta, **rest: object) -> RecoveryStep:
            place = (StepId(f"{prefix}{name}"), action, Phase.DRAIN, (after,))
            return Step(*place, epoch=epoch, deadline=deadline, **rest)  # type: ignore[arg-type]  # fields of Step

        for host in dict.fromkeys([*self.leading, *self.serving]):
            if signs := self.signs.get(host):
                yield from self._of(host, signs, step)
        if unknown := self.unknown:
            yield step(
                "attest",
                AttestOff(unknown, self._observers(unknown)),
                deadline=10 * _SECOND,
                expected=_ASKED,
                gate=APPROVE,
                attested_by=PEOPLE,
            )

    def _of(
        self, host: HostName, signs: SignsOfLife, step: Callable[..., RecoveryStep]
    ) -> Iterator[RecoveryStep]:
        observers = tuple(signs.answers)
        if signs.power is not None:
            cut = CutPower(host, signs.power.life, observers)
            yield step(f"fence-{host}", cut, deadline=15 * _SECOND)
            return
        if host in self.leading:
            end = AwaitLeaseEnd(self.leading[host], host)
            yield step(f"lease-{host}", end, deadline=4 * _LEASE, expected=_LEASE, attempts=1)
        if host in self.serving and host not in self.unknown:
            times = {"steady": self.unseen, "expected": self.unseen}
            deadline = self.unseen + _LOOKS
            yield step(f"unseen-{host}", SeeGone(host, observers), deadline=deadline, **times)

    @property
    def unknown(self) -> tuple[HostName, ...]:
        """The hosts that people are to attest of: nobody tells their power, and too few look.

        Or not every border that survives could be told to refuse what they serve.

        Sorted. Empty as well where nobody is to attest anything.
        """
        signs = self.signs
        return tuple(
            host
            for host in (sorted(self.given_up.lost) if self.given_up.attested else ())
            if (one := signs.get(host)) is None
            or (one.power is None and not is_looked_for(self.network, one.answers))
            or (one.power is None and host in self.serving and not self._all_refuse(host, one))
        )

    def _all_refuse(self, host: HostName, signs: SignsOfLife) -> bool:
        origin = self.network.host(host).site
        return signs.refusers >= {*borders(self.network, origin, self.given_up.lost)}

    def _observers(self, hosts: Sequence[HostName]) -> tuple[HostName, ...]:
        """Return who can be asked whether ``hosts`` answer them: nobody, maybe."""
        asked = [self.signs[host].answers for host in hosts if host in self.signs]
        return tuple(sorted({each for answers in asked for each in answers}))
