"""What a store's changes take to its refuges, beside btrfs and SSH alone, and how old it gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

from core.clock import NotYet, wait_until
from tests.benchmarks.copies import newest_of, sightings
from tests.benchmarks.figures import Trial, percentile
from tests.benchmarks.plain_ssh import PlainSsh
from tests.benchmarks.stand import CLOCK, Stand
from tests.lab.lab_store import LabStore

FILES: Final = 10_000
"""of a page each"""
AGED_SECONDS: Final = 180
_HANG: Final = timedelta(seconds=180)
_BETWEEN_LOOKS_SECONDS: Final = 0.5

_CHANGE: Final = """
import os, sys, time
folder, files, over = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
changes = int(sys.argv[4])
began = time.monotonic()
for number in range(changes):
    time.sleep(max(0, began + over * number / changes - time.monotonic()))
    place = f"{folder}/many/{number % files // 100}"
    os.makedirs(place, exist_ok=True)
    with open(f"{place}/{number % files}", "wb") as file:
        file.write(os.urandom(4096))
print(time.monotonic() - began)
"""
"""writes so many changes, evenly over so many seconds, and says how many it took"""

_WATCH: Final = """
import os, pathlib, subprocess, sys, time
folder, store, point, bound = *sys.argv[1:4], time.monotonic() + float(sys.argv[4])
def asking():
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes()
            if words.startswith(b"ssh\\0") and store.encode() in words:
                fields = (path / "stat").read_text().rpartition(")")[2].split()
                yield int(fields[19]) / os.sysconf("SC_CLK_TCK")
        except OSError:
            pass  # it ended while we looked
def is_whole():
    listed = ("btrfs", "subvolume", "list", "-r", folder)
    return point in subprocess.run(listed, capture_output=True, text=True).stdout
began = None
while not is_whole() and time.monotonic() < bound:
    began = max(asking(), default=began)
    time.sleep(0.02)
if began is not None and is_whole():
    print(time.clock_gettime(time.CLOCK_BOOTTIME) - began)
"""
"""says for how long a refuge had asked for a store when a point of it was whole; or nothing"""


def transfer(stand: Stand, number: int) -> Iterator[Trial]:
    """Yield, for each refuge, the seconds of a transfer, those of SSH alone, and their ratio."""
    store = LabStore.seen(stand.lab())
    if number == 0:
        _change(store)
    base = _next_point(store, newest_of(_points(store, store.source)))
    with ThreadPoolExecutor(len(store.refuges)) as pool:
        [*pool.map(lambda refuge: _fetched(store, refuge, base), store.refuges)]
        base = _next_point(store, base)
        _change(store)
        is_void = newest_of(_points(store, store.source)) != base  # made in the midst of it
        point = _next_point(store, base)
        took = list(pool.map(lambda refuge: _fetched(store, refuge, point), store.refuges))
        with PlainSsh.between(store) as ssh:
            alone = list(pool.map(lambda refuge: ssh.sent(refuge, base, point), store.refuges))
    for ours, bare in zip(took, alone, strict=True):
        yield (None,) * 3 if is_void or ours is None else (ours, bare, ours / bare)


def age(stand: Stand, _: int) -> Iterator[Trial]:
    """Yield, for each refuge, the age that 99 of 100 looks did not exceed, while files change."""
    store = LabStore.seen(stand.lab())
    changes = FILES * AGED_SECONDS // 60
    with ThreadPoolExecutor(1 + len(store.refuges)) as pool:
        writing = pool.submit(_change, store, changes, AGED_SECONDS)
        looking = [pool.submit(_looked, store, refuge) for refuge in store.refuges]
        took, said = writing.result(), [one.result() for one in looking]
    is_void = took > AGED_SECONDS * 1.1  # whoever writes was too slow to say anything
    for one in said:
        ages = [look.age_seconds for look in sightings(one)]
        certain = [one for one in ages if one is not None]
        # a copy that was not seen once may be any age
        whole = not is_void and certain and len(certain) == len(ages)
        yield (percentile(certain, 99) if whole else None,)


def _change(store: LabStore, changes: int = FILES, over_seconds: int = 0) -> float:
    """Change so many files of ``store``, and return how many seconds it took."""
    words = (f"{store.folder}/{store.dataset}", str(FILES), str(over_seconds), str(changes))
    bound = over_seconds * 3 + int(_HANG.total_seconds())
    done = store.lab.on(store.source, "python3", "-c", _CHANGE, *words, bound_seconds=bound)
    assert done.code == 0, done.stderr
    return float(done.stdout)


def _points(store: LabStore, host: str) -> list[str]:
    """Return the whole points of ``store`` at ``host``, oldest first."""
    listed = store.lab.on(host, "btrfs", "subvolume", "list", "-r", store.folder).stdout
    return sorted(re.findall(rf" path \.points/{store.dataset}/(\S+)$", listed, re.MULTILINE))


def _next_point(store: LabStore, last: str) -> str:
    """Return the first point that the source makes after ``last``, as soon as it is there."""

    def is_made() -> str | NotYet:
        later = [name for name in _points(store, store.source) if name > last]
        return later[0] if later else NotYet(f"{last} is the newest")

    return wait_until(CLOCK, is_made, what=f"a point of {store.name}", bound=_HANG)


def _fetched(store: LabStore, refuge: str, point: str) -> float | None:
    """Return for how many seconds ``refuge`` had fetched when it had ``point``; None: unseen."""
    bound = int(_HANG.total_seconds())
    words = ("python3", "-c", _WATCH, store.folder, store.name, point, str(bound))
    done = store.lab.on(refuge, *words, bound_seconds=2 * bound)
    assert done.code == 0, done.stderr
    return float(done.stdout) if done.stdout else None


def _looked(store: LabStore, refuge: str) -> str:
    """Return what was newest at ``refuge`` at each of many moments, a line each."""
    listed = f"btrfs subvolume list -r {store.folder} | grep -o ' path .points/{store.dataset}/.*'"
    newest = f"{listed} | sort | tail -1 | cut -d/ -f3"
    look = f'echo "$(date +%s.%N) $({newest})"; sleep {_BETWEEN_LOOKS_SECONDS}'
    loop = f"end=$(($(date +%s) + {AGED_SECONDS})); while [ $(date +%s) -lt $end ]; do {look}; done"
    bound = AGED_SECONDS * 3
    return store.lab.on(refuge, "sh", "-c", loop, bound_seconds=bound).stdout
