"""Keys and types: what pydantic found, in words, at the place where it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from core.errors import InventoryInvalid
from core.formats import KEY, Format, stated_in
from inventory.documents import Document, Path
from inventory.model import Inventory
from inventory.problems import Problem, brief, foreign, listed, nearest


def unknown_format(document: Document) -> list[Problem]:
    """Return the problem that the files are of a format that is not read; nothing if it is."""
    number = stated_in(document.tree)
    try:
        Format.INVENTORY.demand_number(number, "the inventory")
    except InventoryInvalid as error:
        return [
            Problem(
                document.at(KEY),
                "NDC-E0107",
                error.what,
                expected=error.expected,
                actual=f"format {_shown(number)}",
                next_step=error.next_step,
            )
        ]
    return []


def shape(document: Document) -> tuple[Inventory | None, list[Problem]]:
    """Return the inventory, or None and what of ``document`` has not the shape of one."""
    try:
        return Inventory.model_validate(document.tree), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    misspelt = _misspelt(details)
    meant = {*misspelt.values()}
    rest = [detail for detail in details if _path(detail) not in meant]
    return None, [_problem(detail, document, misspelt) for detail in rest]


def _misspelt(details: Iterable[ErrorDetails]) -> Mapping[Path, Path]:
    """Return for unknown keys which missing key of the same entry was probably meant."""
    missing: dict[Path, list[str]] = {}
    for detail in details:
        *above, key = _path(detail)
        if detail["type"] == "missing":
            missing.setdefault((*above,), []).append(str(key))
    misspelt: dict[Path, Path] = {}
    for detail in details:
        *above, wrong = _path(detail)
        if detail["type"] != "extra_forbidden":
            continue
        keys = missing.get((*above,), [])
        if meant := key_like(str(wrong), keys):
            misspelt[*above, wrong] = (*above, meant)
    return misspelt


def key_like(wrong: str, keys: Iterable[str]) -> str | None:
    """Return which of ``keys`` was probably meant: one that is near, or that has the same start."""
    keys = list(keys)
    begun = [key for key in keys if key.startswith(wrong) or wrong.startswith(key)]
    return nearest(wrong, keys) or (begun[0] if len(begun) == 1 else None)


MISSING = "NDC-E0202"


def _path(detail: ErrorDetails) -> Path:
    return tuple(step for step in detail["loc"] if step != "[key]")


def _problem(detail: ErrorDetails, document: Document, misspelt: Mapping[Path, Path]) -> Problem:
    path = _path(detail)
    match detail["type"]:
        case "extra_forbidden":
            return _unknown(path, misspelt.get(path), document)
        case "missing":
            return _missing(path, document)
        case _ if "[key]" in detail["loc"]:
            return _bad_name(path, detail, document)
        case "unprintable":
            return _unprintable(path, detail, document)
        case _:
            return _bad_value(path, detail, document)


def _unknown(path: Path, meant: Path | None, document: Document) -> Problem:
    keys = keys_at(path[:-1])
    wrong = str(path[-1])
    hint = str(meant[-1]) if meant else nearest(wrong, keys)
    return Problem(
        document.key_at(*path),
        "NDC-E0201",
        f'unknown key "{brief(wrong)}" in {_words(path[:-1])}',
        expected=listed(keys),
        actual=f"{brief(wrong)}{foreign(wrong)}",
        next_step=f"did you mean {hint}?" if hint else "remove it, or write one of these",
    )


def _missing(path: Path, document: Document) -> Problem:
    return Problem(
        document.key_at(*path),
        MISSING,
        f'{_words(path[:-1])} has no "{path[-1]}"',
        expected=f"the key {path[-1]}",
        actual="not declared",
        next_step="add it; `ndc show schema` lists every key and what it means",
    )


def _bad_name(path: Path, detail: ErrorDetails, document: Document) -> Problem:
    return Problem(
        document.key_at(*path),
        "NDC-E0203",
        f'"{brief(str(path[-1]))}" cannot be a name in {_words(path[:-1])}',
        expected=_expectation(detail),
        actual=f"{brief(str(detail['input']))}{foreign(str(detail['input']))}",
        next_step="choose another name",
    )


def _bad_value(path: Path, detail: ErrorDetails, document: Document) -> Problem:
    wrong = detail["input"]
    choices = choices_in(detail)
    hint = nearest(str(wrong), choices)
    return Problem(
        document.at(*path),
        "NDC-E0205" if "ip_" in detail["type"] else "NDC-E0204",
        f"{_words(path)} is {_shown(wrong)}",
        expected=_expectation(detail),
        actual=f"{_shown(wrong)}{_foreign_in(wrong, detail['type'])}",
        next_step=f"did you mean {hint}?" if hint else "write a value of that kind",
    )


def _unprintable(path: Path, detail: ErrorDetails, document: Document) -> Problem:
    obstacle, at = detail["ctx"]["obstacle"], detail["ctx"]["at"]
    return Problem(
        document.at(*path),
        "NDC-E0206",
        f"{_words(path)} is not a line of text",
        expected="printable characters on one line, without {{, {% and {#",
        actual=f"{obstacle} at character {at} of {_shown(detail['input'])}",
        next_step="leave it out; programs read this text as well",
    )


def _foreign_in(wrong: object, kind: str) -> str:
    """Return a remark on letters of a ``wrong`` word that only look like ours; a title has any."""
    return (
        foreign(str(wrong)) if kind in {"string_pattern_mismatch", "enum", "literal_error"} else ""
    )


def _expectation(detail: ErrorDetails) -> str:
    """Return what would have been right, in words of a person."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], f"text that matches {context['pattern']}")
    if kind == "value_error":
        return str(context["error"])
    if choices := choices_in(detail):
        return f"one of {listed(choices)}"
    if kind in {"string_too_long", "too_long"}:
        unit = " characters" if isinstance(detail["input"], str) else ""
        return f"at most {context['max_length']}{unit}"
    if kind == "too_short" and isinstance(detail["input"], str):
        kind = "string_too_short"
    plain = detail["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return _KINDS.get(kind, plain)


_KINDS = {
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "too_short": "a longer list",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "ip_v4_network": "an IPv4 prefix without host bits, such as 198.19.0.0/19",
    "dict_type": "keys with values, indented below it",
    "model_type": "keys with values, indented below it",
    "tuple_type": "a list: [one, two]",
    "frozen_set_type": "a list: [one, two]",
}


_PATTERNS = {
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "small letters, digits and single dashes, a letter first",
    r"^T[0-9]$": "T and one digit",
}


def choices_in(detail: ErrorDetails) -> list[str]:
    """Return the words of which one was expected; none if it was not a choice of words."""
    if detail["type"] not in {"enum", "literal_error"}:
        return []
    text = str(detail["ctx"]["expected"]).replace(" or ", ", ")
    return [word.strip("'") for word in text.split(", ")]


def _shown(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case str():
            return f'"{brief(value)}"'
        case dict() | list():
            return f"a {'list' if isinstance(value, list) else 'section'} of {len(value)}"
        case _:
            return brief(str(value))


def _words(path: Path) -> str:
    """Return ``path`` as a person would name it: ``region of ndc01``, ``the inventory``."""
    if not path:
        return "the inventory"
    name = brief(str(path[1] if len(path) > 1 else path[0]))
    rest = ".".join(step for step in path[2:] if isinstance(step, str))
    return f"{rest} of {name}" if rest else name


def keys_at(path: Path) -> list[str]:
    """Return the keys that the model knows at ``path``."""
    kind: Any = Inventory
    for step in path:
        kind = _inner(kind, step)
    kind = _bare(kind)
    return sorted(kind.model_fields) if _is_model(kind) else []


def _inner(kind: Any, step: str | int) -> Any:
    bare = _bare(kind)
    if _is_model(bare):
        return bare.model_fields[step].annotation
    return get_args(bare)[-1]


def _bare(kind: Any) -> Any:
    """Return ``kind`` without annotations and without the possibility of absence."""
    while get_origin(kind) in {Annotated, UnionType}:
        kind = get_args(kind)[0]
    return kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
