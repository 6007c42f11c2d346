"""From the configuration that runs to the one that is wanted: commands, add before delete.

At no instant between two commands does a neighbour refer to a route-map, or a
route-map to a list, that is not there; FRR takes such a reference for "permit
everything" or "permit nothing", and either is an outage or a leak. Therefore:
lists, then route-maps, then sessions are added, and a session is activated when
its filters stand; what goes, goes the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from routing.tree import Line, parse

_NEIGHBOUR = re.compile(r"(neighbor \S+) .+")


def delta(running: str, wanted: str) -> list[str]:
    """Return the commands that turn ``running`` into ``wanted``; none if they say the same.

    Both are texts of FRR; the commands are for configuration mode, and leave
    every context they enter.
    """
    before, after = parse(running), parse(wanted)
    return _in_contexts([*_replaced(before, after), *_added(before, after), *_gone(before, after)])


def equal(running: str, wanted: str) -> bool:
    """Whether both texts configure the same."""
    return set(parse(running)) == set(parse(wanted))


def _replaced(before: tuple[Line, ...], after: tuple[Line, ...]) -> Iterator[Line]:
    """Remove contexts that cannot stand beside their successor: there is one BGP instance."""
    kept = set(after)
    slots = {line.slot for line in after}
    for line in before:
        if line.opens and line not in kept and line.slot in slots:
            yield _undone(line)


def _added(before: tuple[Line, ...], after: tuple[Line, ...]) -> list[Line]:
    there = set(before)
    return sorted((line for line in after if line not in there), key=_rank)


def _gone(before: tuple[Line, ...], after: tuple[Line, ...]) -> list[Line]:
    kept = set(after)
    slots = {line.slot for line in after}
    dropped = [line for line in before if line not in kept]
    going = [line for line in dropped if line.slot not in slots and not _follows(line, dropped)]
    return [_undone(line) for line in sorted(going, key=_rank, reverse=True)]


def _follows(line: Line, dropped: Iterable[Line]) -> bool:
    """Whether ``line`` goes by itself: with its context, its neighbour, the BFD it refines."""
    return any(
        other != line
        and (
            (other.opens and line.path[: len(other.inside)] == other.inside)
            or _is_session_of(other, line)
            or (other.path == line.path and line.text.startswith(f"{other.text} profile "))
        )
        for other in dropped
    )


def _is_session_of(session: Line, line: Line) -> bool:
    match = _NEIGHBOUR.fullmatch(line.text)
    return (
        match is not None
        and session.text.startswith(f"{match.group(1)} remote-as ")
        and line.path[: len(session.path)] == session.path
    )


def _rank(line: Line) -> int:
    """Order by who refers to whom; what is referred to has the lower rank."""
    outermost = (*line.path, line.text)[0].removeprefix("no ")
    if outermost.startswith(("ip prefix-list ", "bgp as-path ")):
        return 0
    if outermost.startswith(("route-map ", "bfd")):
        return 1
    if line.text.endswith(" activate"):
        return 4
    return 3 if outermost.startswith("router ") else 2


def _undone(line: Line) -> Line:
    """Return the command that takes ``line`` away."""
    if line.text.startswith("no "):
        return Line(line.path, line.text.removeprefix("no "))
    return Line(line.path, f"no {line.text}")


def _in_contexts(commands: Iterable[Line]) -> list[str]:
    said: list[str] = []
    here: tuple[str, ...] = ()
    for command in commands:
        there = command.inside if command.opens else command.path
        while here != there[: len(here)]:
            said.append("exit")
            here = here[:-1]
        said += there[len(here) :]
        here = there
        if not command.opens:
            said.append(command.text)
    return said + ["exit"] * len(here)
