"""A real etcd, and what the campaign reads of its past."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.clients.etcd import Delete, Put
from inventory.etcd import ROOT, placements
from tests.campaign.sources import now_in, versions
from tests.contract.etcd_server import etcd_server
from tests.networks import network

pytestmark = pytest.mark.lab

OF = network()
KEY = f"{placements(OF.environment)}portal"


def test_every_version_of_a_key_is_read_back_to_where_it_was_absent(tmp_path: Path) -> None:
    with etcd_server(tmp_path, OF) as server:
        server.admit()
        etcd = server.speaking_as(ROOT)
        etcd.change([], [Put(KEY, "before it was removed")])
        etcd.change([], [Delete(KEY)])
        first = now_in(etcd)
        for value in ("one", "two", "three"):
            etcd.change([], [Put(KEY, value)])

        found = list(versions(etcd, KEY))
        none = list(versions(etcd, f"{KEY}-that-there-is-not"))

    assert [kept.value for kept in found] == ["three", "two", "one"]
    assert [kept.revision for kept in found] == [first + 3, first + 2, first + 1]
    assert none == []
