"""``python -m tests.campaign.judging FILE …``: judge stints anew, by what was kept of them."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.soak.checkers.data import Line
from tests.soak.checkers.table import violations


def main() -> int:
    """Print what must never have happened and did; exit with 1 if anything did."""
    found = [sentence for name in sys.argv[1:] for sentence in judged(kept(Path(name)))]
    sys.stdout.writelines(f"{sentence}\n" for sentence in found)
    return 1 if found else 0


def judged(lines: Iterable[Line]) -> list[str]:
    """Return what must never have happened and did, by ``lines``."""
    return violations(_moved(lines))


def _moved(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield all of ``lines`` but withdrawals of what was not announced.

    A host is asked for one wherever a service is placed elsewhere, so that it knows the epoch.
    """
    announcing: set[tuple[str, str]] = set()
    for line in lines:
        _, what, service, host, *_ = line
        if what == "announces":
            announcing.add((service, host))
        elif what in {"withdraws", "falls-silent"}:
            if what == "withdraws" and (service, host) not in announcing:
                continue
            announcing.discard((service, host))
        yield line


def keep(lines: Iterable[Line], path: Path) -> None:
    """Keep ``lines`` at ``path``."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def kept(path: Path) -> list[Line]:
    """Return the lines that were kept at ``path``."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [tuple(json.loads(line)) for line in file]


if __name__ == "__main__":
    sys.exit(main())
