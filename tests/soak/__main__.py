"""``python -m tests.soak SEED`` tells one schedule; ``--schedules`` plays many, as ``make soak``.

In place of a seed, a scenario that others lived through may be named. Ends with 1 if something
happened that must never happen; then the schedule of the first such seed is made smaller, and its
story is told. A soak of ten thousand also has to come by everything, and its result is kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.checkout import conditions, digest, result_path
from tests.soak.coverage import coverage, gaps
from tests.soak.pieces import PIECE, Piece, pieces, summed
from tests.soak.scenarios import SCENARIOS
from tests.soak.soak import Judged, judged, smaller
from tests.soak.story import story, told_schedule

WHOLE: Final = 10_000
"""so many schedules come by everything"""


def main() -> int:
    """Tell one schedule, or play many."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    names = ", ".join(SCENARIOS)
    parser.add_argument("what", nargs="?", default="0", help=f"the first seed; or one of {names}")
    parser.add_argument("--schedules", type=int, help="how many, from that seed on")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    if asked.what in SCENARIOS:
        return _tell(SCENARIOS[asked.what].judged())
    first = int(asked.what)
    if asked.schedules is None:
        return _tell(judged(first))
    return _soak(range(first, first + asked.schedules), asked.workers)


def _say(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def _tell(found: Judged) -> int:
    if not found.violations:
        _say(story(found.played.history))
        return 0
    events, end = smaller(found)
    _say(f"seed {found.seed}: {sentence}" for sentence in found.violations)
    _say([f"{len(events)} events are enough:", *told_schedule(events), "what happens then:"])
    _say([*story(end.played.history), *end.violations])
    return 1


def _soak(seeds: range, workers: int) -> int:
    began = list(conditions("Schedules of faults", f"seeds {seeds.start} to {seeds.stop - 1}"))
    kept = Path(".soak") / digest()
    kept.mkdir(parents=True, exist_ok=True)
    done = summed(pieces(seeds, workers, kept / "pieces.jsonl"))
    missing = list(gaps(done.tally))
    text = "\n".join([*began, "", *_result(done, seeds), *missing, ""])
    _say([text])
    if len(seeds) >= WHOLE:
        result_path("soak").write_text(text, "utf-8")
    if done.broken:
        return _tell(judged(min(done.broken)))
    return 1 if missing and len(seeds) >= WHOLE else 0


def _result(done: Piece, seeds: range) -> Iterator[str]:
    count = PIECE * -(-len(seeds) // PIECE)
    yield f"{count} schedules, {done.seconds:.0f} s of one core; {len(done.broken)} went wrong"
    for seed, said in sorted(done.broken.items()):
        yield from (f"seed {seed}: {sentence}" for sentence in said)
    yield ""
    yield from (f"{times:9}  {what}" for what, times in sorted(done.tally.runs.items()))
    yield from coverage(done.tally)
    yield "less than ten times:"


if __name__ == "__main__":
    sys.exit(main())
