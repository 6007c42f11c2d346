"""Whatever comes, goes and returns, in whatever order: a number is a name's for good."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from inventory.allocate import allocate
from inventory.allocations import Allocations
from inventory.loader import load
from inventory.model import Inventory
from tests.inventories.generated import as_text, ring

SITES = st.sets(st.sampled_from("abcdefghi"), min_size=1, max_size=7)
NUMBERS = range(1, 8)
"""of sites: two names have to wait until another rests"""


@dataclass
class Promise:
    """What each name is owed, kept apart from the code that keeps it."""

    owed: dict[str, int] = field(default_factory=dict)
    left_at: dict[str, int] = field(default_factory=dict)
    """generation in which a name that rests was missing first"""

    def next_number(self) -> set[int]:
        """Return the numbers of which a new name may have one."""
        if free := set(NUMBERS) - set(self.owed.values()):
            return {min(free)}
        longest = min(self.left_at.values())
        return {self.owed[name] for name, at in self.left_at.items() if at == longest}

    def give(self, name: str, number: int) -> None:
        """Note that ``name``, which was owed none, has ``number`` now."""
        for owner in [owner for owner, its in self.owed.items() if its == number]:
            del self.owed[owner], self.left_at[owner]
        self.owed[name] = number


class Generations(RuleBasedStateMachine):
    """An inventory whose sites come and go, with its allocations kept as text in between."""

    @initialize()
    def begin(self) -> None:
        self.text = Allocations().to_yaml()
        self.promise = Promise()
        self.generation = 0

    @rule(names=SITES)
    def declare(self, names: set[str]) -> None:
        self.generation += 1
        made = allocate(_inventory(names), "any", Allocations.from_yaml(self.text))
        self.text = made.to_yaml()
        sites = made.series["sites"]

        assert set(sites.given) == names
        for name in set(self.promise.owed) - names:
            self.promise.left_at.setdefault(name, self.generation)
        for name in names:
            self.promise.left_at.pop(name, None)
        for name in sorted(names):
            if name not in self.promise.owed:
                assert sites.given[name] in self.promise.next_number()
                self.promise.give(name, sites.given[name])
        assert {**sites.given, **sites.released} == self.promise.owed


def _inventory(names: set[str]) -> Inventory:
    sections = ring(names)
    few = {"loopbacks": "198.19.0.0/21", "lans": "198.19.32.0/21"}
    return load(as_text({**sections, "pools": {**sections["pools"], **few}}))  # type: ignore[dict-item]  # sections are plain YAML


Generations.TestCase.settings = settings(max_examples=30, stateful_step_count=8, deadline=None)
TestGenerations = Generations.TestCase
