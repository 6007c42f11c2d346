"""A router that obeys FRR's commands as FRR 8.4 was seen to; shares no code with ``delta``."""

from __future__ import annotations

import re
from collections.abc import Iterable

Path = tuple[str, ...]

_HEADERS = ("router bgp ", "address-family ", "route-map ", "bfd", "profile ")
_ON_BY_DEFAULT = ("bgp default ipv4-unicast", "ip forwarding", "ipv6 forwarding")
_WITH_ONE_VALUE = (
    "remote-as",
    "description",
    "password",
    "bfd profile",
    "timers connect",
    "maximum-prefix",
    "prefix-list",
    "route-map",
)


class Router:
    """Lines by the contexts they stand in."""

    def __init__(self) -> None:
        self.lines: set[tuple[Path, str]] = set()
        self.dangling: list[str] = []
        """references that led nowhere, at some instant"""

    @classmethod
    def running(cls, text: str) -> Router:
        """Return a router that was started with ``text``."""
        router = cls()
        router.obey(line.strip() for line in text.splitlines())
        router.dangling.clear()
        return router

    def obey(self, commands: Iterable[str]) -> None:
        """Obey ``commands`` in turn, and look for broken references after each."""
        here: Path = ()
        for command in commands:
            if command in {"", "!", "end"} or command.startswith("frr "):
                continue
            if command.startswith("exit"):
                here = here[:-1]
            elif command.startswith(_HEADERS):
                self._open(here, command)
                here = (*here, command)
            elif command.removeprefix("no ") in _ON_BY_DEFAULT:
                self._switch(here, command)
            elif command.startswith("no "):
                self._remove(here, command.removeprefix("no "))
            else:
                self._set(here, command)
            self.dangling += [f"after {command}: {name}" for name in self._broken()]

    def _open(self, here: Path, header: str) -> None:
        if header.startswith("router bgp"):
            others = {text for path, text in self.lines if text.startswith("router bgp")}
            assert others <= {header}, "BGP is already running"
        if not header.startswith("address-family"):
            self.lines.add((here, header))

    def _switch(self, here: Path, command: str) -> None:
        self.lines.discard((here, f"no {command}"))
        if command.startswith("no "):
            self.lines.add((here, command))

    def _set(self, here: Path, text: str) -> None:
        words = text.split()
        if words[0] == "neighbor" and "remote-as" not in text:
            router = here[:1]
            known = any(
                path == router and other.startswith(f"neighbor {words[1]} remote-as")
                for path, other in self.lines
            )
            assert known, f"% Specify remote-as or peer-group commands first: {text}"
        self.lines = {line for line in self.lines if line[0] != here or _key(line[1]) != _key(text)}
        self.lines.add((here, text))

    def _remove(self, here: Path, text: str) -> None:
        assert (here, text) in self.lines, f"there is nothing to remove: {text}"
        self.lines.discard((here, text))
        if text.startswith(_HEADERS):
            inside = (*here, text)
            self.lines = {line for line in self.lines if line[0][: len(inside)] != inside}
        if match := re.fullmatch(r"(neighbor \S+) remote-as .+", text):
            self.lines = {
                line
                for line in self.lines
                if line[0][: len(here)] != here or not line[1].startswith(f"{match[1]} ")
            }

    def _broken(self) -> set[str]:
        texts = {text for _, text in self.lines}
        maps = {text.split()[1] for text in texts if text.startswith("route-map ")}
        lists = {text.split()[2] for text in texts if text.startswith("ip prefix-list ")}
        used_maps = {m[1] for t in texts if (m := re.match(r"neighbor \S+ route-map (\S+)", t))}
        naming = r"(?:match ip .*|neighbor \S+) prefix-list (\S+)"
        used_lists = {m[1] for text in texts if (m := re.match(naming, text))}
        return (used_maps - maps) | (used_lists - lists)


def _key(text: str) -> str:
    """Return what another line must share with ``text`` to take its place."""
    words = text.split()
    if words[0] == "neighbor":
        attribute = next((a for a in _WITH_ONE_VALUE if f" {a} " in f"{text} "), "")
        direction = words[-1] if attribute in {"route-map", "prefix-list"} else ""
        return f"neighbor {words[1]} {attribute} {direction}" if attribute else text
    if "seq" in words:
        return " ".join(words[: words.index("seq") + 2])
    if words[0] in {"match", "set", "hostname", "log", "detect-multiplier"}:
        return " ".join(words[:-1])
    if text.startswith(("bgp router-id", "maximum-paths", "ip protocol")):
        return " ".join(words[:-1])
    return text
