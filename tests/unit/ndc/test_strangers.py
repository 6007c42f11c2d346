"""``ndc`` typed by a user whom the machine does not know: no name, no home."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from ndc.cli.asking import identity
from ndc.cli.options import Options
from ndc.settings import Settings


@pytest.fixture(autouse=True)
def stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be one, as far as the library tells."""

    def unknown(*_: object) -> None:
        raise KeyError("getpwuid(): uid not found: 12345")

    for name in ("HOME", "SUDO_USER", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)


def test_built_things_lie_in_the_machines_own_cache() -> None:
    with pytest.raises(RuntimeError):
        Path.home()

    assert Settings.of_environment({}).cache == Path("/var/cache/ndc")


def test_who_asks_is_called_by_number() -> None:
    with pytest.raises(KeyError):
        getpass.getuser()

    assert identity(Options()).login.startswith("user ")
