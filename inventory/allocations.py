"""The numbers of an environment: which name has which for good, and which are at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from core.errors import InventoryInvalid
from core.formats import KEY, Format, stated_in
from core.text import first_problem

Numbers: TypeAlias = Mapping[str, int]
_Number = Annotated[int, Field(ge=0, le=4094)]
_HEADING = """\
# Written by ndc. A number stays with its name for good; one whose name is gone
# rests under `released` and is given again only when no other is left.
"""


@dataclass(frozen=True, slots=True)
class Series:
    """One sequence of numbers: no number is in it twice, in use or at rest."""

    given: Numbers = field(default_factory=dict)
    """in use, by their names"""
    released: Numbers = field(default_factory=dict)
    """at rest, by the names that had them; the number that has rested longest is first"""


@dataclass(frozen=True, slots=True)
class Allocations:
    """Every number of one environment, in series such as ``sites`` and ``hosts of ndc01``.

    Addresses follow from these numbers. So a name keeps its number for good, and only
    ``allocate`` makes new ones.
    """

    series: Mapping[str, Series] = field(default_factory=dict)

    def number(self, series: str, name: str) -> int:
        """Return the number that ``name`` was given; KeyError if it was given none."""
        return self.series[series].given[name]

    def to_yaml(self) -> str:
        """Return the text of ``allocations.yaml``."""
        file = {
            name: _Series(given=dict(series.given), released=dict(series.released))
            for name, series in sorted(self.series.items())
        }
        plain = _FILE.dump_python(file, exclude_defaults=True)
        return _HEADING + yaml.safe_dump(Format.ALLOCATIONS.stamped(plain), sort_keys=False)

    @classmethod
    def from_yaml(cls, text: str) -> Allocations:
        """Return what ``to_yaml`` wrote.

        Raises:
            InventoryInvalid: the text is damaged, or of a format that is not read; no number
                may be guessed.
        """
        try:
            file = _FILE.validate_python(_series(yaml.safe_load(text)))
        except (yaml.YAMLError, ValidationError) as error:
            raise InventoryInvalid(
                "allocations.yaml cannot be read",
                expected="series of names and numbers, as ndc wrote them",
                actual=_problem(error),
                next_step="restore the file from a copy; without one: ndc down, remove the file, "
                "then ndc up, which numbers everything anew",
            ) from None
        return cls({name: Series(entry.given, entry.released) for name, entry in file.items()})


def _problem(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return first_problem(error, whole="the file")
    return " ".join(str(error).split()) or "no YAML"


def _series(plain: Any) -> Any:
    """Return ``plain`` without the number of its format."""
    Format.ALLOCATIONS.demand_number(stated_in(plain), "allocations.yaml")
    if isinstance(plain, dict):
        plain.pop(KEY, None)
    return plain


class _Series(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    given: dict[str, _Number] = {}
    released: dict[str, _Number] = {}

    @model_validator(mode="after")
    def _each_number_once(self) -> _Series:
        numbers = [*self.given.values(), *self.released.values()]
        if len(numbers) != len({*numbers}):
            raise ValueError("a number is given twice")
        return self


_FILE = TypeAdapter(dict[str, _Series])
