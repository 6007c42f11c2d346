"""``btrfs send`` through ``ssh``, and nothing else: beside it a store's transfer is measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from core.host_paths import KNOWN_HOSTS
from tests.lab.lab_store import LabStore

_PORT: Final = 443
"""open between hosts, and free at the loopback of a host that serves stores at their addresses"""
_PLACE: Final = "/run/ndc-bench"
_BOUND_SECONDS: Final = 600
_SERVER: Final = f"""\
Port {_PORT}
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile {_PLACE}/authorized_keys
PidFile {_PLACE}/sshd.pid
StrictModes no
UsePAM no
"""


@dataclass(frozen=True, slots=True)
class PlainSsh:
    """A second sshd at the source of ``store``, at ``address``, whose client may run anything."""

    store: LabStore
    address: str

    @classmethod
    @contextmanager
    def between(cls, store: LabStore) -> Iterator[PlainSsh]:
        """Yield one that its refuges may use; afterwards nothing of it is left."""
        hosts = store.lab.done("show", "hosts", "--json").value
        address = next(row["loopback"] for row in hosts if row["host"] == store.source)
        ssh = cls(store, address)
        try:
            keys = "".join(map(ssh._new_key, store.refuges))
            files = f"{_written(keys, 'authorized_keys')} && {_written(_SERVER, 'sshd_config')}"
            start = f"/usr/sbin/sshd -f {_PLACE}/sshd_config -o ListenAddress={address}"
            ssh._run(store.source, f"mkdir -p -m 700 {_PLACE} && {files} && {start}")
            yield ssh
        finally:
            stop = f"test ! -f {_PLACE}/sshd.pid || kill $(cat {_PLACE}/sshd.pid)"
            for host in (store.source, *store.refuges):
                ssh._run(host, f"{stop}; rm -rf {_PLACE}")

    def sent(self, refuge: str, base: str, point: str) -> float:
        """Return the seconds in which ``refuge`` has what differs in ``point`` from ``base``."""
        points = f"{self.store.folder}/.points/{self.store.dataset}"
        into = f"{self.store.folder}/.bench"
        options = f"-F/dev/null -i{_PLACE}/key -p{_PORT} -oBatchMode=yes -oCompression=no"
        known = f"-oHostKeyAlias={self.store.source} -oUserKnownHostsFile={KNOWN_HOSTS}"
        send = f"btrfs send --quiet -p {points}/{base} {points}/{point}"
        pipe = f"ssh {options} {known} root@{self.address} '{send}' | btrfs receive --quiet {into}"
        timed = f"began=$(date +%s%N); {pipe}; echo $(($(date +%s%N) - began))"
        forget = f"btrfs subvolume delete {into}/* >&2; rmdir {into}"
        said = self._run(refuge, f"set -e -o pipefail; mkdir {into}; {timed}; {forget}")
        return int(said) / 1e9

    def _new_key(self, refuge: str) -> str:
        make = f"mkdir -p -m 700 {_PLACE} && ssh-keygen -q -t ed25519 -N '' -f {_PLACE}/key"
        return self._run(refuge, f"{make} && cat {_PLACE}/key.pub")

    def _run(self, host: str, words: str) -> str:
        done = self.store.lab.on(host, "bash", "-c", words, bound_seconds=_BOUND_SECONDS)
        assert done.code == 0, f"{host}: {done.stderr}"
        return done.stdout


def _written(text: str, name: str) -> str:
    """Return the command that writes ``text`` into the file ``name``."""
    return f"printf %s '{text}' > {_PLACE}/{name}"
