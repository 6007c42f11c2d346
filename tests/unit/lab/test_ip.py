"""What is gone already is removed."""

from __future__ import annotations

import pytest

from core.errors import Rejected
from lab import ip


def test_an_interface_whose_namespace_went_meanwhile_is_removed() -> None:
    with pytest.raises(Rejected):
        ip.batch(["link del link7"], "nobody-is-there")

    ip.remove_interface("link7", "nobody-is-there")


def test_what_is_not_on_this_machine_any_more_is_removed() -> None:
    with pytest.raises(Rejected):
        ip.batch(["link set group default down"], "nobody-is-there")

    ip.remove_interface("nobody-is-here")
    ip.remove_namespace("nobody-is-there")
    ip.take_down("nobody-is-there")


def test_an_interface_that_stays_is_not_called_removed() -> None:
    with pytest.raises(Rejected):
        ip.remove_interface("lo")
