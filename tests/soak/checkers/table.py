"""The things that must never happen, eighteen of them, each with who looks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from tests.soak.checkers import acts, data, keeping_out, stores
from tests.soak.checkers.data import Line

CHECKERS: Final[Mapping[str, Callable[[Iterable[Line]], Iterator[str]]]] = {
    "I1 two writers": data.two_writers,
    "I2 an old epoch is obeyed": acts.old_epochs,
    "I3 a planned switch loses a write": data.lossy_switches,
    "I4 a loss that nobody named": data.unnamed_losses,
    "I5 dead on one word": acts.deaths,
    "I6 two runs at once": acts.two_movers,
    "I7 the last serving site is taken away": acts.last_serving,
    "I8 a guess": data.guessed_leaders,
    "I9 stale status is believed": acts.stale_beliefs,
    "I10 recovery needs what is lost": acts.needed_the_lost,
    "I11 a tail is wiped, or a former leader writes": data.wiped_tails,
    "I12 a step is done twice": acts.done_twice,
    "I13 a copy leads that was only waited for": data.crossings,
    "I14 what is kept out announces": keeping_out.announced_though_kept_out,
    "I15 citizens come to what was given up": keeping_out.came_to_what_was_given_up,
    "I16 two write a store": stores.two_store_writers,
    "I17 a store begins from another point": stores.other_points,
    "I18 a store loses more than was announced": stores.unannounced_losses,
}


def violations(history: Iterable[Line]) -> list[str]:
    """Return everything that must never happen and did, each by the name of its invariant."""
    lines = list(history)
    return [f"{name}: {sentence}" for name, look in CHECKERS.items() for sentence in look(lines)]
