"""Golden texts: what somebody approved once, and every test that makes it compares.

``make golden`` writes them anew; the difference is then read before it is kept.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.networks import ROOT

REFRESH: Final = "NDC_REFRESH_GOLDEN"
"""the variable that has golden texts written anew"""
_COMPARES: Final = {"golden", "snap_compare"}
"""what a test asks for that compares with a golden text"""


class Golden:
    """Compares texts with files of the checkout, or writes these anew.

    A test makes a text from fixed values, and names the file that somebody approved::

        def test_a_plan_reads_well(golden: Golden) -> None:
            golden(GOLDEN / "switchover.txt", plan_text(switchover()))
    """

    def __init__(self, *, refreshes: bool) -> None:
        self._refreshes = refreshes
        self.compared: set[Path] = set()
        self.refreshed: list[Path] = []

    def __call__(self, path: Path, told: str) -> None:
        """Demand that the file at ``path`` holds what was ``told``."""
        self.compared.add(path)
        if self._refreshes and not (path.exists() and path.read_text("utf-8") == told):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(told, "utf-8")
            self.refreshed.append(path)
        assert told == path.read_text("utf-8"), "make golden, where that is meant"


GOLDEN: Final = pytest.StashKey[Golden]()


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> Golden:
    """Return what every test of this session compares with."""
    return pytestconfig.stash[GOLDEN]


@pytest.fixture(scope="session")
def stub_ground(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Return the keys, addresses and certificates of a network of stub servers."""
    from tests.networks import ONE_STORE, PORTAL_ALONE, network  # noqa: PLC0415 - few tests need it, and it loads much
    from tests.stubs.network import ground  # noqa: PLC0415 - as well

    on = network("tiny", *PORTAL_ALONE, ONE_STORE)
    return ground(on, tmp_path_factory.mktemp("ground") / "secrets")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to refresh where nobody reads the difference."""
    refreshes = bool(os.environ.get(REFRESH))
    config.option.update_snapshots |= refreshes
    if config.option.update_snapshots and os.environ.get("CI"):
        raise pytest.UsageError("CI compares with golden texts and refreshes none")
    config.stash[GOLDEN] = Golden(refreshes=refreshes)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None]:
    """Put what judges the whole session at its end; leave it out where less than all runs.

    A session that refreshes runs what compares, and nothing else.
    """
    comparing = _that_compare(items)
    yield
    is_whole = (
        config.args_source is config.ArgsSource.TESTPATHS
        and not config.getoption("lf", default=False)
        and _that_compare(items) == comparing
    )
    last = [item for item in items if item.get_closest_marker("after_all")]
    first = [item for item in items if item not in last]
    chosen = _that_compare(first) if os.environ.get(REFRESH) else first
    chosen += last if is_whole else []
    if len(chosen) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def pytest_collection_finish() -> None:
    """Let tests begin with the usual umask, Patroni sets its own when it is imported; and swiftly.

    What was imported and collected stays to the end: it is not looked through for garbage again,
    and garbage is looked for less often than the little that there is by default.
    """
    os.umask(0o022)
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def _that_compare(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    return [item for item in items if _COMPARES & {*getattr(item, "fixturenames", ())}]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name the texts that are to be read."""
    for path in config.stash[GOLDEN].refreshed:
        terminalreporter.write_line(f"refreshed: {path.relative_to(ROOT)}")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return a list that grows by every file and folder that is synced from now on."""
    paths: list[Path] = []
    fsync = os.fsync  # noqa: TID251 - what is counted here

    def noting(descriptor: int) -> None:
        paths.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    return paths
