"""The index of docs/results, made from the files that lie there; a test keeps it so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.figures import Verdict
from tests.documents import tracked
from tests.networks import ROOT

FOLDER: Final = ROOT / "docs/results"
NOT_TOLD: Final = "-"
_TOLD: Final = (Verdict.MISSED, Verdict.UNMEASURED, Verdict.NEAR, Verdict.REACHED)
_DATED: Final = re.compile(r"(\d{4}-\d\d-\d\d)-")
_COMMIT: Final = re.compile(r"^  commit +([0-9a-f]{7})", re.MULTILINE)
_IN_SHORT: Final = re.compile(r"^In short: (.+)$", re.MULTILINE)
_SOAKED: Final = re.compile(r"\d+ schedules.*?; \d+ went wrong")
_MUTANTS: Final = re.compile(r"^all +(\d+) .* (\d[\d.]*%)$", re.MULTILINE)
_ABOUT: Final = """\
# Results

What was measured and played, when, on which commit, and what it came to. Each file says under what
conditions: figures of a machine that had other work are no figures of the product. Made from these
files once they are added (`git add`, `make golden`); a test keeps it current. A page that a person
wrote says what it came to in a line that begins with `In short:`.

| date | what | commit | came to |
|---|---|---|---|
"""


def results_index() -> str:
    """Return a row for each result, the newest first; files of one name tell of one result."""
    named: dict[str, list[Path]] = {}
    # what a benchmark leaves is listed once somebody adds it: until then nobody's check fails
    for path in tracked("docs/results/*", new=False):
        if path.name != "README.md":
            named.setdefault(path.stem, []).append(path)
    rows = [_row(stem, named[stem]) for stem in sorted(named, reverse=True)]
    return _ABOUT + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(stem: str, paths: list[Path]) -> tuple[str, str, str, str]:
    dated = _DATED.match(stem)
    assert dated, f"{stem} begins with no date"
    text = {path.suffix: path.read_text("utf-8") for path in paths}
    first, *others = sorted(paths, key=lambda path: list(_READ).index(path.suffix))
    what, commit, came_to = _read(text)
    also = "".join(f", [{path.suffix[1:]}]({path.name})" for path in others)
    return dated[1], f"[{what}]({first.name}){also}", commit, came_to


def _read(text: dict[str, str]) -> tuple[str, str, str]:
    """Return of what a result is, on which commit, and what it came to."""
    if ".json" in text:
        return _of_figures(json.loads(text[".json"]))
    suffix = next(suffix for suffix in _READ if suffix in text)
    return _READ[suffix](text[suffix])


def _of_figures(plain: dict[str, Any]) -> tuple[str, str, str]:
    under = plain["conditions"]
    changed = ", changed" if under["is_changed"] else ""
    return f"Figures: {under['asked']}", under["commit"][:7] + changed, "; ".join(_met(plain))


def _met(plain: dict[str, Any]) -> Iterator[str]:
    figures = [figure for part in plain["benchmarks"] for figure in part["figures"]]
    verdicts: dict[Verdict, list[str]] = {}
    for figure in figures:
        verdicts.setdefault(Verdict[figure["verdict"].upper()], []).append(figure["what"])
    for verdict in (each for each in _TOLD if each in verdicts):
        whats = verdicts[verdict]
        reached = verdict is Verdict.REACHED
        yield f"{verdict}: {len(whats) if reached else ', '.join(whats)}"
    broken = [part["name"] for part in plain["benchmarks"] if part["broke_off"]]
    if broken:
        yield f"broke off: {', '.join(broken)}"


def _of_page(text: str) -> tuple[str, str, str]:
    """Return what a page says that a person wrote."""
    short = _IN_SHORT.search(text)
    assert short, f"{text.splitlines()[0]}: no line begins with 'In short:'"
    return text.splitlines()[0].removeprefix("# "), NOT_TOLD, short[1]


def _of_output(text: str) -> tuple[str, str, str]:
    """Return what a soak or a search for mutants printed."""
    commit, title = _COMMIT.search(text), text.partition(",")[0].partition("\n")[0]
    soaked = "; then ".join(_SOAKED.findall(text))
    mutants = _MUTANTS.search(text)
    came_to = soaked or (f"{mutants[2]} of {mutants[1]} noticed" if mutants else NOT_TOLD)
    return title, commit[1] if commit else NOT_TOLD, came_to


def _of_rounds(text: str) -> tuple[str, str, str]:
    """Return what a campaign kept, round by round."""
    lines = [json.loads(line) for line in text.splitlines()]
    rounds = [line for line in lines if line["what"] == "round"]
    failed = sum(line["fails"] for line in rounds)
    found = sum(len(line.get("violations", ())) for line in lines)
    came_to = f"{len(rounds)} rounds, {failed} failed; {found} violations judged"
    return f"Rounds of random faults, seed {rounds[0]['seed']}", NOT_TOLD, came_to


_READ: Final[dict[str, Callable[[str], tuple[str, str, str]]]] = {
    ".md": _of_page,
    ".txt": _of_output,
    ".jsonl": _of_rounds,
    ".json": lambda text: _of_figures(json.loads(text)),
}
"""by what a file's name ends with; of several the first is read, figures before all"""
