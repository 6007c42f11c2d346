"""The commands from the running configuration to the target. Pure: add first, then remove.

At no instant between two commands may a neighbour refer to a route-map, or a
route-map to a list, that does not exist. FRR takes such a reference for "permit
everything" or "permit nothing", and either is an outage or a leak. Therefore lists
are added first, then route-maps, then sessions; a session is activated when its
filters exist. Removing goes in the opposite order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from routing.avoidance import AVOID, RECEIVE
from routing.refusals import FOR_NOW
from routing.tree import Line, parse

_AVOIDED = re.compile(rf"(?m)^(\s*neighbor \S+ route-map ){AVOID} in$")
"""what ndc-detour says of a slow link, and takes back; not a difference from what is wanted"""
_NEIGHBOUR = re.compile(r"(neighbor \S+) .+")


def delta(running_text: str, target_text: str) -> list[str]:
    r"""Return the commands from ``running_text`` to ``target_text``; none if they say the same.

    Both are texts of FRR. The commands are for configuration mode, and leave every context
    that they enter::

        >>> delta("hostname old\n", "hostname ndc01-border1\n")
        ['hostname ndc01-border1']
    """
    before, after = _lasting(running_text), parse(target_text)
    return _in_contexts([*_replaced(before, after), *_added(before, after), *_gone(before, after)])


def equal(running_text: str, target_text: str) -> bool:
    """Whether both texts configure the same."""
    return set(_lasting(running_text)) == set(parse(target_text))


def _lasting(running_text: str) -> tuple[Line, ...]:
    return parse(_AVOIDED.sub(rf"\g<1>{RECEIVE} in", FOR_NOW.sub("", running_text)))


def _replaced(before: tuple[Line, ...], after: tuple[Line, ...]) -> Iterator[Line]:
    """Remove contexts that cannot stand beside their successor: there is one BGP instance."""
    lines_after = set(after)
    slots = {line.slot for line in after}
    for line in before:
        if line.opens and line not in lines_after and line.slot in slots:
            yield _undone(line)


def _added(before: tuple[Line, ...], after: tuple[Line, ...]) -> list[Line]:
    lines_before = set(before)
    return sorted((line for line in after if line not in lines_before), key=_rank)


def _gone(before: tuple[Line, ...], after: tuple[Line, ...]) -> list[Line]:
    lines_after = set(after)
    slots = {line.slot for line in after}
    surplus = [line for line in before if line not in lines_after]
    removals = [line for line in surplus if line.slot not in slots and not _follows(line, surplus)]
    return [_undone(line) for line in sorted(removals, key=_rank, reverse=True)]


def _follows(line: Line, surplus: Iterable[Line]) -> bool:
    """Whether removing another line removes ``line``: its context, its neighbour or its BFD."""
    return any(
        other != line
        and (
            (other.opens and line.path[: len(other.inside)] == other.inside)
            or _is_session_of(other, line)
            or (other.path == line.path and line.text.startswith(f"{other.text} profile "))
        )
        for other in surplus
    )


def _is_session_of(session: Line, line: Line) -> bool:
    match = _NEIGHBOUR.fullmatch(line.text)
    return (
        match is not None
        and session.text.startswith(f"{match.group(1)} remote-as ")
        and line.path[: len(session.path)] == session.path
    )


def _rank(line: Line) -> int:
    """Return the rank of ``line`` in the order of adding: a line refers to lower ranks only."""
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
    """Return ``commands`` with what enters and leaves their contexts."""
    lines: list[str] = []
    context: tuple[str, ...] = ()
    for command in commands:
        target = command.inside if command.opens else command.path
        while context != target[: len(context)]:
            lines.append("exit")
            context = context[:-1]
        lines += target[len(context) :]
        context = target
        if not command.opens:
            lines.append(command.text)
    return lines + ["exit"] * len(context)
