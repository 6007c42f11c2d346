"""FRR's configuration as a set of lines, each with the contexts around it.

Two configurations with the same meaning have the same lines, in whatever order.
So ``running-config`` can be compared with the text of an intent.
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
        r"(neighbor \S+ maximum-prefix) .+",
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
"""a line replaces another one of its pattern if the groups are equal; other lines replace none"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a configuration; the header of a context is a line too.

    Two lines are equal if they say the same in the same contexts, so a configuration is
    a set of lines.
    """

    path: tuple[str, ...]
    """headers of the contexts around it, outermost first"""
    text: str
    """without indentation"""

    @property
    def slot(self) -> tuple[str, ...]:
        """The place of this line: FRR keeps one line a slot, the one that was written last."""
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

    The header of an address family is no line: no command makes or removes it. FRR prints
    it if there is a line inside.
    """
    lines: dict[Line, None] = {}
    contexts: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line or _FRAME.fullmatch(line):
            continue
        indent = len(raw) - len(raw.lstrip())
        while contexts and contexts[-1][0] >= indent:
            contexts.pop()
        parsed_line = Line(tuple(header for _, header in contexts), line)
        contexts.append((indent, line))
        if not line.startswith(_FAMILY):
            lines[parsed_line] = None
    return tuple(lines)
