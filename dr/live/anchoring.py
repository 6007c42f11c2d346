"""Lets others know while a run goes on how its journal ends, so that nobody writes it anew later.

An anchor is one line: how many records the journal has, their hash, and the hash of the anchor
before. The probe signs it with the moment by its clock and the ends of its ledgers; etcd keeps it.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from access.clients.etcd import Holds, Put
from core.errors import NdcError, WorldError
from core.formats import Format
from core.runs.plan import StepId
from dr.live.doors import Live
from dr.live.exhibits import Exhibits, digest
from dr.looks import if_seen
from inventory.etcd import anchors, windows

EVERY: Final = timedelta(seconds=10)
"""at least so often while the run is carried"""

_LOOK_EVERY: Final = timedelta(milliseconds=500)


def records_of(anchor: str) -> int:
    """Return how many records the journal had at ``anchor``."""
    records: int = json.loads(json.loads(anchor)["told"])["records"]
    return records


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Anchors one run: of ``live``, whose journal is among ``exhibits``."""

    live: Live
    exhibits: Exhibits

    @contextlib.contextmanager
    def meanwhile(self) -> Iterator[None]:
        """Anchor in a thread of its own, so that nothing waits for it, and once more at the end."""
        over = threading.Event()
        follower = threading.Thread(target=self._follow, args=(over,), name="anchors", daemon=True)
        follower.start()
        try:
            yield
        finally:
            over.set()
            follower.join()

    def complete(self) -> None:
        """Anchor what was written since: by a person, or before a crash."""
        known = self._known()
        if not known or records_of(known[-1]) < len(self.exhibits.journal_lines()):
            self._try_to_anchor()

    def anchor(self) -> None:
        """Let probe and etcd know how the journal ends now.

        Raises:
            NdcError: not all of them do; the line is kept beside the journal if it could be.
        """
        lines, known = self.exhibits.journal_lines(), self._known()
        if known and records_of(known[-1]) > len(lines):
            return  # somebody carried the run on since, and this is a journal of the past
        if not known:
            self._keep_windows()
        known.append(self._line(lines, known))
        self.exhibits.keep_anchors(known)
        self._push(known)

    def _follow(self, over: threading.Event) -> None:
        phases: set[str] = set()
        due = timedelta()
        of_step = {step.id: step.phase for step in self.exhibits.folder.plan().steps}
        while not over.wait(_LOOK_EVERY.total_seconds()):
            reached = self._reached(of_step)
            if reached > phases or (reached and self.live.clock.elapsed() >= due):
                phases, due = reached, self.live.clock.elapsed() + EVERY
                self._try_to_anchor()
        if self.exhibits.journal_lines():
            self._try_to_anchor()

    def _try_to_anchor(self) -> None:
        # what is not anchored is told by whoever verifies; it stops no run
        with contextlib.suppress(NdcError, OSError):
            self.anchor()

    def _reached(self, of_step: Mapping[StepId, str]) -> set[str]:
        """Return the phases of which a step was begun; none before the run was opened."""
        entries = [json.loads(line)["entry"] for line in self.exhibits.journal_lines()]
        steps = {of_step[entry["step"]] for entry in entries if entry["what"] == "step"}
        return {"opened", *steps} if entries else set()

    def _known(self) -> list[str]:
        """Return the anchors so far: etcd's, where a run was carried elsewhere before."""
        own = self.exhibits.anchors()
        kept = if_seen(lambda: [pair.value for pair in self.live.etcd.under(self._prefix)])
        if kept is None or (len(kept) < len(own) and own[: len(kept)] == kept):
            return own
        return kept

    def _line(self, journal: Sequence[bytes], known: Sequence[str]) -> str:
        text = json.dumps(
            {
                "run": self.exhibits.folder.run,
                "seq": len(known),
                "previous": digest(known[-1]) if known else "",
                "records": len(journal),
                "journal_sha256": digest(b"".join(journal)),
            }
        )
        asked_at, began = self.live.clock.now(), self.live.clock.elapsed()
        signed = if_seen(lambda: self.live.probes.witnessed(text))
        took = self.live.clock.elapsed() - began
        line = {
            "told": text,
            "asked_at": asked_at.isoformat(),
            "took_seconds": took.total_seconds(),
            "statement": None if signed is None else signed.model_dump(),
        }
        return Format.ANCHOR.text(line)

    def _push(self, known: Sequence[str]) -> None:
        kept = {pair.key for pair in self.live.etcd.under(self._prefix)}
        for number, line in enumerate(known):
            key = f"{self._prefix}{number:06d}"
            if key not in kept:
                self.live.etcd.change([Holds(key, None)], [Put(key, line)])

    def _keep_windows(self) -> None:
        """Let etcd know since when the run is measured: another machine may carry it on."""
        folder, environment = self.exhibits.folder, self.live.network.environment
        for moved in folder.plan().basis.moves:
            text = folder.window_text(moved.service)
            if text is not None:
                key = f"{windows(environment)}{folder.run}/{moved.service}"
                with contextlib.suppress(WorldError):
                    self.live.etcd.change([Holds(key, None)], [Put(key, text)])

    @property
    def _prefix(self) -> str:
        return f"{anchors(self.live.network.environment)}{self.exhibits.folder.run}/"
