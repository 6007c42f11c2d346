"""What somebody sees who listens between hosts while citizens submit: nothing that can be read."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ndc.settings import paths_of
from tests.lab.capture import recorded
from tests.lab.recovery import Portal, kept, submit
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

CLEAR = b"anybody reads me"
"""sixteen bytes that ping carries as they are"""


def test_a_capture_between_hosts_shows_neither_a_submission_nor_a_password(
    lab: Terminal, tmp_path: Path
) -> None:
    portal = Portal.declared(lab)
    marker = f"marker-{tmp_path.name}-of-a-citizen"
    far = next(
        host["loopback"]
        for host in lab.declared("hosts")
        if host["site"] == portal.pair[0] and "database" in host["roles"]
    )

    with _listening(lab, tmp_path):
        for number in range(5):
            submit(lab, portal, f"{marker}-{number}", {"marker": marker})
        assert kept(lab, portal, f"{marker}-0")[0]["body"] == {"marker": marker}
        lab.on(portal.door, "ping", "-n", "-q", "-c", "3", "-p", CLEAR.hex(), far)

    seen = {file.stem: file.read_bytes() for file in tmp_path.glob("*.pcap")}
    assert _kinds(seen, CLEAR) == {"link", "lan"}, "the capture would not have seen clear text"
    assert any(_packets(file, "tcp port 443") for file in tmp_path.glob("*.link*.pcap"))
    assert any(_packets(file, "tcp port 5432") for file in tmp_path.glob("*.link*.pcap"))
    for what, secret in _secrets(lab, marker):
        leaks = [place for place, data in seen.items() if secret in data]
        assert not leaks, f"{what} crossed {', '.join(leaks)} in the clear"


@contextmanager
def _listening(lab: Terminal, folder: Path) -> Iterator[None]:
    """Record every packet of every link and site network in ``folder``, a file an interface."""
    with ExitStack() as ends:
        for namespace in _namespaces(lab):
            for interface in _interfaces(namespace):
                file = folder / f"{namespace}.{interface}.pcap"
                ends.enter_context(recorded(interface, file, namespace=namespace))
        yield


def _namespaces(lab: Terminal) -> list[str]:
    """Return the network namespaces of the environment's hosts."""
    number = json.loads(paths_of(lab.environment).description.read_text("utf-8"))["number"]
    return [f"ndc{number}.{host['host']}" for host in lab.declared("hosts")]


def _interfaces(namespace: str) -> list[str]:
    told = subprocess.run(
        ["ip", "-n", namespace, "-json", "link", "show"], capture_output=True, check=True
    ).stdout
    names = [interface["ifname"] for interface in json.loads(told)]
    return [name for name in names if re.fullmatch(r"link\d+|lan0", name)]


def _secrets(lab: Terminal, marker: str) -> Iterator[tuple[str, bytes]]:
    """Yield what nobody may read on the way, and what it is called."""
    yield "a submission", marker.encode()
    yield "the word password", b"password"
    folder = paths_of(lab.environment).secrets
    files = [*(folder / "passwords").iterdir(), folder / "bgp_password"]
    assert len(files) > 1
    yield from ((file.name, file.read_bytes().strip()) for file in files)


def _kinds(seen: dict[str, bytes], text: bytes) -> set[str]:
    """Return between what ``text`` was seen: on links, in a site's network."""
    places = (place.rpartition(".")[2] for place, data in seen.items() if text in data)
    return {re.sub(r"\d", "", place) for place in places}


def _packets(file: Path, which: str) -> int:
    told = subprocess.run(
        ["tcpdump", "-nn", "-r", str(file), which], capture_output=True, text=True, check=True
    )
    return len(told.stdout.splitlines())
