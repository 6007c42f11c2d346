"""Looks at stores: where each is placed, and how every host that holds it is with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

from dr.facts import Facts, SignsOfLife, StoreFacts
from dr.looking.eye import Eye
from dr.looking.sightings import kept_out
from dr.looks import if_seen
from inventory.names import HostName, ServiceName, StoreName
from inventory.storage import Store
from storage.standing import CopyStanding


def survey_all(
    eye: Eye,
    services: Iterable[ServiceName],
    stores: Iterable[Store],
    lost: Collection[HostName],
) -> tuple[Mapping[ServiceName, Facts], Mapping[StoreName, StoreFacts]]:
    """Return what ``eye.survey`` and ``survey_stores`` do, all of it looked at side by side."""
    look = _surveying(eye, stores, lost)
    return eye.survey(services, lost), look()


def survey_stores(
    eye: Eye, stores: Iterable[Store], lost: Collection[HostName]
) -> Mapping[StoreName, StoreFacts]:
    """Return what can be seen now about ``stores``, and of hosts said to be ``lost``.

    Nothing is asked of those. What cannot be seen is absent.
    """
    return _surveying(eye, stores, lost)()


def _surveying(
    eye: Eye, stores: Iterable[Store], lost: Collection[HostName]
) -> Callable[[], Mapping[StoreName, StoreFacts]]:
    """Begin to look at ``stores``; return what waits for the answers."""
    signs = eye.begin(lambda: eye.look_at(lost))
    looks = {store.name: _looking(eye, store, lost, signs) for store in stores}
    return lambda: {name: look() for name, look in looks.items()}


def _looking(
    eye: Eye,
    store: Store,
    lost: Collection[HostName],
    signs: Callable[[], Mapping[HostName, SignsOfLife]],
) -> Callable[[], StoreFacts]:
    """Begin to look at ``store``; return what waits for the answers."""
    records, door = eye.doors.records, eye.doors.stores
    placement = eye.begin(lambda: if_seen(lambda: records.placement(store.name)))
    claim = eye.begin(lambda: if_seen(lambda: records.claim(store.name)))
    alarms = eye.begin(lambda: if_seen(records.alarms))
    excluded = eye.begin(lambda: kept_out(eye.doors))

    def stands(host: HostName) -> CopyStanding | None:
        return if_seen(lambda: door.standing(store.name, host))

    asked = {host: eye.begin(partial(stands, host)) for host in store.hosts if host not in lost}

    def facts() -> StoreFacts:
        standings = {host: one for host, look in asked.items() if (one := look()) is not None}
        out = excluded()
        return StoreFacts(eye.clock.now(), placement(), claim(), alarms(), standings, signs(), out)

    return facts
