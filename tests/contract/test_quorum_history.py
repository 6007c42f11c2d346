"""A real etcd, and what the campaign reads of its past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from access.clients.etcd import Delete, Put
from inventory.etcd import ROOT, exclusions, placements
from tests.campaign.history import NOTHING, Kept
from tests.campaign.sources import now_in, of_exclusions, versions
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
        etcd.change([], [Delete(KEY)])
        etcd.change([], [Put(KEY, "four")])
        beyond = list(versions(etcd, KEY, [first + 2, first + 3, first - 1]))

    assert [kept.value for kept in found] == ["three", "two", "one"]
    assert [kept.revision for kept in found] == [first + 3, first + 2, first + 1]
    assert none == []
    said = ["four", "three", "two", "one", "before it was removed"]
    assert [kept.value for kept in beyond] == said


def test_who_was_kept_out_and_admitted_is_told_by_what_stood_at_each_sample(
    tmp_path: Path,
) -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    key = f"{exclusions(OF.environment)}ndc01-data"
    with etcd_server(tmp_path, OF) as server:
        server.admit()
        etcd = server.speaking_as(ROOT)
        samples = [Kept(now_in(etcd), NOTHING, at)]
        etcd.change([], [Put(key, "it was given up")])
        samples.append(Kept(now_in(etcd), NOTHING, at + timedelta(seconds=1)))
        etcd.change([], [Delete(key)])
        samples.append(Kept(now_in(etcd), NOTHING, at + timedelta(seconds=2)))

        told = list(of_exclusions(etcd, OF, samples))

    # who is admitted may have been so as soon as the sample before had been taken
    assert [(kept.told[:2], kept.at) for kept in told] == [
        (("excluded", "ndc01-data"), at + timedelta(seconds=1)),
        (("admitted", "ndc01-data"), at + timedelta(seconds=1)),
    ]
