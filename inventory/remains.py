"""What can be read of a file that is no YAML: whole sections, and whole entries of a broken one.

The text is cut at lines that stand no deeper than their neighbours. What makes sense up to such a
line is whole. What does not is broken up to the next line that can only begin a section, or an
entry: within a list or a quoted text that does not end, nothing is taken for a beginning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import yaml
from yaml.reader import Reader

from inventory.excess import DEEPEST, MOST, TooMuch
from inventory.model import Inventory

_SECTIONS: Final = "|".join(Inventory.model_fields)
_SECTION: Final = re.compile(rf"(({_SECTIONS}):(\s.*)?|[a-z_]+:\s*(#.*)?)$")
_ENTRY: Final = re.compile(r" +[\w-]+:(\s+\{.*\})?\s*(#.*)?$")
_NEAR: Final = re.compile(rf" *(({_SECTIONS})$|[\w-]+:(\s+\{{.*\}})?\s*(#.*)?$)")
"""a line that was meant to begin something, whatever is wrong with it"""
_BARE: Final = re.compile(r"\w+:\s*(#.*)?$")
_WORD: Final = re.compile(rf"\s*['\"]?({_SECTIONS})['\"]?\s*(:|#|$)")
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_IN_ALL: Final = 2**31
"""depth of a line that says nothing"""
_NO_END: Final = "found unexpected end of stream"
_LONGEST: Final = 2**17
"""characters of a file that is looked at again; the largest network of a thousand hosts has less"""
_MOST: Final = 8
"""flaws of a section, or of a file, and beginnings that are tried for each"""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why text makes no sense, and where that shows; lines and columns count from 0."""

    line: int
    column: int
    reason: str
    began: tuple[int, int] | None = None
    """line and column of what does not end"""

    @property
    def is_alias(self) -> bool:
        """Whether an alias names nothing; what it names may be in a part that was left out."""
        return "undefined alias" in self.reason


@dataclass(slots=True)
class Remains:
    """What is left of a text that makes no sense as a whole."""

    whole: list[yaml.Node] = field(default_factory=list)
    """of each, the marks are those of the text"""
    flaws: list[Flaw] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)
    """sections of which not all is known, and the line of one"""
    is_blind: bool = False
    """whether nobody can tell which sections are not known"""


def reading_of(text: str) -> Flaw | yaml.Node | None:
    """Return what ``text`` says, None if it says nothing, or why it makes no sense.

    Raises:
        TooMuch: it nests deeper than anything a person would write.
    """
    control = _control_in(text)
    try:
        node = _composed(Reader.NON_PRINTABLE.sub("\ufffd", text))
    except yaml.MarkedYAMLError as error:
        mark, context = error.problem_mark, error.context_mark
        flaw = Flaw(
            mark.line if mark else 0,
            mark.column if mark else 0,
            error.problem or "something else",
            (context.line, context.column) if context else None,
        )
        return control if control and control.line <= flaw.line else flaw
    return control or node


def _composed(text: str) -> yaml.Node | None:
    """Return what ``text`` says; it nests so little that this needs no deep stack."""
    depth = count = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        count += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise TooMuch(event, f"more than {DEEPEST} levels")
        if count > 2 * MOST:
            raise TooMuch(event, f"more than {MOST} keys and as many values")
    return yaml.compose(text, Loader=yaml.CSafeLoader)


def _control_in(text: str) -> Flaw | None:
    """Return the first character that no YAML may hold."""
    if not (control := Reader.NON_PRINTABLE.search(text)):
        return None
    before = _BREAK.split(text[: control.start()])
    return Flaw(len(before) - 1, len(before[-1]), f"the character U+{ord(control.group()):04X}")


def remains_of(text: str, flaw: Flaw) -> Remains:
    """Return what is left of ``text``, which makes no sense because of ``flaw``."""
    cut = _Cut(_BREAK.split(text))
    if len(text) <= _LONGEST:
        cut.take(_Block(0, len(cut.lines), 0, _SECTION))
    else:
        cut.remains.is_blind = True
    cut.remains.flaws = cut.remains.flaws or [flaw]
    return cut.remains


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines from ``first`` until ``end``, below ``header``, which belongs to each part of them."""

    first: int
    end: int
    indent: int
    beginning: re.Pattern[str]
    """how a line is written that begins a part, and nothing else"""
    header: int | None = None


@dataclass(slots=True)
class _Cut:
    lines: Sequence[str]
    remains: Remains = field(default_factory=Remains)

    def take(self, block: _Block) -> None:
        """Take what is whole of ``block``, and note what is not."""
        start = block.first
        for _ in range(_MOST):
            reading = self._read(block, start, block.end)
            if not isinstance(reading, Flaw):
                self._keep(reading)
                return
            broken, end = self._broken(block, start, reading)
            if broken > start:
                self._keep(self._read(block, start, broken))
            self._break(block, broken, end, reading)
            start = end
            if start == block.end:
                return
        self._lose(start, block.end)

    def _keep(self, reading: Flaw | yaml.Node | None) -> None:
        """Keep sections; a word before the first is no more than a part of what is wrong."""
        if isinstance(reading, yaml.MappingNode) and not reading.start_mark.column:
            self.remains.whole.append(reading)
        elif reading:
            self.remains.is_blind = True

    def _read(self, block: _Block, start: int, end: int) -> Flaw | yaml.Node | None:
        """Return what the lines say, each at its number."""
        kept = ((start <= at < end or at == block.header) and at for at in range(end))
        return reading_of("\n".join("" if at is False else self.lines[at] for at in kept))

    def _broken(self, block: _Block, start: int, flaw: Flaw) -> tuple[int, int]:
        """Return where the part that ``flaw`` is in begins, and where the next one does."""
        last = min(flaw.line, block.end - 1)
        shallow = [at for at in range(last, start, -1) if self._may_begin(block, at)]
        for at in shallow[:_MOST]:
            if not isinstance(self._read(block, start, at), Flaw):
                return at, self._next(block, at)
        return start, block.end if len(shallow) > _MOST else self._next(block, start)

    def _may_begin(self, block: _Block, at: int) -> bool:
        """Whether what stands before the line may be whole: it continues nothing."""
        return self._depth(at) <= block.indent and bool(
            _NEAR.match(self.lines[at]) or block.beginning.match(self.lines[at])
        )

    def _next(self, block: _Block, start: int) -> int:
        for at in range(start + 1, block.end):
            if self._depth(at) == block.indent and block.beginning.match(self.lines[at]):
                return at
        return block.end

    def _break(self, block: _Block, start: int, end: int, flaw: Flaw) -> None:
        """Note that ``flaw`` breaks these lines; take the whole entries of a section."""
        is_section = block.header is None
        if is_section:
            self._lose(start, end)
        if flaw.is_alias:
            # what it names may have been left out
            if not self.remains.flaws and is_section:
                self.remains.flaws.append(flaw)
        elif is_section and (entries := self._entries(start, end)):
            count = len(self.remains.flaws)
            self.take(entries)
            if len(self.remains.flaws) == count:
                self.remains.flaws.append(flaw)
        else:
            self.remains.flaws.append(self._placed(block, start, end, flaw))

    def _entries(self, start: int, end: int) -> _Block | None:
        """Return the entries of the section in these lines, if they are one with entries."""
        depth = next(filter(_IN_ALL.__gt__, map(self._depth, range(start + 1, end))), 0)
        if not (depth and _BARE.match(self.lines[start])):
            return None
        # below a line that stands out, nobody knows of what section the entries are
        end = next((at for at in range(start + 1, end) if self._is_astray(at, depth)), end)
        return _Block(start + 1, end, depth, _ENTRY, header=start)

    def _is_astray(self, at: int, depth: int) -> bool:
        """Whether the line names a section, and is not as deep as the entries of another."""
        return self._depth(at) < depth and bool(_WORD.match(self.lines[at]))

    def _placed(self, block: _Block, start: int, end: int, flaw: Flaw) -> Flaw:
        """Return ``flaw`` with a place in these lines: what does not end shows further below."""
        if start <= flaw.line < end and flaw.reason != _NO_END:
            return flaw
        alone = self._read(block, start, end)
        known = alone if isinstance(alone, Flaw) else flaw
        line, column = known.began or (start, 0)
        is_here = start <= line < end
        return Flaw(line if is_here else start, column if is_here else 0, known.reason)

    def _lose(self, start: int, end: int) -> None:
        """Note which sections the lines may be of; the first one says where they begin."""
        words = {at: _WORD.match(self.lines[at]) for at in range(start, end)}
        for at, word in words.items():
            if word:
                self.remains.lost.setdefault(word[1], at)
        self.remains.is_blind |= not words[start]

    def _has_content(self, at: int) -> bool:
        return not self.lines[at].lstrip().startswith("#") and bool(self.lines[at].strip())

    def _depth(self, at: int) -> int:
        """Return how deep the line is indented; one that says nothing is in all."""
        line = self.lines[at]
        return len(line) - len(line.lstrip()) if self._has_content(at) else _IN_ALL
