from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.names import HostName, LinkName, PoolName, SegmentName, SiteName
from stacks.diff import TABLE, Risk, Way, differences
from stacks.resources import (
    KINDS,
    HostSpec,
    Kind,
    LinkEndSpec,
    LinkSpec,
    PoolSpec,
    SegmentSpec,
    Spec,
    from_plain,
    to_plain,
)

SEGMENT = SegmentSpec(SegmentName("lan"), SiteName("ndc01"))
HOST = HostSpec(HostName("h"), SiteName("ndc01"), SegmentName("lan"), "198.18.1.2/24", "img", "key")
POOL = PoolSpec(PoolName("p"), HostName("h"), "/srv/pools/p", 2**30)
LINK = LinkSpec(
    LinkName("l"), LinkEndSpec(HostName("h"), "link1"), LinkEndSpec(HostName("i"), "link1"), 9, 0, 1
)
SPECS: dict[Kind, Spec] = {"segment": SEGMENT, "pool": POOL, "host": HOST, "link": LINK}


@pytest.mark.parametrize("kind", KINDS)
def test_every_property_of_a_specification_has_its_line_in_the_table(kind: Kind) -> None:
    paths = {each.property for each in differences(kind, {}, to_plain(SPECS[kind]))}

    assert paths == set(TABLE[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_equal_has_no_differences(kind: Kind) -> None:
    assert differences(kind, to_plain(SPECS[kind]), to_plain(SPECS[kind])) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_specification_survives_being_written_down(kind: Kind) -> None:
    assert from_plain(kind, to_plain(SPECS[kind])) == SPECS[kind]


def test_a_link_is_slowed_in_place_and_replugged_by_replacing_it() -> None:
    new = replace(LINK, delay_microseconds=10, z=replace(LINK.z, host=HostName("j")))

    found = differences("link", to_plain(LINK), to_plain(new))

    assert [(each.property, each.old, each.new, each.consequence.way) for each in found] == [
        ("delay_microseconds", 9, 10, Way.IN_PLACE),
        ("z.host", "i", "j", Way.REPLACE),
    ]


@pytest.mark.parametrize("path", ["image", "management", "host_key"])
def test_a_host_with_another_seed_is_another_host_and_its_data_goes(path: str) -> None:
    new = to_plain(HOST) | {path: "other"}

    (found,) = differences("host", to_plain(HOST), new)

    assert (found.consequence.way, found.consequence.risk) == (Way.REPLACE, Risk.DATA)


def test_a_host_that_lost_its_plug_is_mended_in_place() -> None:
    (found,) = differences("host", to_plain(HOST) | {"segment": ""}, to_plain(HOST))

    assert found.consequence.way is Way.IN_PLACE


def test_what_an_earlier_version_did_not_know_has_no_old_value() -> None:
    old = to_plain(POOL)
    del old["folder"]

    (found,) = differences("pool", old, to_plain(POOL))

    assert (found.property, found.old, found.new) == ("folder", None, POOL.folder)


def test_a_pool_grows_where_it_is_and_is_no_other_hosts() -> None:
    (grown,) = differences("pool", to_plain(POOL), to_plain(replace(POOL, size_bytes=2**40)))
    (moved,) = differences("pool", to_plain(POOL), to_plain(replace(POOL, host=HostName("other"))))

    assert (grown.consequence.way, grown.consequence.risk) == (Way.IN_PLACE, Risk.DATA)
    assert (moved.consequence.way, moved.consequence.risk) == (Way.REPLACE, Risk.DATA)


def test_what_a_later_version_knows_no_more_changes_in_place() -> None:
    (found,) = differences("host", to_plain(HOST) | {"store_bytes": 0}, to_plain(HOST))

    assert found.consequence.way is Way.IN_PLACE


def test_what_is_beside_the_specification_changes_in_place() -> None:
    old = to_plain(HOST) | {"ready": False}

    (found,) = differences("host", old, to_plain(HOST) | {"ready": True})

    assert found.consequence.way is Way.IN_PLACE
