"""Inventories that somebody may have meant who wrote what is wrong, so that the rest is judged.

What is wrong is replaced: by what was probably meant, or else by several values in turn. What is
told of all the inventories that come of it is wrong whatever was meant; what is told of some of
them may be no more than a consequence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any, Final, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from inventory.checks.references import Naming, namings, strays
from inventory.checks.shape import choices_in, key_like, keys_at
from inventory.checks.stand_ins import ABSENT, NAMES, SINGLE, stand_ins
from inventory.documents import Path
from inventory.model import Inventory
from inventory.problems import nearest

_MOST: Final = 8
"""inventories that are judged in the place of one; as many as a host may have roles"""
_ROUNDS: Final = 5
"""what stands in for an entry may lack keys, and what stands in for a list may hold a wrong word"""
_ALONE: Final = frozenset({"profiles", "stores", "drills", "alarms", "policies"})
"""sections of which an entry can be left out, and the rest is judged as it is"""


@dataclass(frozen=True, slots=True)
class Meanings:
    """What may have been meant, and of which sections nobody knows all."""

    shaped: list[Inventory]
    """with names as they are written, some of which may lead nowhere"""
    judged: list[Inventory]
    """in all of them every name leads to something"""
    lost: set[str]
    """sections of which something is left out that others depend on"""


def readings(tree: Mapping[str, Any], unread: AbstractSet[str] = frozenset()) -> Meanings:
    """Return what may have been meant by ``tree``, the plain values of all files.

    Of the sections ``unread`` there may be entries that nobody could read.
    """
    meant, turn, most = Meanings([], [], set()), 0, 1
    while turn < min(most, _MOST):
        reading = _Reading(tree, turn, unread)
        meant.shaped.append(reading.shaped())
        meant.judged.append(reading.judged())
        meant.lost.update(reading.lost)
        turn, most = turn + 1, reading.most
    return meant


@dataclass(slots=True)
class _Reading:
    """One way to read a tree; ``turn`` says which of several values stands in."""

    tree: Any
    turn: int
    unread: AbstractSet[str]
    most: int = 1
    """how many values stand in for the one that has the most"""
    lost: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        missing = {name for name, x in Inventory.model_fields.items() if x.is_required()}
        missing -= self.tree.keys()
        self.tree = {**_copied(self.tree), **{section: {} for section in missing}}
        self.lost |= (missing - SINGLE) | (self.unread - SINGLE - _ALONE)

    def shaped(self) -> Inventory:
        """Return the inventory in which every value has its type."""
        for _ in range(_ROUNDS):
            inventory, details = _built(self.tree)
            if not details:
                return inventory
            unknown = [detail for detail in details if detail["type"] == "extra_forbidden"]
            for detail in unknown or details:
                self._mend(detail)
        for detail in _built(self.tree)[1]:
            self._leave_out(detail["loc"])
        return _built(self.tree)[0]

    def judged(self) -> Inventory:
        """Return the inventory in which, besides, every name leads to something."""
        inventory = self.shaped()
        while wrong := [
            x for x in _astray(inventory) if x[0].section not in self.unread | self.lost
        ]:
            undeclared = Counter(naming.names[index] for naming, index in wrong)
            for naming, index in wrong:
                self._rename(naming, index, inventory, undeclared)
            inventory = self.shaped()
        while wrong_keys := [x for x in strays(inventory) if x.section not in self.unread]:
            for stray in wrong_keys:
                self._settle(stray.path, stray.names)
            inventory = self.shaped()
        return inventory

    def _mend(self, detail: ErrorDetails) -> None:
        """Let something stand where ``detail`` says that something is wrong."""
        path, kind, wrong = detail["loc"], detail["type"], detail["input"]
        depth = 2 if path[0] in SINGLE else 3
        if path[-1] == "[key]":
            self._settle(path[:-1], {*choices_in(detail)} or {f"x{next(self._numbers)}"})
        elif kind == "extra_forbidden":
            self._move(path, {*keys_at(path[:-1])})
            self._put(path, [ABSENT])
        elif len(path) < depth:
            self._put(path, [{}])
            self.lost |= {str(path[0])} if len(path) + 1 < depth else set()
        elif kind in {"tuple_type", "frozen_set_type"} and isinstance(wrong, str):
            self._put(path, [[wrong]])
        elif meant := nearest(str(wrong), choices_in(detail)):
            self._put(path, [meant])
        elif values := stand_ins(path, self.tree, next(self._numbers)):
            self._put(path, values)
        elif kind != "missing" and path[0] != "profiles" and not _is_required(path[:depth]):
            self._put(path[:depth], [ABSENT])
        else:
            self._leave_out(path)

    def _rename(
        self, naming: Naming, index: int, inventory: Inventory, undeclared: Mapping[str, int]
    ) -> None:
        """Let another name stand for one that leads nowhere, or that its list has already."""
        others = [name for at, name in enumerate(naming.names) if at != index]
        names = sorted(x for x in getattr(inventory, naming.section) if x not in others)
        wrong = naming.names[index]
        meant = None if wrong in others else nearest(wrong, names)
        if meant is None and wrong not in others and undeclared[wrong] > 1:
            self.lost.add(naming.section)  # not the name is wrong: nobody declared what it means
        if names:
            self._put(naming.path_of(index), [meant] if meant else names)
        else:
            self._leave_out(naming.path)

    def _move(self, path: Path, names: AbstractSet[str]) -> None:
        """Let the entry at ``path`` have the name that was probably meant."""
        *above, last = path
        holder = self._at(above)
        if meant := key_like(str(last), names - holder.keys()):
            holder[meant] = holder.pop(last)

    def _settle(self, path: Path, names: AbstractSet[str]) -> None:
        """Let one of ``names`` stand for the key at ``path``, or nothing; each may be meant."""
        *above, last = path
        holder = self._at(above)
        if last not in holder:
            return  # another mistake took it out already
        value, free = holder.pop(last), sorted(names - holder.keys())
        meant = nearest(str(last), free)
        choices = [meant] if meant else [ABSENT, *free]
        self.most = max(self.most, len(choices))
        if (choice := choices[self.turn % len(choices)]) is not ABSENT:
            holder[choice] = value

    def _put(self, path: Path, values: Sequence[Any]) -> None:
        """Let one of ``values`` stand at ``path``."""
        if path[0] == "links" and len(values) > _MOST:
            self.lost.add("links")  # some paths would be missing from all that are judged
        self.most = max(self.most, len(values))
        value = values[self.turn % len(values)]
        *above, last = path
        try:
            holder = self._at(above)
        except LookupError:
            return  # another mistake took it out already
        if value is ABSENT:
            holder.pop(last, None)
        else:
            holder[last] = _copied(value)

    def _at(self, path: Iterable[str | int]) -> Any:
        value = self.tree
        for step in path:
            value = value[step]
        return value

    def _leave_out(self, path: Path) -> None:
        """Leave out the entry that ``path`` leads into: nobody knows what was meant."""
        section, *names = path
        self.lost |= {str(section)} - _ALONE
        if names and section not in SINGLE:
            self.tree[section].pop(names[0], None)
        else:
            self.tree.pop(section, None)


def _astray(inventory: Inventory) -> Iterator[tuple[Naming, int]]:
    """Yield each name that leads nowhere or stands twice, if something is judged by it.

    Of one by which nothing is, it is yielded if somebody probably meant another.
    """
    for naming in namings(inventory):
        declared = getattr(inventory, naming.section)
        is_judged = naming.path[-1] in NAMES
        for index, name in enumerate(naming.names):
            if name in declared:
                is_twice = name in naming.names[:index] and not {*declared} <= {*naming.names}
                is_wrong = is_judged and is_twice
            else:
                others = (other for other in declared if other not in naming.names)
                is_wrong = is_judged or nearest(name, others) is not None
            if is_wrong:
                yield naming, index


def _built(tree: Mapping[str, Any]) -> tuple[Inventory, list[ErrorDetails]]:
    """Return the inventory of all that has its type, and what has not; any word is a name."""
    sections: dict[str, Any] = {}
    wrong: list[ErrorDetails] = []
    for section, info in Inventory.model_fields.items():
        written = tree.get(section, ABSENT)
        if written is ABSENT:
            continue
        if get_origin(info.annotation) is dict and isinstance(written, dict):
            kind = get_args(info.annotation)[1]
            entries = {name: _valid(kind, x, (section, name), wrong) for name, x in written.items()}
            sections[section] = {name: entry for name, entry in entries.items() if entry}
        else:
            sections[section] = _valid(info.annotation, written, (section,), wrong)
    return Inventory.model_construct(**sections), wrong


def _valid(kind: Any, written: Any, path: Path, wrong: list[ErrorDetails]) -> Any:
    """Return ``written`` as a ``kind``, or None with what is ``wrong`` with it."""
    try:
        return _reader(kind).validate_python(written)
    except ValidationError as error:
        details = error.errors(include_url=False)
    wrong += [{**detail, "loc": (*path, *detail["loc"])} for detail in details]
    return None


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _is_required(path: Path) -> bool:
    """Whether nothing may be missing at ``path``, which leads to a key."""
    kind: Any = Inventory.model_fields[str(path[0])].annotation
    model = get_args(kind)[1] if get_origin(kind) is dict else kind
    return bool(model.model_fields[str(path[-1])].is_required())


def _copied(value: Any) -> Any:
    """Return ``value`` with sections and lists of its own, so that parts can be replaced."""
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    return [*map(_copied, value)] if isinstance(value, list) else value
