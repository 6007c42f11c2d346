"""No page for the night, no help and no text of ours says what is declared in one network."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import ROOMS, tracked
from tests.networks import ROOT, network

COMPACT = network("compact")
ALSO_WORDS = {"witness", "identity"}
CALLED: set[str] = {
    *(site.name for site in COMPACT.sites),
    *(host.name for host in COMPACT.hosts),
    *(link.name for link in COMPACT.links),
    *(database.name for database in COMPACT.databases),
    *(service.name for service in COMPACT.services),
    *(store.name for store in COMPACT.stores),
    *(str(pool.folder) for pool in COMPACT.pools),
}
NAMED = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(CALLED - ALSO_WORDS)))})(?!\w)")
PAGES = tracked("docs/runbooks/*.md")


def _texts(path: Path) -> Iterator[str]:
    """Yield the texts in ``path`` that are no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    about = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in about:
            yield node.value


def test_something_is_called_something() -> None:
    assert NAMED.search("Power off ndc01-app")
    assert len(PAGES) > 80


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_for_the_night_names_nothing_of_one_network(page: Path) -> None:
    assert NAMED.findall(page.read_text("utf-8")) == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_text_of_a_room_names_anything_of_one_network(room: str) -> None:
    found = {
        f"{path.name}: {name}"
        for path in tracked(f"{room}/**.py")
        for text in _texts(path)
        for name in NAMED.findall(text)
    }

    assert found == set()
