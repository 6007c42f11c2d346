"""``make bench``: measure the chosen figures, print them, and keep them under docs/results/.

Ends with 1 if one was missed by more than is tolerated, or could not be measured.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from core import files
from core.errors import NdcError
from ndc.settings import settings
from tests.benchmarks.benchmark import Benchmark
from tests.benchmarks.conditions import Before, conditions
from tests.benchmarks.figures import Trial, is_void, samples
from tests.benchmarks.result import Part, Result, result_json, result_text
from tests.benchmarks.stand import Stand, say, stand
from tests.benchmarks.table import BENCHMARKS, chosen

RESULTS = settings().home / "docs" / "results"


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    names = ", ".join(benchmark.name for benchmark in BENCHMARKS)
    named = f"some, each with rounds of its own or not; all if none is named: {names}"
    parser.add_argument("only", nargs="*", metavar="NAME[=ROUNDS]", help=named)
    parser.add_argument("--rounds", type=int, help="of each other, in place of the table's")
    parser.add_argument("--into", type=Path, default=RESULTS, help="the folder for what is kept")
    options = parser.parse_args()
    try:
        benchmarks = chosen(options.only, options.rounds)
    except ValueError as error:
        parser.error(str(error))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    before = Before.seen()
    parts: list[Part] = []
    with stand() as made:
        try:
            for benchmark in benchmarks:
                _measure(benchmark, made, parts)
        finally:
            # before the network goes, which may fail too
            _keep(Result(conditions(before, made, _asked(parts)), tuple(parts)), options.into)
    return 1 if any(part.fails for part in parts) else 0


def _asked(parts: list[Part]) -> str:
    return "all" if len(parts) == len(BENCHMARKS) else ", ".join(part.name for part in parts)


def _measure(benchmark: Benchmark, made: Stand, parts: list[Part]) -> None:
    """Add to ``parts`` what the rounds gave, whatever ended them."""
    trials: list[Trial] = []
    broke_off = "ended by a signal, in the midst of its rounds"
    try:
        _gather(benchmark, made, trials)
        broke_off = ""
    except NdcError as error:
        broke_off = "\n".join(error.lines())
        _keep_evidence(benchmark, made, broke_off)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are measured
        broke_off = f"{type(error).__name__}: {error}"
        _keep_evidence(benchmark, made, broke_off)
    finally:
        found = tuple(samples(benchmark.figures, trials))
        parts.append(Part(benchmark.name, benchmark.how, found, broke_off))


def _keep_evidence(benchmark: Benchmark, made: Stand, broke_off: str) -> None:
    say(f"{benchmark.name} broke off: {broke_off}")
    if bundle := made.keep_evidence():
        say(f"what happened: {bundle}")


def _gather(benchmark: Benchmark, made: Stand, trials: list[Trial]) -> None:
    """Add to ``trials`` what the rounds give.

    A void round is made again; in all there are at most twice as many as asked for.
    """
    if benchmark.needs_network:
        made.lab()
    wanted = benchmark.rounds or len(made.links)
    good = 0
    for _ in range(2 * wanted):
        found = list(benchmark.measure(made, good))
        trials += found
        good += not any(map(is_void, found))
        say(f"{benchmark.name}, {good} of {wanted}: {_told(found)}")
        if good == wanted:
            break


def _told(trials: list[Trial]) -> str:
    if len(trials) > 2:
        return f"{len(trials)} values"
    values = (" ".join("void" if v is None else f"{v:.2f}" for v in trial) for trial in trials)
    return "; ".join(values)


def _keep(result: Result, folder: Path) -> None:
    """Print the result, and write it as text with JSON beside it."""
    if not result.parts:
        return
    sys.stdout.write(f"{result_text(result)}\n")
    sys.stdout.flush()
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / f"{result.conditions.at:%Y-%m-%d-%H%M%S}.txt"
    files.write(text, f"{result_text(result)}\n")
    files.write(text.with_suffix(".json"), f"{result_json(result)}\n")
    say(f"\nwritten: {text}, and .json beside it; to be committed if they are to last")


if __name__ == "__main__":
    sys.exit(main())
