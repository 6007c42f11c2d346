"""What a host tells of its members that stay apart or cannot write, for Prometheus. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from dr.logs.tail import Tail

KEPT: Final = "ndc_member_tail_kept"
COMMITS: Final = "ndc_member_tail_commits"
SINCE: Final = "ndc_member_tail_since_timestamp_seconds"
DISK: Final = "ndc_member_disk_refuses_writes"


def page(tails: Iterable[Tail], disks: Mapping[str, str]) -> str:
    """Return what is told of ``tails``, and of ``disks``: a word a database; empty of neither."""
    lines = [line for tail in tails for line in _lines(tail)]
    lines += [f'{DISK}{{database="{name}",reason="{word}"}} 1' for name, word in disks.items()]
    return "".join(f"{line}\n" for line in lines)


def _lines(tail: Tail) -> Iterator[str]:
    of_it = f'{{database="{tail.database}"}}'
    yield f"{KEPT}{of_it} {int(tail.kept is not None)}"
    if tail.commits is not None:
        yield f"{COMMITS}{of_it} {tail.commits}"
    if tail.since is not None:
        since = datetime.strptime(tail.since, "%Y-%m-%d %H:%M:%SZ").replace(tzinfo=UTC)
        yield f"{SINCE}{of_it} {since.timestamp():.0f}"
