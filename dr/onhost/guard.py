"""Answers one request: compare, write down, act, look; in this order and under one lock.

What it obeys is in the host's audit log before it acts; what it refuses, too. A look is not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import assert_never

from core import host_paths
from core.errors import JournalCorrupt, NdcError, Rejected
from dr.hosts.epochs import LENT, Act, GuardAnswer, GuardRequest, GuardVerdict, refusal
from dr.onhost.addresses import Addresses, LentAddresses
from dr.onhost.epoch_record import EpochRecord
from inventory.names import PlacedName, ServiceName, SiteName, StoreName
from storage.orders import StoreOrders
from storage.placed import StoreOrder

HOST_FILE = Path(host_paths.HOST_FILE)
"""what it is: ``services`` maps what it may serve to addresses, of which ``lent`` are stores"""

_SHOWN = 200
"""characters of what is no request"""


@dataclass(frozen=True, slots=True)
class Lending:
    """Which addresses a host has for a while only: they end unless its agent renews them."""

    stores: frozenset[str]
    addresses: LentAddresses


@dataclass(frozen=True, slots=True)
class Guard:
    """What stands between a request and this host."""

    serves: Mapping[str, str]
    """service name to service address"""
    record: EpochRecord
    addresses: Addresses
    origin: SiteName | None = None
    """of a border: the site from which it refuses ``addresses``; None: they are this host's own"""
    lending: Lending | None = None
    """what is there for a while only; None: nothing"""
    orders: StoreOrders | None = None
    """where its storage program looks for what it is to begin; None: nothing begins here"""

    def answer(self, text: str, *, recorded: bool = False) -> tuple[GuardVerdict, GuardAnswer]:
        """Return what becomes of the request ``text``, done and looked at.

        ``recorded`` says that its epoch was read from a majority.
        """
        try:
            request = GuardRequest.parse(text)
        except Rejected as error:
            refused = f"{error.what}: {error.expected}"
            with suppress(NdcError):  # nothing is done, so nothing has to be on record first
                self._note(GuardVerdict.MALFORMED, request=text[:_SHOWN], refused=refused)
            return GuardVerdict.MALFORMED, GuardAnswer(None, refused=refused)
        if request.origin != self.origin:
            refused = f"who is asked about {request.origin or 'its own addresses'} is another"
            return GuardVerdict.REFUSED, GuardAnswer(None, refused=refused)
        try:
            with self.record.turn():
                return self._in_turn(request, recorded=recorded)
        except JournalCorrupt as error:
            return GuardVerdict.DAMAGED, GuardAnswer(None, refused=f"{error.what} ({error.actual})")
        except NdcError as error:
            with suppress(NdcError):
                self._note_of(request, GuardVerdict.FAILED, error.what)
            return GuardVerdict.FAILED, GuardAnswer(None, refused=f"{error.what}: {error.actual}")

    def stand_down(self, service: ServiceName, epoch: int) -> str:
        """Withdraw ``service`` here, as long as ``epoch`` is the present one; return why not.

        For a reason of this host's own, of which a majority has taken note. A disk that is full
        may be that reason, so it does not keep the host from it: no room, no line in the log.

        Raises:
            NdcError: it is not done, or must be looked at.
        """
        address = IPv4Address(self.serves[service])
        request = GuardRequest(service, epoch, "agent", "stand-down", Act.WITHDRAW, address)
        with self.record.turn():
            highest = self.record.read().get(service)
            if highest != epoch:
                return f"epoch {epoch} is not the present one: epoch {highest} was seen"
            with suppress(NdcError):
                self._note_of(request, GuardVerdict.OBEYED)
            self._act(request)
        return ""

    def renew(self, store: PlacedName, epoch: int, until: timedelta) -> None:
        """Leave the address of ``store`` there ``until``, if it is and ``epoch`` is the present.

        Raises:
            NdcError: it is not done, or must be looked at.
        """
        address = IPv4Address(self.serves[store])
        with self.record.turn():
            if (
                self.lending
                and self.record.read().get(store) == epoch
                and address in self.addresses.present()
            ):
                self.lending.addresses.lend(address, until)

    def _in_turn(
        self, request: GuardRequest, *, recorded: bool
    ) -> tuple[GuardVerdict, GuardAnswer]:
        epochs = self.record.read()
        now = self.record.clock.elapsed()  # after the wait for its turn
        why = refusal(request, epochs, self.serves, now, recorded=recorded)
        if why := why or self._objection(request):
            with suppress(NdcError):
                self._note_of(request, GuardVerdict.REFUSED, why)
            return GuardVerdict.REFUSED, GuardAnswer(epochs.get(request.workload), refused=why)
        highest = epochs.get(request.workload)
        self._note_of(request, GuardVerdict.OBEYED)
        if request.act is not Act.LOOK and request.epoch != highest:
            highest = request.epoch
            self.record.write({**epochs, request.workload: highest})
        self._act(request)
        clock = now if request.act is Act.LOOK else None
        return GuardVerdict.OBEYED, GuardAnswer(highest, self._announced(), clock=clock)

    def _note_of(self, request: GuardRequest, verdict: GuardVerdict, refused: str = "") -> None:
        if request.act is not Act.LOOK:
            self._note(verdict, refused=refused, **request.fields())

    def _note(self, verdict: GuardVerdict, **fields: object) -> None:
        self.record.audit.append({"verdict": verdict.name.lower(), **fields})

    def _act(self, request: GuardRequest) -> None:
        match request.act:
            case Act.ANNOUNCE if self.lending and request.workload in self.lending.stores:
                self.lending.addresses.lend(request.argument, self.record.clock.elapsed() + LENT)
            case Act.ANNOUNCE | Act.REFUSE:
                self.addresses.add(request.argument)
            case Act.WITHDRAW | Act.ACCEPT:
                self.addresses.remove(request.argument)
            case Act.BEGIN:
                self._begin(request)
            case Act.LOOK:
                pass
            case _:
                assert_never(request.act)

    def _objection(self, request: GuardRequest) -> str:
        """Return why no store begins by ``request``; "": it may, or asks for something else."""
        if request.act is not Act.BEGIN:
            return ""
        if self.orders is None:
            return f"{request.workload} does not begin here"
        return self.orders.objection(StoreName(request.workload), _order(request))

    def _begin(self, request: GuardRequest) -> None:
        if self.orders is not None:
            self.orders.write(StoreName(request.workload), _order(request))

    def _announced(self) -> tuple[IPv4Address, ...]:
        own = {IPv4Address(address) for address in self.serves.values()}
        return tuple(sorted(own & self.addresses.present()))


def _order(request: GuardRequest) -> StoreOrder:
    return StoreOrder(request.epoch, request.run, request.point, request.without)


def serving_in(path: Path) -> tuple[dict[str, str], frozenset[str]]:
    """Return what the host's own description lets it serve, with addresses, and which are lent.

    Raises:
        Rejected: the description is missing or is not one.
    """
    try:
        described = json.loads(path.read_text("utf-8"))
        services = described["services"].items()
        return {str(name): str(IPv4Address(address)) for name, address in services}, frozenset(
            map(str, described.get("lent", ()))
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Rejected(
            f"{path} does not say what this host may serve",
            expected='{"services": {"NAME": "ADDRESS"}, "lent": ["STORE", …], …}',
            actual=str(error),
            next_step="ndc up",
        ) from error
