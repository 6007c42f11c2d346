"""Remembers by which keys the probes sign, so that nobody can pass off another one later."""

from __future__ import annotations

from access.secrets import Secrets
from access.secrets.private_files import write_private
from core import files
from core.text import Say
from dr.live.probe import Probes


def keep_probe_keys(probes: Probes, secrets: Secrets, note: Say) -> None:
    """Add the key that each probe signs with now to those that are known of it.

    Earlier ones stay known, since what they signed is evidence still. ``note`` hears of a host
    whose key is another than before.
    """
    for host, key in probes.keys().items():
        path = secrets.probe_keys(host)
        known = (files.read_if_there(path) or "").splitlines()
        if key in known:
            continue
        if known:
            note(f"the probe on {host} signs with another key than before; both are kept")
        write_private(path, "".join(f"{one}\n" for one in [*known, key]))
