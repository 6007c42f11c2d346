"""The lab suite stands in front of the program as its user does: it only types commands.

One network of profile ``tiny``, made at the start and destroyed at the end, for
all tests of the session; what a test breaks, it mends.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.lab.capture import recorded, stray
from tests.lab.leftovers import Leftovers
from tests.lab.terminal import Terminal

ENVIRONMENT = os.environ.get("NDC_TEST_ENV", "suite")


@pytest.fixture(scope="session")
def before() -> Leftovers:
    """Return what was on this machine before the suite made anything."""
    return Leftovers.seen()


@pytest.fixture(scope="session")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield the folder of lab packets seen on interfaces that are not the lab's, a file each."""
    folder = tmp_path_factory.mktemp("outside")
    told = subprocess.run(["ip", "-json", "link", "show", "up"], capture_output=True, check=True)
    # those that are not up are told as well, and nothing of them
    interfaces = [found["ifname"] for found in json.loads(told.stdout) if found]
    with ExitStack() as ends:
        for interface in interfaces:
            file = folder / f"{interface}.pcap"
            ends.enter_context(recorded(interface, file, stray(interface)))
        yield folder


@pytest.fixture(scope="session")
def lab(before: Leftovers, capture: Path) -> Terminal:  # noqa: ARG001 - first of all, so that they see everything
    """Return a terminal in front of a running network of profile ``tiny``.

    ``toolchain/lab-suite`` destroys it afterwards, when it has kept the logs.
    """
    terminal = Terminal(ENVIRONMENT)
    terminal.ndc("env", "destroy", ENVIRONMENT, bound_seconds=300)
    terminal.done(
        "env", "create", ENVIRONMENT, "--profile", "tiny", "--throwaway", bound_seconds=900
    )
    return terminal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what ends the day at its end."""
    items.sort(key=lambda item: item.get_closest_marker("ends_the_day") is not None)
