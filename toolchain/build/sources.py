"""The machine's own apt sources, those of Debian only: so that no mirror is named in the tree."""

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
    stanzas = (_kept(fields, suites) for fields in _declared(apt))
    return "\n".join(_text(fields) for fields in stanzas if fields)


def _kept(fields: Fields, suites: set[str]) -> Fields | None:
    served = [suite for suite in fields.get("suites", "").split() if suite in suites]
    components = set(fields.get("components", "").split())
    enabled = fields.get("enabled", "yes").lower() not in {"no", "false", "0"}
    binary = "deb" in fields.get("types", "").split()
    if not (served and enabled and binary and "main" in components <= _COMPONENTS):
        return None
    return fields | {"types": "deb", "suites": " ".join(served), "components": "main"}


def _declared(apt: Path) -> Iterator[Fields]:
    """Yield every source that apt would read, in deb822's terms, keys in small letters."""
    folder = apt / "sources.list.d"
    for path in [apt / "sources.list", *sorted(folder.glob("*.list"))]:
        if path.is_file():
            yield from _one_line_style(path.read_text("utf-8").splitlines())
    for path in sorted(folder.glob("*.sources")):
        yield from _stanza_style(path.read_text("utf-8").splitlines())


def _one_line_style(lines: Iterable[str]) -> Iterator[Fields]:
    for line in lines:
        if found := _ONE_LINE.fullmatch(line.partition("#")[0].strip()):
            options = dict(o.split("=", 1) for o in (found["options"] or "").split() if "=" in o)
            key = {"signed-by": options["signed-by"]} if "signed-by" in options else {}
            yield key | {
                "types": "deb",
                "uris": found["uri"],
                "suites": found["suite"],
                "components": found[4],
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
    wanted = ("types", "uris", "suites", "components", "signed-by")
    return "".join(f"{key.title()}: {fields[key]}\n" for key in wanted if key in fields)
