"""``python -m tests.soak SEED`` tells one schedule; ``--schedules`` plays many, as ``make soak``.

Ends with 1 if something happened that must never happen. Then the schedule of the first such
seed is made smaller, and its story is told.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from core.system_clock import SystemClock
from tests.soak.listening import Tally
from tests.soak.soak import Judged, judged, smaller
from tests.soak.story import coverage, story, told_schedule

CHUNK = 25


def main() -> int:
    """Tell one schedule, or play many."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("seed", type=int, nargs="?", default=0, help="the first")
    parser.add_argument("--schedules", type=int, help="how many, from that seed on")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    if asked.schedules is None:
        return _tell(judged(asked.seed))
    return _soak(range(asked.seed, asked.seed + asked.schedules), asked.workers)


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


def _summary(seed: int) -> tuple[int, tuple[str, ...], Tally]:
    found = judged(seed)
    return seed, found.violations, found.played.tally


def _soak(seeds: range, workers: int) -> int:
    clock = SystemClock()
    began = clock.elapsed()
    tally = Tally()
    broken: list[int] = []
    with ProcessPoolExecutor(workers) as pool:
        for seed, violations, own in pool.map(_summary, seeds, chunksize=CHUNK):
            tally.add(own)
            if violations:
                broken.append(seed)
                _say(f"seed {seed}: {sentence}" for sentence in violations)
    took = (clock.elapsed() - began).total_seconds()
    _say(coverage(tally.edges, tally.met))
    _say(f"{times:9}  {what}" for what, times in sorted(tally.runs.items()))
    _say([f"{len(seeds)} schedules in {took:.0f} s; {len(broken)} of them went wrong"])
    if broken:
        _tell(judged(broken[0]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
