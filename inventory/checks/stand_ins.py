"""What stands in for a value that is missing or cannot be read: values that nobody is blamed for.

Where no single value is beyond reproach there are several, which are at fault for different
reasons: what is told of all of them is not told because of the value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from inventory.documents import Path
from inventory.network import Role

UNREADABLE: Final = "*"
"""stands in for a name that could not be read; no name looks like it"""
SINGLE: Final = frozenset({"network", "pools", "failure_policy", "alarms"})
"""sections that are one entry"""
ABSENT: Final = object()
"""stands for: as if it were not written"""

_EXTREMES: Final = ("0 s", "3650 d")
_SIZES: Final = ("1 MiB", "999999 TiB")
_PLAIN: Final[Mapping[str, Sequence[Any]]] = {
    "title": ("?",),
    "basis": ("?",),
    "default_profile": (UNREADABLE,),
    "autonomous_system_base": (4200000000,),
    "synchronous_rtt_ms": (1000,),
    "any_site": (True, False),
    "kind": ("centre", "witness"),
    "region": (UNREADABLE,),
    "outside_regions_of": ([UNREADABLE],),
    "latitude": (0,),
    "longitude": (0,),
    "rtt_ms": (0.001,),
    "shared_risks": ([],),
    "last_copy": ("continue",),
    "copies": (2,),
    "recovery_time": _EXTREMES,
    "recovery_point": _EXTREMES,
    "takes": ("leader",),
    "before": (["served"],),
    "after": (["served"],),
    "roles": (["observe", "operate", "approve"],),
    "access": ("open", "specialised", "shared"),
    "interval": ("1 s", "3650 d"),
    "transfer": ("0 s",),
    "retention": _EXTREMES,
    "read_back": ("1 d",),
    "rate_mbps": (ABSENT, 1),
}
_WORDS: Final = frozenset({"carrier", "owner", "dataset", "ducts", "readers"})
"""keys whose words are compared with each other, and lead nowhere"""
_PORTS: Final = range(40000, 49000)
"""where nobody is likely to have put a workload"""
_KEY_OF_ENTRY: Final = 2
"""steps within a section to a key; to an element of its list it is one more"""
_HOST: Final = 4
"""name of a profile, key, kind or site, host; below it is a role"""
_POOLS: Final = ("management", "loopbacks", "lans", "links", "services")
_LISTS: Final = frozenset({"synchronous", "asynchronous", "refuges", "ends"})
NAMES: Final[Mapping[str, str]] = {
    "home": "sites",
    "synchronous": "sites",
    "asynchronous": "sites",
    "refuges": "sites",
    "ends": "sites",
    "tier": "tiers",
    "database": "databases",
    "service": "services",
}
"""key → the section that declares what is named there"""


def stand_ins(path: Path, tree: Mapping[str, Any], number: int) -> Sequence[Any]:
    """Return what may stand at ``path`` of ``tree`` in turn; nothing if nobody knows.

    ``number`` is another one for each value that is replaced.
    """
    section, *inner = path
    key = str(inner[section not in SINGLE])
    is_element = len(inner) > _KEY_OF_ENTRY
    if key in _WORDS:
        word = f"unreadable-{number}"
        return ([word] if key in {"ducts", "readers"} and not is_element else word,)
    if section == "profiles" and is_element:
        return _in_profile(inner)
    if key == "copies" and not is_element:
        return (ABSENT,)
    if key in NAMES:
        return _names(key, sorted(entries_of(tree, NAMES[key])), is_element=is_element)
    if key in {"before", "after", "roles"} and is_element:
        return tuple(_PLAIN[key][0][-2:])
    return (
        _PLAIN.get(key) or _numbered(section, key, number) or _of(tree, key, is_element=is_element)
    )


def _in_profile(inner: Sequence[str | int]) -> Sequence[Any]:
    """Return roles of a host, or what may stand in a pool; nothing if nobody knows."""
    if inner[1] in {"kinds", "additions"} and len(inner) >= _HOST:
        return tuple(Role) if len(inner) > _HOST else [[role] for role in Role]
    if inner[1] != "storage":
        return ()
    match inner[3:]:
        case []:
            return tuple({"size": size} for size in _SIZES)
        case ["sizes"]:
            return (ABSENT,)
        case _:
            return _SIZES


def _numbered(section: str | int, key: str, number: int) -> Sequence[Any]:
    """Return prefixes or ports that are nobody else's."""
    if section == "pools":
        place = _POOLS.index(key)
        return f"172.{16 + place}.0.0/16", f"10.{240 + place}.0.0/16"
    ports = (_PORTS[(2 * number + which) % len(_PORTS)] for which in (0, 1))
    return tuple(ports) if key == "port" else ()


def _of(tree: Mapping[str, Any], key: str, *, is_element: bool) -> Sequence[Any]:
    """Return what ``tree`` has for keys that name what is declared below them, or in a profile."""
    if key == "every":
        times = dict.fromkeys(entries_of(tree, "tiers"), "1 d")
        return ("1 d" if is_element else times,)
    if key == "pool":
        profiles = entries_of(tree, "profiles").values()
        return sorted({name for profile in profiles for name in entries_of(profile, "storage")})
    return ()


def entries_of(tree: Any, section: str) -> Mapping[str, Any]:
    """Return the entries of ``section``; none where it is not what it should be."""
    entries = tree.get(section) if isinstance(tree, Mapping) else None
    return entries if isinstance(entries, Mapping) else {}


def _names(key: str, names: Sequence[str], *, is_element: bool) -> Sequence[Any]:
    """Return each declared name; where a whole list is missing, lists of them."""
    if is_element or key not in _LISTS:
        return names
    if key == "ends":
        return [list(pair) for pair in combinations(names, 2)]
    return [*([[]] if key == "asynchronous" else []), *([name] for name in names), names]
