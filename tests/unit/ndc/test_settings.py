"""Where things are, as the variables of a process say."""

from __future__ import annotations

from pathlib import Path

import pytest

from ndc.settings import Settings, paths_of, settings
from tests.networks import DECLARED, ROOT


def test_without_a_variable_the_home_is_this_checkout() -> None:
    made = Settings.of_environment({})

    assert made.home == ROOT
    assert made.declared == DECLARED


def test_a_home_that_is_named_moves_all_that_lies_in_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NDC_HOME", str(tmp_path))

    assert settings().declared == tmp_path / "inventory/declared"
    assert paths_of("ci").root == tmp_path / "var/ci"


@pytest.mark.parametrize(
    ("named", "cache"),
    [
        ({"XDG_CACHE_HOME": "/srv/cache"}, "/srv/cache/ndc"),
        ({"XDG_CACHE_HOME": ""}, "/home/an/.cache/ndc"),
        ({"XDG_CACHE_HOME": "here"}, "/home/an/.cache/ndc"),
        ({}, "/home/an/.cache/ndc"),
    ],
)
def test_the_cache_is_where_xdg_has_it(
    monkeypatch: pytest.MonkeyPatch, named: dict[str, str], cache: str
) -> None:
    monkeypatch.setenv("HOME", "/home/an")

    assert str(Settings.of_environment(named).cache) == cache
