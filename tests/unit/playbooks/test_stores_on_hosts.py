"""Who is served what of a store: asked of a real nginx, with the settings that a host holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from access.secrets import Secrets, ensure_secrets
from core.host_paths import AUTHORITY, REVOKED, HostPath
from inventory.contents import contents_of
from inventory.host_stores import HostStore
from inventory.names import HostName, PartyName
from inventory.system_accounts import store_account
from tests.networks import network
from tests.scratch_host import answers
from tests.unit.playbooks.conftest import Rendered

pytestmark = pytest.mark.lab

TINY = network("tiny")
HOST = HostName("ndc01-node")
OWNER, READER = PartyName("general-database"), PartyName("statistics-office")
BEGIN = """
mkdir --parents /srv/store /srv/incoming
echo 0123456789 >/srv/store/file
ln -s /etc/passwd /srv/store/way-out
chown -R {number} /srv/store /srv/incoming {served.key}
ip address add {served.address}/32 dev lo
echo {served.address} {served.name} >>/etc/hosts
setpriv --reuid={number} --regid={number} --clear-groups --no-new-privs \
  --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service \
  nginx -e stderr -c {served.settings} -g "daemon off;" &
until curl --silent --output /dev/null --cacert {authority} https://{served.name}/; do
  sleep 0.1
done
"""
CLIENT = HostPath("/etc/clients")


@dataclass(frozen=True, slots=True)
class Asking:
    """What one client asks for, and what it is told."""

    client: str
    options: str
    path: str
    told: str
    """the status, and how the answer begins where there is one"""

    def command(self, store: str) -> str:
        """Return what asks a host for it and prints what is told."""
        shown = f"--cert {CLIENT / self.client}.crt --key {CLIENT / self.client}.key"
        options = f"{self.options} {shown if self.client else ''} --cacert {AUTHORITY}"
        out = "--output /tmp/body --write-out '%{http_code} '"
        asked = f"curl --silent --max-time 10 {options} {out} https://{store}{self.path}"
        return f"rm -f /tmp/body; {asked}; grep --no-messages --invert-match '<' /tmp/body || :"


PUT = "--upload-file /etc/hostname"
DELETE = "--request DELETE"
OPEN = (
    Asking("", "", "/file", "200 0123456789"),
    Asking("", "--range 2-4", "/file", "206 234"),
    Asking("", PUT, "/file", "403"),
    Asking("reader", PUT, "/file", "403"),
    Asking("reader", DELETE, "/file", "403"),
    Asking("owner", PUT, "/deep/file", "201"),
    Asking("", "", "/deep/file", "200 text"),
    Asking("owner", DELETE, "/deep/file", "204"),
    Asking("", "", "/deep/file", "404"),
    Asking("", "", "/way-out", "403"),
)
SHARED = (
    Asking("", "", "/file", "403"),
    Asking("host", "", "/file", "403"),
    Asking("forger", "", "/file", "400"),
    Asking("reader", "--range 2-4", "/file", "206 234"),
    Asking("reader", PUT, "/file", "403"),
    Asking("owner", PUT, "/file", "204"),
    Asking("reader", "", "/file", "200 text"),
    Asking("forger", PUT, "/file", "400"),
    Asking("owner", "--request MKCOL", "/more/", "403"),
)
SPECIALISED = (
    Asking("", "", "/file", "403"),
    Asking("reader", "", "/file", "403"),
    Asking("owner", "--range 2-4", "/file", "206 234"),
)


def _files(secrets: Secrets, foreign: Secrets, served: HostStore) -> dict[HostPath, str]:
    own = secrets.service_certificate(served.name)
    files = {
        AUTHORITY: secrets.authority.certificate,
        REVOKED: secrets.revoked,
        served.certificate: own.certificate,
        served.key: own.key,
    }
    clients = {
        "owner": secrets.party_certificate(OWNER),
        "reader": secrets.party_certificate(READER),
        "host": secrets.host_certificate(HOST),
        "forger": foreign.party_certificate(OWNER),
    }
    for name, client in clients.items():
        files[CLIENT / f"{name}.crt"], files[CLIENT / f"{name}.key"] = (
            client.certificate,
            client.key,
        )
    return {path: file.read_text("utf-8") for path, file in files.items()}


@pytest.mark.parametrize(
    ("name", "asked"),
    [("general-open", OPEN), ("general-aggregate", SHARED), ("general-specialised", SPECIALISED)],
)
def test_a_store_is_read_by_whom_its_class_names_and_written_by_its_owner(
    rendered: Mapping[str, Rendered], tmp_path: Path, name: str, asked: Sequence[Asking]
) -> None:
    (served,) = (one for one in contents_of(TINY, TINY.host(HOST)).stores if one.name == name)
    (store,) = (one for one in TINY.stores if one.name == name)
    secrets = ensure_secrets(tmp_path / "ours", TINY)
    foreign = ensure_secrets(tmp_path / "theirs", TINY)
    files = _files(secrets, foreign, served)
    files[served.settings] = rendered[HOST].texts()[str(served.settings)]
    files[HostPath("/etc/hostname")] = "text\n"
    number = store_account(store).number
    begin = BEGIN.format(served=served, number=number, authority=AUTHORITY)

    told = answers(tmp_path, files, begin, [each.command(name) for each in asked])

    assert told == [each.told for each in asked]
