"""The map: a box a site from north to south, and below them a line for each pair of links.

    ┌ ndc01 ─────────┐ ┌ ndc02 ─────────┐ ┌ ndc03 ─────────┐
    │ 4/4 up         │ │ 4/4 up         │ │ 4/4 up         │
    └───────┬────────┘ └───────┬────────┘ └───────┬────────┘
            ●── 3.1 ms | 3 ms ─●                  │
            ●──────────────────┼─ 25 ms | 35 ms ──●

Any number of sites: the boxes share the width.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from inventory.names import SiteName
from monitors.health.concern import Concern, Condition, worst
from monitors.health.concerns import concerns, of_subject
from monitors.health.links import LinkView
from monitors.health.snapshot import ServiceView, SiteView, Snapshot
from tui.picture import UNICODE, PictureLine, Span, Strokes, clipped
from tui.words import round_trip

_NARROWEST = 12


def map_lines(
    snapshot: Snapshot, width: int, strokes: Strokes = UNICODE
) -> tuple[PictureLine, ...]:
    """Return the map of ``snapshot``, at most ``width`` characters wide if the sites fit."""
    sites = sorted(snapshot.sites, key=lambda site: (-site.latitude, site.longitude))
    if not sites:
        return ()
    all_concerns = concerns(snapshot)
    column = max(width // len(sites), _NARROWEST)
    boxes = [_box(site, snapshot, all_concerns, column - 1, strokes) for site in sites]
    rows = [tuple(span for line in row for span in line) for row in zip(*boxes, strict=True)]
    order = {site.name: place for place, site in enumerate(sites)}
    pairs = [list(links) for _, links in groupby(snapshot.links, key=lambda link: link.pair)]
    pairs.sort(key=lambda links: sorted((order[links[0].a], order[links[0].z])))
    rows += [_pair(links, order, all_concerns, column, strokes) for links in pairs]
    return tuple(rows)


def _box(
    site: SiteView,
    snapshot: Snapshot,
    all_concerns: Sequence[Concern],
    width: int,
    strokes: Strokes,
) -> list[PictureLine]:
    condition = _of_site(site, snapshot, tuple(all_concerns))
    inner = width - 2
    top_left, top_right, bottom_left, bottom_right = strokes.corners
    title = clipped(f" {site.name} ", inner, strokes).rstrip() + " "
    bar = strokes.horizontal
    above = f"{top_left}{title}{bar * (inner - len(title))}{top_right} "
    left = (inner - 1) // 2
    below = f"{bottom_left}{bar * left}{strokes.tee}{bar * (inner - left - 1)}{bottom_right} "
    side = Span(strokes.vertical, condition)
    body: list[PictureLine] = [
        (side, Span(clipped(f" {text}", inner, strokes), shown), side, Span(" "))
        for text, shown in _facts(site, snapshot, tuple(all_concerns))
    ]
    return [(Span(above, condition),), *body, (Span(below, condition),)]


def _facts(
    site: SiteView, snapshot: Snapshot, all_concerns: tuple[Concern, ...]
) -> Iterator[tuple[str, Condition | None]]:
    """Yield the three lines of a box: its machines, the databases it leads, what it serves."""
    hosts = snapshot.hosts_at(site.name)
    up = sum(_is_up(of_subject(all_concerns, host.name)) for host in hosts)
    voters = [v for v in (snapshot.quorum.voters if snapshot.quorum else ()) if v.site == site.name]
    votes = f"  vote {sum(v.healthy is True for v in voters)}/{len(voters)}" if voters else ""
    yield (
        f"{up}/{len(hosts)} up{votes}",
        _of_site(site, snapshot, all_concerns),
    )
    leaders = {host.name for host in hosts}
    leading = [d for d in snapshot.databases if snapshot.leader_of(d) in leaders]
    yield (
        f"leads {', '.join(d.name for d in leading)}" if leading else "",
        worst(of_subject(all_concerns, d.name) for d in leading),
    )
    here = [s for s in snapshot.services if (s.answers_from or s.active) == site.name]
    yield _services(here), worst(of_subject(all_concerns, s.name) for s in here)


def _services(here: Sequence[ServiceView]) -> str:
    """Return what answers citizens at a site, and what is only placed there."""
    serves = ", ".join(service.name for service in here if service.answers)
    placed = ", ".join(service.name for service in here if not service.answers)
    parts = (f"serves {serves}" if serves else "", f"placed: {placed}" if placed else "")
    return "; ".join(part for part in parts if part)


def _of_site(site: SiteView, snapshot: Snapshot, all_concerns: tuple[Concern, ...]) -> Condition:
    return worst(of_subject(all_concerns, host.name) for host in snapshot.hosts_at(site.name))


def _is_up(condition: Condition) -> bool:
    return condition in {Condition.OK, Condition.WARNING}


def _pair(
    links: list[LinkView],
    order: dict[SiteName, int],
    all_concerns: Sequence[Concern],
    column: int,
    strokes: Strokes,
) -> PictureLine:
    left, right = sorted((order[links[0].a], order[links[0].z]))
    conditions = [of_subject(tuple(all_concerns), link.name) for link in links]
    condition = worst(conditions)
    bar = strokes.horizontal if condition is Condition.OK else strokes.broken
    label = f" {' | '.join(map(_label, links, conditions))} "
    places = {place: _middle(place, column) for place in order.values()}
    room = places[right] - places[left] - 1
    inside = clipped(label, min(len(label), room), strokes)
    free = room - len(inside)
    # the label stands in the last column that the line crosses, so that it hides no crossing
    start = room - column + 1 + max(column - 1 - len(inside), 0) // 2 if free else 0
    start = max(min(start, free), 0)
    row = [bar] * start + list(inside) + [bar] * (free - start)
    for place in range(left + 1, right):
        offset = places[place] - places[left] - 1
        if row[offset] == bar:
            row[offset] = strokes.crossing
    before = _stems((p for p in places.values() if p < places[left]), places[left], strokes)
    after = _stems((p for p in places.values() if p > places[right]), None, strokes, places[right])
    link = f"{strokes.end}{''.join(row)}{strokes.end}"
    return (Span(before), Span(link, condition), Span(after))


def _label(link: LinkView, condition: Condition) -> str:
    match link.state:
        case _ if condition is Condition.OK:
            return round_trip(link.measured_round_trip or link.declared_round_trip)
        case None:
            return "? unseen"
        case state if state.carries:
            return f"! {round_trip(link.measured_round_trip)}"
        case state:
            return f"X {state}"


def _middle(place: int, column: int) -> int:
    return place * column + (column - 4) // 2 + 1


def _stems(places: Iterator[int], end: int | None, strokes: Strokes, start: int = -1) -> str:
    marks = set(places)
    last = end if end is not None else max(marks, default=start) + 1
    return "".join(strokes.vertical if at in marks else " " for at in range(start + 1, last))
