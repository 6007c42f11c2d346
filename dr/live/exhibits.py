"""What a run leaves to be judged by others, in its folder: anchors, testimonies, checks.

anchors.jsonl           heads of the journal, as the probe signed them while the run went on
testimony-SERVICE.json  what the probe says of the run's window under its signature
checks.jsonl            what was asked of the network, and answered, each time the answer changed
evidence/               all of it with the report, hashed and signed: what a stranger is given
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from core import files
from core.clock import Clock
from core.measure import ProbeTime
from dr.conditions import Answering
from dr.live.run_folder import RunFolder
from dr.questions import Question, state
from inventory.names import ServiceName


@dataclass(frozen=True, slots=True)
class Exhibits:
    """Those of the run in ``folder``."""

    folder: RunFolder

    @property
    def pack(self) -> Path:
        """The folder that a stranger is given."""
        return self.folder.path / "evidence"

    @property
    def anchors_path(self) -> Path:
        """The copy of what etcd holds of its anchors."""
        return self.folder.path / "anchors.jsonl"

    @property
    def checks_path(self) -> Path:
        """What was asked, and answered."""
        return self.folder.path / "checks.jsonl"

    def journal_lines(self) -> list[bytes]:
        """Return the whole lines of the journal, with their ends."""
        try:
            lines = (self.folder.path / "journal.jsonl").read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        return [line + b"\n" for line in lines[:-1]]

    def anchors(self) -> list[str]:
        """Return the anchors, oldest first, each as it is kept."""
        return (files.read_if_there(self.anchors_path) or "").splitlines()

    def keep_anchors(self, anchors: Sequence[str]) -> None:
        """Let ``anchors`` be those of the run.

        Raises:
            Rejected: they could not be written.
        """
        files.write(self.anchors_path, "".join(f"{anchor}\n" for anchor in anchors))

    def testimony(self, service: ServiceName) -> Mapping[str, Any] | None:
        """Return what the probe signed of ``service``; None: nothing."""
        text = files.read_if_there(self._testimony_path(service))
        return None if text is None else json.loads(text)

    def is_sworn(self, service: ServiceName, since: ProbeTime, until: ProbeTime) -> bool:
        """Whether there is a testimony of ``service``, and it is of just this time."""
        kept = self.testimony(service)
        if kept is None:
            return False
        statement = json.loads(kept["statement"]["text"])
        span = [datetime.fromisoformat(statement[name]) for name in ("since", "until")]
        return span == [since.at, until.at]

    def keep_testimony(self, service: ServiceName, signed: str) -> None:
        """Write down what the probe ``signed`` of ``service``.

        Raises:
            Rejected: it could not be written.
        """
        files.write(self._testimony_path(service), signed + "\n")

    def drop_testimony(self, service: ServiceName) -> None:
        """Let there be none of ``service``: what there was is of another time than the run's."""
        self._testimony_path(service).unlink(missing_ok=True)

    def _testimony_path(self, service: ServiceName) -> Path:
        return self.folder.path / f"testimony-{service}.json"


@dataclass(frozen=True, slots=True)
class NotingEye:
    """Asks ``eye``, and writes down in ``path`` what it answers, whenever that changes."""

    eye: Answering
    path: Path
    clock: Clock
    _last: dict[Question, bool | None] = field(default_factory=dict)
    _writing: threading.Lock = field(default_factory=threading.Lock)
    """questions are asked side by side; what was answered first is written first"""

    def ask(self, question: Question) -> bool | None:
        """Answer as the eye does; that it cannot be written down stops nobody."""
        answer = self.eye.ask(question)
        with self._writing:
            if self._last.get(question, ...) != answer:
                self._last[question] = answer
                self._note(question, answer=answer)
        return answer

    def _note(self, question: Question, *, answer: bool | None) -> None:
        line = {"at": self.clock.now().isoformat(), "asked": state(question), "answer": answer}
        with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def digest(content: bytes | str) -> str:
    """Return the hash by which evidence names ``content``."""
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()
