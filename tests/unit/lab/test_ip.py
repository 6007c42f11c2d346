"""What is gone already is removed."""

from __future__ import annotations

import pytest

from core.errors import Rejected
from lab import ip


def test_an_interface_whose_namespace_went_meanwhile_is_removed() -> None:
    with pytest.raises(Rejected):
        ip.batch(["link del link7"], "nobody-is-there")

    ip.remove_interface("link7", "nobody-is-there")
