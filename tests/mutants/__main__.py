"""``make mutants``: put small faults into what decides, one at a time, and see who notices.

Ends with 1 if fewer were noticed than the floor asks for. What was tried is kept under .mutants
until a file changes, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import random
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from tests.checkout import conditions, digest, result_path
from tests.mutants.operators import Mutation, mutations
from tests.mutants.result import FLOOR, Mutant, Verdict, ratio, result_text
from tests.mutants.trials import Job, carried_out, caught_by, lines_run

ROOMS: Final = {
    "dr": "dr/*.py",
    "dr/hosts": "dr/hosts/*.py",
    "dr/logs": "dr/logs/*.py",
    "dr/looking": "dr/looking/*.py",
    "dr/planning": "dr/planning/*.py",
    "dr/planning/rules": "dr/planning/rules/*.py",
    "dr/reporting": "dr/reporting/*.py",
    "dr/watch": "dr/watch/*.py",
    "dr/drills": "dr/drills/*.py",
    "core/runs": "core/runs/*.py",
    "inventory": "inventory/**/*.py",
    "monitors/health": "monitors/health/*.py",
    "routing": "routing/*.py",
}
"""what decides in each"""
MODULES: Final = {
    room: [str(path) for path in sorted(Path().glob(mine))] for room, mine in ROOMS.items()
}
JUDGES: Final = (
    *("unit/core", "unit/dr", "unit/inventory", "unit/monitors", "unit/routing", "unit/tui"),
    *("scenario", "crash", "contract"),
)
"""tests, as their paths begin: of these rooms, of those who draw them, and of several together"""
PLAYS: Final = ("test_schedules.py", "test_found_by_soaks.py")
"""play whole worlds for a minute: what only they notice has no test of its own"""
_TELLS: Final = "tests/mutants/result.py"
"""changes what is told of a mutant, not what became of it"""
_BOUND_SECONDS: Final = 900
"""of waiting; what works all the time is ended long before"""
Known: TypeAlias = dict[str, dict[str, list[int]]]
"""the lines of each module that each test file runs"""


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("only", nargs="*", help="modules, by the beginning of their paths")
    parser.add_argument("--sample", type=int, help="how many in all, shared out evenly by room")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--by", nargs="+", default=JUDGES, help="judges, as their paths begin")
    options = parser.parse_args()
    began = list(conditions("Mutants of what decides", " ".join(sys.argv[1:]) or "all"))
    asked = hashlib.sha256(" ".join(options.by).encode()).hexdigest()[:6]
    kept = Path(".mutants") / f"{digest(_TELLS)}-{asked}"
    kept.mkdir(parents=True, exist_ok=True)
    chosen = list(_chosen(options.only, options.sample, options.seed))
    verdicts = list(
        _judged(chosen, _known(kept / "lines.json", options.by), kept / "verdicts.jsonl")
    )
    every = len(list(_chosen([], None, 0)))
    text = result_text([*began, f"  tried    {len(chosen)} of {every}"], verdicts)
    sys.stdout.write(text)
    if not options.only:
        result_path("mutants").write_text(text, "utf-8")
    return 0 if ratio(verdicts) >= FLOOR else 1


def _known(path: Path, judges: Sequence[str]) -> Known:
    """Return what each test file runs, quickest first; asked once for one state of files."""
    if path.exists():
        known: Known = json.loads(path.read_text("utf-8"))
        return known
    mine = tuple(f"tests/{judge}" for judge in judges)
    paths = [path for path in sorted(Path("tests").rglob("test_*.py")) if path.name not in PLAYS]
    files = [str(path) for path in paths if str(path).startswith(mine)]
    found: list[tuple[float, str, dict[str, list[int]]]] = []
    modules = [one for room in MODULES.values() for one in room]
    for name, told in carried_out(
        Job(f, partial(lines_run, f, modules), _BOUND_SECONDS) for f in files
    ):
        if told is None or told[0]:
            sys.exit(f"without a fault {name} does not pass: {told and told[0]}")
        found.append((told[1], name, told[2]))
        _progress(f"{len(found)} of {len(files)} test files looked at")
    known = {name: lines for _, name, lines in sorted(found)}
    path.write_text(json.dumps(known), "utf-8")
    return known


def _of(path: str) -> list[Mutation]:
    return list(mutations(ast.parse(Path(path).read_bytes())))


def _chosen(only: Sequence[str], sample: int | None, seed: int) -> Iterator[Mutant]:
    for room, paths in MODULES.items():
        here = [
            Mutant(room, path, index, one.line)
            for path in paths
            if path.startswith(tuple(only) or "")
            for index, one in enumerate(_of(path))
        ]
        count = len(here) if sample is None else min(len(here), -(-sample // len(ROOMS)))
        yield from random.Random(seed).sample(here, count)  # noqa: S311 - a choice, not a secret


def _judged(chosen: Sequence[Mutant], known: Known, kept: Path) -> Iterator[Verdict]:
    lines = kept.read_text("utf-8").splitlines() if kept.exists() else []
    before = {(path, index): by for path, index, by in map(json.loads, lines)}
    new = [one for one in chosen if (one.path, one.index) not in before]
    with kept.open("a", encoding="utf-8") as file:
        for count, (mutant, by) in enumerate(carried_out(_job(m, known) for m in new), start=1):
            before[mutant.path, mutant.index] = by
            file.write(json.dumps([mutant.path, mutant.index, by]) + "\n")
            file.flush()
            _progress(f"{count} of {len(new)} mutants tried")
    for mutant in chosen:
        difference = _of(mutant.path)[mutant.index].difference()
        yield Verdict(mutant, before[mutant.path, mutant.index], difference)


def _job(mutant: Mutant, known: Known) -> Job:
    lines = _of(mutant.path)[mutant.index].lines
    files = [name for name, run in known.items() if lines.intersection(run[mutant.path])]
    near = f"tests/unit/{mutant.room.split('/')[0]}"
    files.sort(key=lambda name: not name.startswith(near))
    return Job(mutant, partial(caught_by, mutant.path, mutant.index, files), _BOUND_SECONDS)


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text} ")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
