"""What a new certificate, or a new list of who is let in or out, does to the programs of a host."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import pytest
from cryptography import x509

from playbooks.module_utils.ndc_units import Unit
from tests.networks import network
from tests.unit.playbooks.conftest import Rendered

STORES = {f"ndc-store-{store.name}.service" for store in network("tiny").stores}
"""that ask who reads"""


@pytest.mark.parametrize(
    ("renewed", "reloaded"),
    [
        (
            "/etc/ndc/tls.crt",
            {"patroni-general-db.service", "patroni-identity-db.service", "prometheus.service"},
        ),
        ("/etc/ndc/agent.crt", set()),
        ("/etc/ndc/ca.crl", STORES),
        ("/etc/ndc/askers.crt", set()),
        ("/etc/ndc/services/public-service-portal.crt", {"nginx.service"}),
        ("/etc/ndc/stores/general-open.crt", {"ndc-store-general-open.service"}),
    ],
)
def test_a_certificate_that_is_renewed_restarts_nothing(
    rendered: Mapping[str, Rendered], renewed: str, reloaded: set[str]
) -> None:
    told: dict[str, set[str]] = {"restart": set(), "reload": set()}
    for contents in rendered.values():
        for tree in contents.trees:
            for unit in (Unit(**each) for each in tree.get("units") or []):
                if asked := unit.must(renewed):
                    told[asked].add(unit.name)

    assert told == {"restart": set(), "reload": reloaded}


def test_every_voter_refuses_what_is_revoked(rendered: Mapping[str, Rendered]) -> None:
    for host in network("tiny").voters:
        files = {
            given["path"]: given
            for tree in rendered[host].trees
            for given in tree.get("files") or []
        }
        pem = x509.load_pem_x509_crl(files["/etc/ndc/ca.crl"]["content"].encode())
        der = base64.b64decode(files["/etc/etcd/ca.crl"]["content_base64"])

        assert x509.load_der_x509_crl(der) == pem
        for listener in ("CLIENT", "PEER"):
            assert (
                f"ETCD_{listener}_CRL_FILE=/etc/etcd/ca.crl\n"
                in files["/etc/etcd/etcd.env"]["content"]
            )
