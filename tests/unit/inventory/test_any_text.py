"""Whatever is written: an inventory that derives, or problems with places. Nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.loader import load
from inventory.model import Inventory
from inventory.problems import InventoryProblems, Problem
from tests.networks import THREE_SITES, network_of, texts_of

TEXTS = texts_of(THREE_SITES)
PLACES = st.sampled_from(
    [(name, line) for name, text in TEXTS.items() for line in range(len(text.splitlines()))]
)
ALIEN = st.sampled_from(
    [
        "",
        "- a",
        "x: 1",
        "  title: [",
        "regions:",
        "  alpha: ~",
        "  gamma: 7",
        "    region: [north]",
        "    ends: [alpha]",
        "    - *x",
        "sites: &x { y: *x }",
        "  services: 0.0.0.0/0",
        "    latitude: .nan",
        "    port: 1e400",
        "? [a]",
        "\x00",
        "--- second document",
    ]
)


@given(st.lists(st.tuples(PLACES, ALIEN, st.booleans()), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_a_mistake_is_a_problem_and_never_a_crash(
    mistakes: list[tuple[tuple[str, int], str, bool]],
) -> None:
    texts = {name: text.splitlines() for name, text in TEXTS.items()}
    for (name, line), alien, is_added in mistakes:
        texts[name][line : line + (not is_added)] = [alien]

    found, inventory = _loaded({name: "\n".join(lines) for name, lines in texts.items()})

    assert all(problem.next_step for problem in found)
    if inventory is not None:
        assert all(network_of(inventory, profile).digest for profile in inventory.profiles)


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_text_beside_the_others_is_read_or_refused(text: str) -> None:
    found, inventory = _loaded({**TEXTS, "more.yaml": text})

    assert bool(found) != bool(inventory)
    assert {problem.place.file for problem in found} <= {*TEXTS, "more.yaml"}


def _loaded(texts: dict[str, str]) -> tuple[tuple[Problem, ...], Inventory | None]:
    try:
        return (), load(texts)
    except InventoryProblems as found:
        return found.problems, None
