"""FRR's configuration as a set of lines, each with the contexts that it stands in.

Two configurations that mean the same parse to the same lines, whatever their
order: it is how ``running-config`` is compared with an intent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FRAME = re.compile(
    r"!.*|exit|exit-address-family|exit-vrf|end|Building configuration\.\.\.|Current configuration:"
    # what FRR was started with; no command changes it
    r"|frr version .*|frr defaults .*"
)
_OPENS = re.compile(
    r"router bgp \d+|address-family .+|route-map \S+ (permit|deny) \d+"
    r"|bfd|profile \S+|interface \S+"
)
_FAMILY = "address-family "

_ONE_VALUE = tuple(
    re.compile(pattern)
    for pattern in (
        r"(neighbor \S+ (?:remote-as|description|password|bfd profile|timers connect)) .+",
        r"(neighbor \S+ (?:maximum-prefix|ttl-security hops)) .+",
        r"(neighbor \S+ (?:advertisement-interval|update-source|weight)) \S+",
        r"(neighbor \S+ (?:route-map|prefix-list)) \S+ (in|out)",
        r"(ip prefix-list \S+ seq \d+) .+",
        r"(bgp as-path access-list \S+ seq \d+) .+",
        r"(router bgp) \d+",
        r"(route-map \S+) (?:permit|deny) (\d+)",
        r"(bgp router-id|hostname|log \S+|timers bgp|maximum-paths ibgp) .+",
        r"(maximum-paths) \d+",
        r"(ip protocol \S+ route-map) \S+",
        r"(match ip address prefix-list|match as-path|set \S+) .+",
        r"(detect-multiplier|transmit-interval|receive-interval) \d+",
    )
)
"""lines that replace each other where the groups are equal; every other line stands for itself"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a configuration; the header of a context is a line too."""

    path: tuple[str, ...]
    """headers of the contexts around it, outermost first"""
    text: str
    """without indentation"""

    @property
    def slot(self) -> tuple[str, ...]:
        """What there can be one of: a line with an equal slot takes this one's place."""
        positive = self.text.removeprefix("no ")
        for pattern in _ONE_VALUE:
            if match := pattern.fullmatch(positive):
                return (*self.path, *match.groups())
        return (*self.path, positive)

    @property
    def opens(self) -> bool:
        """Whether this line is the header of a context."""
        return _OPENS.fullmatch(self.text) is not None

    @property
    def inside(self) -> tuple[str, ...]:
        """The path of what stands in the context that this line opens."""
        return (*self.path, self.text)


def parse(text: str) -> tuple[Line, ...]:
    """Return the lines of ``text``, in its order, each once.

    The header of an address family is no line: there is no command that makes
    or removes one, it is there when something stands in it.
    """
    lines: dict[Line, None] = {}
    open_at: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line or _FRAME.fullmatch(line):
            continue
        indent = len(raw) - len(raw.lstrip())
        while open_at and open_at[-1][0] >= indent:
            open_at.pop()
        found = Line(tuple(header for _, header in open_at), line)
        open_at.append((indent, line))
        if not line.startswith(_FAMILY):
            lines[found] = None
    return tuple(lines)
