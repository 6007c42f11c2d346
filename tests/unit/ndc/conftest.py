"""A checkout in which ``ndc`` is typed, with an environment of stub servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout, checkout
from tests.stubs.network import stub_network


@pytest.fixture
def typed(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Checkout]:
    """Return where ``ndc`` is typed."""
    on = request.getfixturevalue("stub_ground")
    with stub_network(on, SERVICE, tmp_path / "hosts") as stub:
        yield checkout(stub, tmp_path, monkeypatch, capfd)
