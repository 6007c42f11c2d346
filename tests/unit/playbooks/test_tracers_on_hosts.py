"""Tracers of a drill, by the program that writes them: asked of a real nginx, as a host has it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from access.secrets import Secrets, ensure_secrets
from core.host_paths import AUTHORITY, PROGRAM_IN_USE, PROGRAMS, PYTHON, REVOKED, HostPath
from dr.tracing import TracerParty, parties_text, read_shown, read_trails
from inventory.contents import contents_of
from inventory.host_stores import HostStore
from inventory.names import HostName, StoreName
from inventory.system_accounts import store_account
from tests.networks import network
from tests.scratch_host import answers
from tests.unit.playbooks.conftest import Rendered
from tests.unit.playbooks.test_stores_on_hosts import BEGIN
from toolchain.build.places import CHECKOUT
from toolchain.build.wheel import on_hosts

pytestmark = pytest.mark.lab

TINY = network("tiny")
STORE = TINY.store(StoreName("general-specialised"))
HOST = HostName("ndc01-node")
OURS: Final = PROGRAMS / "ours"
PARTIES = HostPath("/etc/parties")
TRACE = f"{PYTHON} -I -m dr.onhost.trace_main"
FOLDER = "/srv/store/ndc-drill-D"
WRITE = f"""
{TRACE} write D 300 <{PARTIES} >/tmp/lines 2>&1 & writer=$!
until [ "$(ls {FOLDER} 2>/dev/null | wc -l)" -ge 3 ]; do sleep 0.2; done
{TRACE} now D
rm {FOLDER}/1
"""
END = f"{TRACE} end D >/dev/null; wait $writer; cat /tmp/lines"
LEFT = "ls /srv/store /run/ndc-tracing; grep -rl 'PRIVATE KEY' /tmp /run 2>/dev/null || :"
NO_READER = f"{TRACE} write E 300 <{PARTIES} | head -1 | cut -c1-30; ls /srv/store"
ASTRAY = f"""
mkdir {FOLDER} && touch {FOLDER}/1 && chown -R --reference=/srv/store {FOLDER}
{TRACE} remove D <{PARTIES}
ls /srv/store
"""


def _files(served: HostStore, secrets: Secrets, rendered: str) -> dict[HostPath, str]:
    own, party = secrets.service_certificate(served.name), secrets.party_certificate(STORE.owner)
    proof = (party.certificate.read_text("utf-8"), party.key.read_text("utf-8"))
    texts = {
        AUTHORITY: secrets.authority.certificate.read_text("utf-8"),
        REVOKED: secrets.revoked.read_text("utf-8"),
        served.certificate: own.certificate.read_text("utf-8"),
        served.key: own.key.read_text("utf-8"),
        served.settings: rendered,
        PARTIES: parties_text([TracerParty(STORE.name, str(STORE.address), *proof)]),
        PROGRAM_IN_USE: f"{OURS}\n",
    }
    programs = {OURS / str(one.relative_to(CHECKOUT)): one.read_text("utf-8") for one in on_hosts()}
    return texts | programs


def test_tracers_are_written_looked_for_and_removed_and_their_key_is_on_no_disk(
    rendered: Mapping[str, Rendered], tmp_path: Path
) -> None:
    (served,) = (s for s in contents_of(TINY, TINY.host(HOST)).stores if s.name == STORE.name)
    secrets = ensure_secrets(tmp_path / "ours", TINY)
    files = _files(served, secrets, rendered[HOST].texts()[str(served.settings)])
    begin = BEGIN.format(served=served, number=store_account(STORE).number, authority=AUTHORITY)

    shown, lines, left, unread, removed = answers(
        tmp_path, files, begin, [WRITE, END, LEFT, NO_READER, ASTRAY]
    )

    _, acknowledged = read_shown(shown)
    trail = read_trails(lines)[STORE.name]
    assert acknowledged[STORE.name] >= 2
    assert (sorted(trail.gone), trail.removed) == ([1], True)
    assert {0, 2} <= trail.present
    assert len(trail.tracers) == len(trail.present) + 1
    assert left.split() == ["/run/ndc-tracing:", "D", "/srv/store:", "file", "way-out"]
    assert unread.split()[1:] == ["file", "way-out"]
    assert read_trails(removed.splitlines()[0])[STORE.name].removed
    assert removed.split()[-2:] == ["file", "way-out"]
