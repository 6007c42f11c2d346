"""What ``make mutants`` tells: a line a room, and every mutant that nothing noticed; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

FLOOR: Final = 0.9
"""of all mutants that are no equivalents"""
EQUIVALENT: Final = {
    (
        "dr/hosts/edges.py",
        "if record is None or record.epoch < (local.highest or 1):",
    ): "the first epoch is 1",
    (
        "dr/hosts/epochs.py",
        "fields = json.loads(text[:MOST_BYTES + 2], object_pairs_hook=_unique)",
    ): "a longer text is refused for its length, however much of it was read",
    (
        "dr/planning/rules/lacking.py",
        "return None",
    ): "whoever asks wants to know whether, and nothing else",
    (
        "dr/planning/rules/loss.py",
        "if is_everybody or request.attested:",
    ): "where nobody can say where it is placed nobody has to refuse it",
    (
        "dr/planning/rules/stores.py",
        "if writer is None or move.attested:",
    ): "nobody is known to have written what is placed nowhere",
    (
        "dr/planning/rules/stores.py",
        "if facts.placement is None or move.attested:",
    ): "where no copy is nobody wrote, and nobody announces",
    (
        "core/runs/run.py",
        "if not self.unwinding or unsettled:",
    ): "a run that is closed has nothing left to undo",
}
"""why no test can notice a mutant, by its path and the line that it puts in"""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault of one module."""

    room: str
    path: str
    index: int
    """in the order of ``mutations``"""
    line: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant."""

    mutant: Mutant
    by: str | None
    """the first test that failed; empty: none did; None: it ran on and was ended"""
    difference: str

    @property
    def excuse(self) -> str:
        """Why no test can notice it; empty: one could."""
        lines = [line[1:].strip() for line in self.difference.splitlines() if line[0] == "+"]
        return next(filter(None, (EQUIVALENT.get((self.mutant.path, x)) for x in lines)), "")

    @property
    def outcome(self) -> str:
        """The column in which it counts."""
        if self.by is None:
            return "hung"
        return "caught" if self.by else "equivalent" if self.excuse else "survived"


def ratio(verdicts: Sequence[Verdict]) -> float:
    """Return which part was noticed, of all that could be; 1 if none could."""
    could = [one for one in verdicts if one.outcome != "equivalent"]
    return sum(one.outcome != "survived" for one in could) / len(could) if could else 1.0


def result_text(conditions: Sequence[str], verdicts: Sequence[Verdict]) -> str:
    """Return what a person reads."""
    return "\n".join([*conditions, "", *_table(verdicts), *_listed(verdicts)]) + "\n"


def _table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    columns = ("caught", "hung", "survived", "equivalent")
    yield f"{'room':<16}{'mutants':>9}{''.join(f'{name:>12}' for name in columns)}{'noticed':>10}"
    for room in [*dict.fromkeys(one.mutant.room for one in verdicts), "all"]:
        here = [one for one in verdicts if room in {one.mutant.room, "all"}]
        counts = (sum(one.outcome == name for one in here) for name in columns)
        told = "".join(f"{count:>12}" for count in counts)
        yield f"{room:<16}{len(here):>9}{told}{ratio(here):>10.1%}"


def _listed(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for one in sorted(verdicts, key=lambda one: (one.outcome, one.mutant.path, one.mutant.line)):
        if one.outcome != "caught":
            yield f"\n{one.outcome}: {one.mutant.path}:{one.mutant.line}"
            yield from (f"  {line[:140]}" for line in one.difference.splitlines())
            yield from ([f"  because {one.excuse}"] if one.outcome == "equivalent" else [])
