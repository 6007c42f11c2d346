"""From the texts of the declared files to one tree, and to what of them cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from core.text import Unreadable
from inventory.documents import Document, Path
from inventory.excess import TooMuch, demand_moderate
from inventory.problems import Place, Problem, Related, brief
from inventory.remains import Flaw, reading_of, remains_of

_NO_SECTIONS: Final = "NDC-E0104"
_HIDING: Final = frozenset({_NO_SECTIONS, "NDC-E0106"})
"""problems of a whole file: nobody knows what it declares"""

_LONGEST: Final = 2**20
"""characters in a file; the largest network of a thousand hosts has a tenth of it"""
_PLAIN: Final = {
    "tag:yaml.org,2002:int": re.compile(r"[-+]?(0|[1-9][0-9]*)"),
    "tag:yaml.org,2002:float": re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?"),
}
"""how a number is written: YAML 1.1 reads 011 as 9, 30:30 as 1830 and 0x11 as 17"""
_COLLECTIONS: Final = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_MERGE: Final = "tag:yaml.org,2002:merge"


def read(texts: Mapping[str, str | Unreadable]) -> tuple[Document, list[Problem]]:
    """Return the files of ``texts`` as one tree, and everything that cannot be read of them.

    A section (``sites``, ``links``, …) may be spread over files: its entries are
    put together, and an entry that is declared twice is a problem.
    """
    legible = {n: t.legible if isinstance(t, Unreadable) else t for n, t in texts.items()}
    document = Document({name: text or "" for name, text in legible.items()})
    problems = [_illegible(n, t) for n, t in sorted(texts.items()) if isinstance(t, Unreadable)]
    for name, text in sorted(legible.items()):
        news = [] if text is None else _Reader(name, document).read(text)
        if isinstance(texts[name], Unreadable):
            # nobody meant to declare anything in what has no section; that it is no text was told
            news = [problem for problem in news if problem.code != _NO_SECTIONS]
        if text is None or any(problem.code in _HIDING for problem in news):
            document.lose_all(name)
        problems += news
    return document, problems


def _illegible(name: str, text: Unreadable) -> Problem:
    return Problem(
        Place(name, text.line, text.column),
        "NDC-E0108",
        "the file cannot be read",
        expected="text in UTF-8 that this user may read",
        actual=text.why,
        next_step="mend the file or its permissions, or move it out of the inventory",
    )


class _Reader:
    """Reads one file into the document and keeps what went wrong."""

    def __init__(self, file: str, document: Document) -> None:
        self._file = file
        self._document = document
        self._problems: list[Problem] = []
        self._scalars = yaml.constructor.SafeConstructor()
        self._ancestors: set[int] = set()

    def read(self, text: str) -> list[Problem]:
        if len(text) > _LONGEST:
            actual = f"{len(text)} characters"
            return [_problem_at(Place(self._file, 1, 1), "NDC-E0106", _TOO_MUCH, actual)]
        try:
            reading = reading_of(text)
            if isinstance(reading, Flaw):
                self._remains(text, reading)
            else:
                self._root(reading)
        except TooMuch as excess:
            self._add(excess.at, "NDC-E0106", _TOO_MUCH, str(excess))
        return self._problems

    def _remains(self, text: str, flaw: Flaw) -> None:
        """Read what is whole of ``text``, which is no YAML."""
        remains = remains_of(text, flaw)
        self._problems += [self._unreadable(flaw, text) for flaw in remains.flaws]
        for root in remains.whole:
            self._root(root)
        for section, line in remains.lost.items():
            self._document.lose(section, Place(self._file, line + 1, 1))
        if remains.is_blind:
            self._document.lose_all(self._file)

    def _root(self, root: yaml.Node | None) -> None:
        match root:
            case None | yaml.ScalarNode(tag="tag:yaml.org,2002:null"):
                pass
            case yaml.MappingNode():
                demand_moderate(root)
                for section, key, node in self._entries(root):
                    self._section(section, key, node)
            case _:
                self._add(root, "NDC-E0104", "the file declares no sections", "a list or a word")

    def _section(self, section: str, key: yaml.Node, node: yaml.Node) -> None:
        """Add a section, or more entries of it; a second one that cannot be merged is a problem."""
        tree, path = self._document.tree, (section,)
        if not isinstance(node, yaml.MappingNode):
            if self._is_new(path, key):
                tree[section] = self._value(node, path, key)
            return
        if not isinstance(tree.get(section, {}), dict):
            self._twice(section, self._document.key_at(section), self._place(key))
            self._document.forget(section)
        self._document.keys.setdefault(path, self._place(key))
        self._document.values.setdefault(path, self._place(node))
        tree.setdefault(section, {}).update(self._plain(node, path, node))

    def _value(self, node: yaml.Node, path: Path, holder: yaml.Node) -> Any:
        """Return the plain value of ``node``; ``holder`` is the key or the list it stands in."""
        is_alias = self._place(node) < self._place(holder)
        self._document.values[path] = self._place(holder if is_alias else node)
        if id(node) in self._ancestors:
            self._add(holder, "NDC-E0105", "an alias stands inside what it names", "itself")
            return None
        self._ancestors.add(id(node))
        value = self._plain(node, path, holder if is_alias else node)
        self._ancestors.discard(id(node))
        return value

    def _plain(self, node: yaml.Node, path: Path, holder: yaml.Node) -> Any:
        if isinstance(node, yaml.CollectionNode) and node.tag not in _COLLECTIONS:
            self._add(node, "NDC-E0103", "this value cannot be read", brief(node.tag))
        match node:
            case yaml.MappingNode():
                return {
                    name: self._value(child, (*path, name), key)
                    for name, key, child in self._entries(node, path)
                    if self._is_new((*path, name), key)
                }
            case yaml.SequenceNode():
                return [
                    self._value(child, (*path, index), holder)
                    for index, child in enumerate(node.value)
                ]
            case _:
                return self._scalar(node)

    def _entries(
        self, node: yaml.MappingNode, path: Path = ()
    ) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        for key, value in node.value:
            if key.tag == _MERGE:
                self._document.incomplete.add(self._document.key_at(*path))
                self._add(key, "NDC-E0110", "entries are not merged", "<<")
                continue
            if isinstance(key, yaml.ScalarNode):
                name = self._scalar(key)
                if not isinstance(name, str):
                    self._not_a_word(key, path, brief(key.value))
                # of what it holds, the rest is told as if it had a name
                yield str(key.value if name is None else name), key, value
            else:
                self._not_a_word(key, path, "a list or a section")
                for section in path[:1]:
                    self._document.lose(str(section), self._place(key))

    def _not_a_word(self, key: yaml.Node, path: Path, actual: str) -> None:
        self._document.incomplete.add(self._document.key_at(*path))
        self._add(key, "NDC-E0103", "this key is not a word", actual)

    def _scalar(self, node: yaml.Node) -> Any:
        plain = _PLAIN.get(node.tag)
        if plain and not (isinstance(node.value, str) and plain.fullmatch(node.value)):
            self._add(node, "NDC-E0109", "this number is not a plain one", brief(str(node.value)))
            return None
        try:
            return self._scalars.construct_object(node)
        # PyYAML looks words up in tables, and computes with what it takes for a date
        except (yaml.MarkedYAMLError, ValueError, LookupError, TypeError, AttributeError) as error:
            reason = getattr(error, "problem", None) or brief(str(node.value))
            self._add(node, "NDC-E0103", "this value cannot be read", reason)
            return None

    def _is_new(self, path: Path, key: yaml.Node) -> bool:
        """Take note of a key; False, and a problem, if it is there already."""
        place = self._place(key)
        first = self._document.keys.setdefault(path, place)
        if first is place:
            return True
        self._twice(".".join(str(step) for step in path), place, first)
        return False

    def _twice(self, name: str, place: Place, first: Place) -> None:
        self._problems.append(
            Problem(
                place,
                "NDC-E0102",
                f"{name} is declared twice",
                expected="one declaration",
                actual="a second one",
                next_step="remove one of them, or give it a name of its own",
                related=Related("first declared", first),
            )
        )

    def _unreadable(self, flaw: Flaw, text: str) -> Problem:
        """Return the problem of a file that stops making sense because of ``flaw``."""
        lines = text.splitlines()
        end = Place(self._file, max(1, len(lines)), len(lines[-1]) + 1 if lines else 1)
        at = min(Place(self._file, flaw.line + 1, flaw.column + 1), end)
        return _problem_at(at, "NDC-E0101", _NO_YAML, flaw.reason)

    def _add(self, node: yaml.Node | yaml.Event, code: str, what: str, actual: str) -> None:
        """Add the problem ``code`` at ``node``; ``actual`` is written there."""
        self._problems.append(_problem_at(self._place(node), code, what, actual))

    def _place(self, node: yaml.Node | yaml.Event) -> Place:
        mark = node.start_mark
        return (
            Place(self._file, mark.line + 1, mark.column + 1) if mark else Place(self._file, 1, 1)
        )


def _problem_at(place: Place, code: str, what: str, actual: str) -> Problem:
    return Problem(
        place, code, what, expected=_EXPECTED[code], actual=actual, next_step=_NEXT_STEP[code]
    )


_NO_YAML = "the file is not YAML"
_TOO_MUCH = "the file is too much to read"
_EXPECTED = {
    "NDC-E0101": "YAML",
    "NDC-E0103": "text, a number, true or false",
    "NDC-E0104": "sections such as `sites:` and `links:`",
    "NDC-E0105": "a value that ends",
    "NDC-E0106": "a file that a person could have written",
    "NDC-E0110": "an entry with all of its keys",
    "NDC-E0109": "decimal digits, with a point or without: 11, 0.5",
}
_NEXT_STEP = {
    "NDC-E0101": "mend the line; quotes and indentation are the usual suspects",
    "NDC-E0103": "put it in quotes if it is text, or write another value",
    "NDC-E0104": "name the section that the entries belong to",
    "NDC-E0105": "write the value out instead of the alias",
    "NDC-E0106": "leave out what is nested or repeated there",
    "NDC-E0110": "write out what it shares with the other entry",
    "NDC-E0109": "write it without a leading zero, a colon, a letter or an underscore",
}
