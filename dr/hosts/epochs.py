"""What is said between a run and ``ndc-epoch``, the forced command that guards a host.

A request carries the epoch under which its run acts. The host keeps the highest
epoch it was ever asked under, per workload, and refuses every lower one. So a run
that was overtaken changes nothing, however late its request arrives. A request may also say
until when it is to be obeyed, on the clock of the host, which a look tells: so what one and the
same run asked for, and gave up, changes nothing either.

Standard library only: the forced command starts a process per request, in the
path between loss and service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from core.errors import Rejected
from core.formats import FIRST, KEY, Format
from inventory.names import HostName, PlacedName, ServiceName, SiteName
from inventory.network import Network
from inventory.placed import placed_on

MOST_BYTES = 2048
"""of a request"""

_WORKLOAD = re.compile(r"[a-z][a-z0-9-]{0,62}")
_MARK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_NUMBERS = range(2**53)
"""what every JSON reader keeps exactly"""
_UNTIL = "until_ms"
_CLOCK = "clock_ms"

MOST_AHEAD = 1000
"""epochs rise by one a move: who is farther ahead of what a host saw errs, and would lock it up"""

LENT = timedelta(seconds=30)
"""for so long a host has a store's address after a majority last said that it is placed there; five
seconds longer at most, where it acted late. Whoever hears no majority loses it: nobody writes who
cannot know whether another writes by now
"""


class Act(StrEnum):
    """What may be asked; nothing else exists."""

    ANNOUNCE = "announce-service"
    """the service address is on ``lo``, so the router announces it"""
    WITHDRAW = "withdraw-service"
    """it is not"""
    BEGIN = "begin-store"
    """asked of a host that holds a store: it begins to write it, from a recovery point"""
    REFUSE = "refuse-origin"
    """asked of a border: it refuses the service address from a site"""
    ACCEPT = "accept-origin"
    """it does no more"""
    LOOK = "look"
    """say what is true; change nothing, remember nothing"""


_OF_BORDERS = (Act.REFUSE, Act.ACCEPT)


class GuardVerdict(IntEnum):
    """How ``ndc-epoch`` ends; anything but OBEYED comes with a reason."""

    OBEYED = 0
    MALFORMED = 2
    """not a request; nothing was touched"""
    REFUSED = 4
    """an older epoch, or something this host may not do; nothing was touched"""
    DAMAGED = 5
    """the record of epochs cannot be read, so every epoch may be too old"""
    FAILED = 6
    """the host could not finish; what was done must be looked at"""


@dataclass(frozen=True, slots=True)
class GuardRequest:
    """One thing asked of one host, by ``step`` of ``run``, under ``epoch``."""

    workload: PlacedName
    epoch: int
    run: str
    step: str
    act: Act
    argument: IPv4Address
    """the workload's service address"""
    until: timedelta | None = None
    """by the host's clock since its boot: later it is not obeyed; None: whenever it comes"""
    origin: SiteName | None = None
    """the site from which a border is to refuse the address; None: it is asked of a host"""
    point: str = ""
    """origin of the recovery point with which a store begins; "": none does"""
    without: tuple[HostName, ...] = ()
    """hosts that are given up, where a store begins"""

    def text(self) -> str:
        """Return it as one line of JSON.

        It states no number while that is the first: a host that was brought up before
        there were numbers obeys it as well, so nobody has to run ``ndc up`` before a recovery.
        """
        return json.dumps(self.fields(), sort_keys=True)

    def fields(self) -> dict[str, str | int]:
        """Return what it says, by name."""
        fields = asdict(self) | {"argument": str(self.argument), "without": ",".join(self.without)}
        del fields["until"]
        if self.origin is None:
            del fields["origin"]
        if self.act is not Act.BEGIN:
            del fields["point"], fields["without"]
        return fields if self.until is None else fields | {_UNTIL: _milliseconds(self.until)}

    @classmethod
    def parse(cls, text: str) -> GuardRequest:
        """Return the request that ``text`` is.

        Raises:
            Rejected: it is anything else, however close, or of a format that is not read.
        """
        try:
            fields = json.loads(text[: MOST_BYTES + 1], object_pairs_hook=_unique)
            if not isinstance(fields, dict) or len(text) > MOST_BYTES:
                raise _malformed("an object of at most 2048 characters")
            Format.WORDS.demand_number(fields.pop(KEY, FIRST), "the request")
            request = cls(
                workload=ServiceName(_matched(fields.pop("workload"), _WORKLOAD)),
                epoch=_number(fields.pop("epoch")),
                run=_matched(fields.pop("run"), _MARK),
                step=_matched(fields.pop("step"), _MARK),
                act=Act(fields.pop("act")),
                argument=IPv4Address(_string(fields.pop("argument"))),
                until=_time(fields.pop(_UNTIL, None)),
                origin=_site(fields.pop("origin", None)),
                point=_point(fields.pop("point", "")),
                without=_hosts(fields.pop("without", "")),
            )
        except (KeyError, ValueError, RecursionError) as error:
            raise _malformed(str(error)) from error
        if fields:
            raise _malformed(f"nothing called {', '.join(sorted(fields))}")
        if request.act is not Act.LOOK and (request.act in _OF_BORDERS) is (request.origin is None):
            raise _malformed("a site where a border is asked, and none where a host is")
        if (request.act is Act.BEGIN) is not bool(request.point):
            raise _malformed("a recovery point where a store begins, and none elsewhere")
        return request


@dataclass(frozen=True, slots=True)
class GuardAnswer:
    """What a host says after a request: what is true there now, not what it was asked for."""

    highest: int | None
    """epoch it obeys for this workload; None: it was never asked, or cannot tell"""
    addresses: tuple[IPv4Address, ...] = ()
    """service addresses on ``lo``, or refused from the site that was asked about, sorted

    Empty as well where it did not come to looking.
    """
    refused: str = ""
    """why it did not obey; empty if it did"""
    clock: timedelta | None = None
    """the host's, since its boot, when it was looked at; None: nobody looked, or an older host"""

    def text(self) -> str:
        """Return it as one line of JSON."""
        fields: dict[str, object] = {"highest": self.highest}
        if self.refused:
            return json.dumps({"refused": self.refused, **fields})
        fields["addresses"] = [str(address) for address in self.addresses]
        return json.dumps(
            fields if self.clock is None else {**fields, _CLOCK: _milliseconds(self.clock)}
        )

    @classmethod
    def parse(cls, text: str) -> GuardAnswer:
        """Return the answer that ``text`` is.

        Raises:
            ValueError, TypeError, RecursionError: it is none.
        """
        fields = json.loads(text)
        if not isinstance(fields, dict) or "highest" not in fields:
            raise ValueError(text[:200])
        highest = fields["highest"]
        return cls(
            highest=None if highest is None else _number(highest),
            addresses=tuple(IPv4Address(_string(each)) for each in fields.get("addresses", [])),
            refused=str(fields.get("refused", "")),
            clock=_time(fields.get(_CLOCK)),
        )


def refusal(
    request: GuardRequest,
    epochs: Mapping[str, int],
    serves: Mapping[str, str],
    now: timedelta,
    *,
    recorded: bool = False,
) -> str:
    """Return why a host that knows ``epochs`` and may serve ``serves`` refuses; "" if it obeys.

    ``epochs`` maps workloads to the highest epoch, ``serves`` to the service address; ``now`` is
    by the host's clock, since its boot. An epoch that is ``recorded`` was read from a majority,
    and may be any number of moves ahead.
    """
    address = serves.get(request.workload)
    if address is None:
        return f"this host does not serve {request.workload}"
    if address != str(request.argument):
        return f"the address of {request.workload} is {address}, not {request.argument}"
    highest = epochs.get(request.workload, 0)
    if request.act is not Act.LOOK and request.epoch < highest:
        return f"epoch {request.epoch} is over: epoch {highest} was seen"
    if request.act is not Act.LOOK and not recorded and request.epoch > highest + MOST_AHEAD:
        return f"epoch {request.epoch} is no next one: epoch {highest} was seen"
    if request.until is not None and now > request.until:
        late = (now - request.until).total_seconds()
        return f"it comes {late:.1f} s after whoever asked for it gave it up"
    return ""


def services_of(network: Network, host: HostName) -> dict[str, str]:
    """Return what ``services`` of the host's ``/etc/ndc/host.json`` holds, stores among them."""
    return {str(placed.name): str(placed.address) for placed in placed_on(network, host)}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("every key once")
    return fields


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise AddressValueError(f"text, not {value!r}")
    return value


def _matched(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"text like {pattern.pattern}")
    return value


def _site(value: object) -> SiteName | None:
    return None if value is None else SiteName(_matched(value, _WORKLOAD))


def _point(value: object) -> str:
    return "" if value == "" else _matched(value, _MARK)


def _hosts(value: object) -> tuple[HostName, ...]:
    names = _string(value).split(",") if value else []
    return tuple(HostName(_matched(name, _WORKLOAD)) for name in names)


def _milliseconds(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)


def _time(value: object) -> timedelta | None:
    return None if value is None else timedelta(milliseconds=_number(value))


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in _NUMBERS:
        raise ValueError("a whole number from 0")
    return value


def _malformed(expected: str) -> Rejected:
    return Rejected(
        "this is no request",
        expected=expected,
        actual="something else",
        next_step="requests are made by ndc, not by hand",
    )
