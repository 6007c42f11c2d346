"""What is stored, and the number of the shape in which each is written.

A number rises when a reader of the one before would misread what follows. Text
that states none is of format 1: before there were numbers, there was one of each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum, unique
from typing import Any, Final

from core.errors import InventoryInvalid, JournalCorrupt, NdcError, PlanRefused, Rejected

KEY: Final = "format"
FIRST: Final = 1
"""the number of what states none"""


@unique
class Format(Enum):
    """A kind of text that another version of ndc may come to read.

    Each: where it is kept, how an unknown number is refused, and the number that is
    written and the oldest that is read, where these are not the first.
    docs/generated/formats.md is made from this table.
    """

    INVENTORY = ("the declared `*.yaml`, at the top of one of them", InventoryInvalid)
    ALLOCATIONS = ("`var/<env>/allocations.yaml`", InventoryInvalid)
    ENVIRONMENT = ("`var/<env>/environment.json`", PlanRefused)
    NETWORK = ("`var/<env>/network.json`; `/etc/ndc/network.json` on hosts", PlanRefused)
    REGISTER = ("`/var/lib/ndc/register.json`, for all checkouts of a machine", PlanRefused)
    LAB = ("`var/<env>/lab/state.json`", PlanRefused)
    PLAN = ("`var/<env>/runs/<run>/plan.json`", PlanRefused, 2)
    JOURNAL = (
        "a run's first record, in `journal.jsonl` and in etcd; requests in its `inbox/`",
        PlanRefused,
        4,
    )
    WINDOW = ("`var/<env>/runs/<run>/window-<service>.json`", PlanRefused)
    REPORT = ("`var/<env>/runs/<run>/report.json`", PlanRefused, 2)
    PLACEMENT = ("etcd, a key a service", JournalCorrupt)
    CLAIM = ("etcd, a key a database; beside the placements", JournalCorrupt)
    ANNOUNCER = (
        "etcd, a key a host and service, under a lease; an unknown one is nobody's",
        Rejected,
    )
    SIGHT = ("etcd, a key an observer, under a lease; an unknown one counts for nothing", Rejected)
    JUDGEMENT = ("etcd, one key, under the lease of the controller that is elected", Rejected)
    DEED = ("etcd, a key a deed, the last about each thing; an unknown one is nobody's", Rejected)
    EXCLUSION = ("etcd, a key a host that was given up and not admitted since", JournalCorrupt)
    HOLD = ("etcd, one key while the lever is pulled", JournalCorrupt)
    EPOCHS = ("`/var/lib/ndc/agent/epochs.json` on hosts", JournalCorrupt, 2)
    REFUSALS = ("`/var/lib/ndc/detour/refusals.json` on border routers", JournalCorrupt)
    STORE_PLACES = (
        "`/run/ndc-agent/stores.json` on hosts: the placements of stores, as the agent read them",
        JournalCorrupt,
    )
    STORE_ORDER = (
        "`/var/lib/ndc/agent/orders/<store>.json`, and `…/storage/begun/` where it was carried out",
        JournalCorrupt,
    )
    TAIL = (
        "`ndc-apart.json` in a data directory, `tail.json` where it is kept, on hosts",
        JournalCorrupt,
    )
    ROWS = ("`rows.json` and each line of `rows.jsonl`, beside a tail that is kept", JournalCorrupt)
    DRILL = (
        "`var/<env>/drills/<drill>/drill.json`, before anything is taken away",
        JournalCorrupt,
    )
    DRILL_REPORT = ("`var/<env>/drills/<drill>/report.json`", PlanRefused)
    DRILL_WORD = (
        "etcd, two keys a drill: when it last went well, and when not",
        JournalCorrupt,
        2,
    )
    WORDS = ("nowhere: what a run says to the guard of a host", Rejected)
    LEDGER = ("`/var/lib/ndc/probe/<service>.jsonl` on the probe, in every line", JournalCorrupt)
    ANCHOR = ("`var/<env>/runs/<run>/anchors.jsonl` and etcd, in every line", JournalCorrupt)
    STATEMENT = ("what a probe signs: in an anchor, and in a pack", JournalCorrupt)
    PACK = ("`manifest.json` of a pack of evidence", JournalCorrupt)
    LOSSES = ("`/var/lib/ndc/probe/<service>.losses.json`, beside the ledger", JournalCorrupt)
    AUDIT = (
        "`var/.audit/<month>.jsonl`, and `/var/lib/ndc/agent/audit/` on hosts; in every line",
        JournalCorrupt,
    )
    SIGHTINGS = ("`var/<env>/sightings.json`; an unknown one is forgotten", PlanRefused, 2)

    def __init__(
        self, where: str, refusal: type[NdcError], number: int = FIRST, oldest: int = FIRST
    ) -> None:
        self.where = where
        self.refusal = refusal
        self.number = number
        """which is written now"""
        self.read = range(oldest, number + 1)
        """which are read"""

    def stamped(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``plain`` with the number that is written now, in front."""
        return {KEY: self.number, **plain}

    def text(self, plain: Mapping[str, Any], *, indent: int | None = None) -> str:
        """Return ``plain`` as JSON with its number: one line without ``indent``."""
        separators = None if indent else (",", ":")
        return json.dumps(
            self.stamped(plain), indent=indent, separators=separators, ensure_ascii=False
        )

    def demand(self, text: str | bytes, source: object, *, next_step: str = "") -> int:
        """Return the number that the JSON in ``text`` states, if it is one that is read.

        Damaged text states none: what is wrong with it is told by who reads on.

        Raises:
            NdcError: as ``demand_number``.
        """
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError):
            return FIRST
        return self.demand_number(stated_in(plain), source, next_step=next_step)

    def demand_number(self, stated: object, source: object, *, next_step: str = "") -> int:
        """Return ``stated``, which ``source`` states, if it is a number that is read.

        ``next_step`` is what else can be done than to take the ndc that wrote it.

        Raises:
            NdcError: it is not; of the class that the table has for this format.
        """
        if type(stated) is int and stated in self.read:
            return stated
        is_older = type(stated) is int and stated < self.read.start
        writer = "use the ndc that wrote it" + ("" if is_older else ", or a later one")
        raise self.refusal(
            f"{source} is in a format that this ndc does not read",
            expected=f"{self.name.lower()} in format {' or '.join(map(str, self.read))}",
            actual=f"format {stated!r:.40}",
            next_step="; or ".join(filter(None, [writer, next_step])),
        )


def stated_in(plain: object) -> object:
    """Return what ``plain`` states as its number: ``FIRST`` if nothing."""
    return plain.get(KEY, FIRST) if isinstance(plain, dict) else FIRST
