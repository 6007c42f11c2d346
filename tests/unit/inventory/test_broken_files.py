"""A line that makes a file no YAML is told once, and hides only the entry that it stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

import pytest
import yaml

from inventory.loader import load
from inventory.problems import InventoryProblems, Problem
from tests.networks import DECLARED, texts_of

TEXTS = texts_of(DECLARED)
LINES_OF_EACH = 6
WAYS: Mapping[str, Callable[[str], str]] = {
    "a list that does not end": lambda line: f"  - [\n{line}",
    "a quote that does not end": lambda line: f'" x\n{line}',
    "one space too many": lambda line: f" {line}",
    "one space too few": lambda line: line[1:],
    "no closing bracket": lambda line: line.replace("]", "", 1),
    "no colon": lambda line: line.replace(":", "", 1),
    "two colons": lambda line: f"{line}: : x",
    "a control character": lambda line: f"{line}\x07",
    "a tab": lambda line: f"\t{line}",
}


def _told(texts: Mapping[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(InventoryProblems) as caught:
        load(texts)
    return caught.value.problems


def _is_yaml(text: str) -> bool:
    try:
        yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    return True


@pytest.mark.parametrize("way", WAYS)
def test_a_broken_line_is_one_problem_wherever_it_stands(way: str) -> None:
    choice = Random(way)  # noqa: S311 - a choice, not a secret
    told = []
    for name, text in TEXTS.items():
        lines = text.split("\n")
        for at in choice.sample(range(len(lines)), min(LINES_OF_EACH, len(lines))):
            broken = "\n".join([*lines[:at], WAYS[way](lines[at]), *lines[at + 1 :]])
            if not _is_yaml(broken):
                told.append([(x.place.file == name, x.code) for x in _told(TEXTS | {name: broken})])

    assert told
    assert all(problems == [(True, "NDC-E0101")] for problems in told)


def test_a_mistake_before_or_after_a_broken_entry_is_told() -> None:
    links = TEXTS["links.yaml"]
    links = links.replace("rtt_ms: 3\n", "rtt_ms: -3\n", 1).replace("rtt_ms: 26\n", "rtt_ms: -26\n")
    broken = links.replace("    carrier: carrier-b", "   carrier: carrier-b", 1)
    assert not _is_yaml(broken)

    codes = [problem.code for problem in _told(TEXTS | {"links.yaml": broken})]

    assert codes == ["NDC-E0204", "NDC-E0101", "NDC-E0204"]


def test_a_section_that_is_broken_as_a_whole_hides_only_what_cannot_be_judged_without_it() -> None:
    texts = TEXTS | {"links.yaml": TEXTS["links.yaml"].replace("links:", "links: [", 1)}
    texts["profiles.yaml"] = TEXTS["profiles.yaml"].replace("witness: { control: [voter] }", "", 1)
    workloads = TEXTS["workloads.yaml"].replace("asynchronous: [ndc03]", "asynchronous: [witness]")
    texts["workloads.yaml"] = workloads.replace("refuges: [ndc02, ndc03]", "refuges: [witness]", 1)

    told = {(problem.place.file, problem.code) for problem in _told(texts)}

    assert told == {
        ("links.yaml", "NDC-E0101"),
        ("workloads.yaml", "NDC-E0805"),  # a service where none can be
        ("workloads.yaml", "NDC-E0814"),  # data at a witness
        ("workloads.yaml", "NDC-E0815"),  # a refuge without a copy
        ("profiles.yaml", "NDC-E0702"),  # a vote that is missing
    }


def test_of_a_broken_section_that_is_judged_which_its_whole_entries_say() -> None:
    links = TEXTS["links.yaml"].replace("    carrier: carrier-c", "   carrier: carrier-c", 1)
    shared = links.replace("[ndc01-entry-west, highland-road-north", "[coast-road-north", 1)

    told = [problem.code for problem in _told(TEXTS | {"links.yaml": shared})]

    assert told == ["NDC-E0608", "NDC-E0101"]


def test_a_broken_section_hides_no_mistake_of_the_sections_around_it() -> None:
    network = TEXTS["network.yaml"]
    network = network.replace("default_profile: compact", "default_profile: compakt")
    network = network.replace("198.18.0.0/16 #", "[198.18.0.0/16 #").replace(
        "automatic", "automatik"
    )

    codes = {problem.code for problem in _told(TEXTS | {"network.yaml": network})}

    assert codes == {"NDC-E0101", "NDC-E0204", "NDC-E0301"}
