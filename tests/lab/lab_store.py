"""A store of the lab's network: what is written at home, and what lies at its refuges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pydantic import TypeAdapter

from core.clock import wait_until
from core.system_clock import SystemClock
from tests.lab.terminal import Terminal

CLOCK: Final = SystemClock()
HANG: Final = timedelta(seconds=120)
_DURATION: Final = TypeAdapter(timedelta)


@dataclass(frozen=True, slots=True)
class LabStore:
    """The store of the default network that changes most often."""

    lab: Terminal
    name: str
    source: str
    refuges: tuple[str, ...]
    folder: str
    """of its pool, on each host"""
    dataset: str

    @classmethod
    def seen(cls, lab: Terminal) -> LabStore:
        """Return it as the network is declared."""
        rows = {row["workload"]: row for row in lab.declared("workloads")}
        stores = lab.ndc("status", "--json").value["stores"]
        store = min(stores, key=lambda one: _DURATION.validate_python(one["recovery_point"]))
        (pool, *_) = lab.ndc("show", "pools", "--json").value
        refuges = tuple(copy["host"] for copy in store["copies"])
        dataset = rows[store["name"]]["at"]
        return cls(lab, store["name"], store["source"], refuges, pool["folder"], dataset)

    def write(self, text: str, size: str = "1K") -> None:
        """Let the file ``note`` hold ``text``, and the file ``bulk`` so much of anything."""
        live = f"{self.folder}/{self.dataset}"
        bits = f"install -m 4755 /bin/true {live}/bits"
        fill = f"head -c {size} /dev/urandom > {live}/bulk && {bits}"
        done = self.lab.on(self.source, "sh", "-c", f"{fill} && echo {text} > {live}/note")
        assert done.code == 0, done.stderr

    def note_at(self, refuge: str) -> str:
        """Return what the note holds in the newest whole point of ``refuge``."""
        points = f"{self.folder}/.points/{self.dataset}"
        whole = f"btrfs subvolume list -r {self.folder} | grep -o '{self.dataset}/2.*' | sort"
        newest = f"{whole} | tail -1 | cut -d/ -f2"
        return self.lab.on(refuge, "sh", "-c", f"cat {points}/$({newest})/note").stdout.strip()

    def await_note(self, text: str) -> timedelta:
        """Return how long it takes until each refuge has the note ``text``."""
        began = CLOCK.elapsed()
        for refuge in self.refuges:
            wait_until(
                CLOCK,
                lambda refuge=refuge: self.note_at(refuge) == text,  # type: ignore[misc]  # bound
                what=f"the note at {refuge}",
                bound=HANG,
            )
        return CLOCK.elapsed() - began
