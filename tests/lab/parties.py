"""Whom stores name, as curl is told to be one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.lab.terminal import Terminal

_HANDED: Final = "/run/handed-to-a-party"


@contextmanager
def certificate_of(lab: Terminal, party: str, host: str) -> Iterator[str]:
    """Give what curl is told on ``host`` to be ``party``, which has its certificate there."""
    own = lab.secrets / "clients" / f"party-{party}"
    put = f"umask 077 && mkdir -p {_HANDED} && cat >{_HANDED}"
    try:
        for name in ("tls.crt", "tls.key"):
            words = ("ssh", host, "--", "sh", "-c", f"{put}/{name}")
            assert lab.ndc(*words, given=(own / name).read_text("utf-8")).code == 0
        yield f"--cert {_HANDED}/tls.crt --key {_HANDED}/tls.key"
    finally:
        lab.on(host, "rm", "-rf", _HANDED)
