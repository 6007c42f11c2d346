"""Which sites announce a service: as the paths that a router hears say, by their far ends."""

from __future__ import annotations

import json
from ipaddress import IPv4Network

import pytest

from core.errors import NotSeen
from inventory.names import SiteName
from monitors.collectors.placement import placement_families
from routing.answers import origins
from tests.networks import network

OF = network("tiny")
SERVICE = OF.services[0]
PREFIX = IPv4Network(SERVICE.address)
HERE, THERE = SiteName("ndc01"), SiteName("ndc02")


def _told(*paths: str, valid: bool = True) -> str:
    told = [{"valid": valid, "path": path, "origin": "IGP"} for path in paths]
    return json.dumps({"vrfId": 0, "localAS": 1, "routes": {str(PREFIX): told}})


def _announced(text: str) -> set[str]:
    (family,) = placement_families(OF, HERE, origins(text))
    return {
        sample.labels["target"]
        for sample in family.samples
        if sample.labels["service"] == SERVICE.name and sample.value == 1
    }


def test_the_far_end_of_a_path_is_who_announces() -> None:
    far, near = OF.site(THERE).asn, OF.site(SiteName("ndc03")).asn

    assert _announced(_told(f"{near} {far}")) == {THERE}


def test_a_path_of_nobody_else_is_of_this_site() -> None:
    assert _announced(_told("")) == {HERE}


def test_two_sites_that_announce_are_both_told() -> None:
    assert _announced(_told("", str(OF.site(THERE).asn))) == {HERE, THERE}


def test_a_path_that_does_not_hold_is_nobodys() -> None:
    assert _announced(_told("", valid=False)) == set()


def test_every_site_that_may_serve_has_a_series_whoever_announces() -> None:
    (family,) = placement_families(OF, HERE, {})
    places = {(sample.labels["service"], sample.labels["target"]) for sample in family.samples}

    sites = {(s.name, OF.host(host).site) for s in OF.services for host in s.hosts}
    assert places == sites
    assert {sample.value for sample in family.samples} == {0}


def test_what_is_no_answer_tells_nothing() -> None:
    with pytest.raises(NotSeen):
        origins("% Unknown command")
