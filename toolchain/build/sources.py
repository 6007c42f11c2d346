"""Reads the machine's own apt sources of Debian, so that no file of ours names a mirror."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

APT = Path("/etc/apt")

_COMPONENTS = frozenset({"main", "contrib", "non-free", "non-free-firmware"})
_ONE_LINE = re.compile(r"deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(.+)")

Fields = dict[str, str]


def debian_sources(codename: str, apt: Path = APT) -> str:
    """Return deb822 text of the sources that serve Debian ``codename``; empty if there is none.

    A source is Debian's if it serves one of the codename's own suites with Debian's
    components; other vendors call one of the two differently.
    """
    suites = {codename, f"{codename}-updates", f"{codename}-security"}
    stanzas = (_stanza(fields, suites) for fields in _sources(apt))
    return "\n".join(_text(fields) for fields in stanzas if fields)


def _stanza(fields: Fields, suites: set[str]) -> Fields | None:
    """Return the part of a source that serves ``suites`` as Debian does; None if none does."""
    suites_here = [suite for suite in fields.get("suites", "").split() if suite in suites]
    components = set(fields.get("components", "").split())
    is_enabled = fields.get("enabled", "yes").lower() not in {"no", "false", "0"}
    is_binary = "deb" in fields.get("types", "").split()
    if not (suites_here and is_enabled and is_binary and "main" in components <= _COMPONENTS):
        return None
    return fields | {"types": "deb", "suites": " ".join(suites_here), "components": "main"}


def _sources(apt: Path) -> Iterator[Fields]:
    """Yield every source that apt would read, in deb822's terms, keys in small letters."""
    folder = apt / "sources.list.d"
    for path in [apt / "sources.list", *sorted(folder.glob("*.list"))]:
        if path.is_file():
            yield from _one_line_style(path.read_text("utf-8").splitlines())
    for path in sorted(folder.glob("*.sources")):
        yield from _stanza_style(path.read_text("utf-8").splitlines())


def _one_line_style(lines: Iterable[str]) -> Iterator[Fields]:
    for line in lines:
        if match := _ONE_LINE.fullmatch(line.partition("#")[0].strip()):
            options = dict(o.split("=", 1) for o in (match["options"] or "").split() if "=" in o)
            key = {"signed-by": options["signed-by"]} if "signed-by" in options else {}
            yield key | {
                "types": "deb",
                "uris": match["uri"],
                "suites": match["suite"],
                "components": match[4],
            }


def _stanza_style(lines: Iterable[str]) -> Iterator[Fields]:
    fields: Fields = {}
    key = ""
    for line in [*lines, ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields = {}
        elif line[0].isspace():
            fields[key] += "\n" + line
        else:
            key, _, value = line.partition(":")
            key = key.lower()
            fields[key] = value.strip()


def _text(fields: Fields) -> str:
    keys = ("types", "uris", "suites", "components", "signed-by")
    return "".join(f"{key.title()}: {fields[key]}\n" for key in keys if key in fields)
