"""Who of all hosts is dead, by the words of hosts that look at them. Pure.

Each observer counts silence on its own clock, and says only how long it lasted: no two clocks are
compared. One observer's word is nobody's death, and a single sign of life outweighs all silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from dr.watch.lookout import GAP, SightWord
from inventory.names import HostName, SiteName
from inventory.network import Network

SILENT: Final = timedelta(seconds=6)
"""who does not answer for so long is dead to the observer: several looks, none of them answered"""
CURRENT: Final = timedelta(seconds=4)
"""so long after words were read they may be judged by; who stood still meanwhile reads anew"""
_SITES: Final = 2
"""whose observers must agree"""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a judge remembers of the words that it read; every time is since its boot.

    A word stands under a lease, and a quorum that was lost gives every lease its whole time again.
    So the word of an observer that is gone may stand for minutes, and miss who is well by now.
    """

    read: timedelta | None = None
    """None: it did not read yet, or not for so long that it begins anew"""
    looked: Mapping[HostName, timedelta] = field(default_factory=dict)
    """what each word said that stood then, by its observer's clock"""
    renewed: Mapping[HostName, timedelta] = field(default_factory=dict)
    """when each was last found to be of a later look than before"""

    def after(self, words: Mapping[HostName, SightWord], now: timedelta) -> Hearing:
        """Return it once ``words`` were read at ``now``."""
        looked = {observer: word.looked for observer, word in words.items()}
        if self.read is None or now - self.read > GAP:
            return Hearing(now, looked)
        renewed = {
            observer: now if looked[observer] > before else self.renewed.get(observer)
            for observer, before in self.looked.items()
            if observer in looked
        }
        return Hearing(now, looked, {one: at for one, at in renewed.items() if at is not None})

    def counted(self, words: Mapping[HostName, SightWord]) -> Mapping[HostName, SightWord]:
        """Return ``words`` as far as they count: an old one misses nobody for any time.

        Who misses somebody says so anew after each look. A word that misses nobody is written
        once, and saves others for as long as it stands.
        """
        now = self.read or timedelta()
        current = {one for one, at in self.renewed.items() if now - at <= SILENT}
        return {
            observer: word
            if observer in current
            else replace(word, silent=dict.fromkeys(word.silent, timedelta()))
            for observer, word in words.items()
        }

    def is_current(self, now: timedelta) -> bool:
        """Whether what was read last may be judged by at ``now``: who was silent may be back."""
        return self.read is not None and now - self.read <= CURRENT


class Pulse(StrEnum):
    """How a host is, whom somebody misses."""

    SUSPECTED = "suspected"
    """it may live: too few miss it, it was seen by others, or it is back only now"""
    DEAD = "dead"
    """nobody has seen it for long enough, of observers at two sites at least, and nothing speaks
    for it"""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A host that is not simply alive."""

    host: HostName
    pulse: Pulse
    lasting: timedelta
    """for how long, at the least"""
    by: tuple[HostName, ...]
    """the observers who have not seen it for long enough"""
    why: str
    """in words: why it is not dead; empty where it is"""
    powerless: bool = False
    """whoever switches its power says that it has none"""


def blind(
    network: Network,
    words: Mapping[HostName, SightWord],
    powerless: Collection[HostName] = (),
) -> dict[HostName, str]:
    """Return whose words call nobody dead, and why: their own eyes are bad, or their own way.

    Who misses hosts that are ``powerless`` misses them rightly.
    """
    reasons: dict[HostName, str] = {}
    for observer, word in words.items():
        if observer not in {host.name for host in network.hosts}:
            reasons[observer] = "is no host of this network"
        elif observer in word.silent:
            reasons[observer] = "does not see itself"
        elif _is_cut_off(network, word, powerless):
            missing = f"{len(word.silent)} of {len(network.hosts)} hosts"
            reasons[observer] = f"misses {missing} at once: it is itself cut off"
    return reasons


def _is_cut_off(network: Network, word: SightWord, powerless: Collection[HostName]) -> bool:
    """Whether it misses more than half of all hosts, beside those whose silence is explained."""
    silent = word.silent.keys() - {*powerless}
    return 2 * len(silent) > len(network.hosts) - len(powerless)


def suspects(
    network: Network,
    words: Mapping[HostName, SightWord],
    reports: Mapping[HostName, str],
    powerless: Collection[HostName] = (),
) -> tuple[Suspect, ...]:
    """Return every host that is not simply alive, in the network's order.

    ``words`` are those that stand, by observer. ``reports`` say of hosts how they told of
    themselves that they live, where what they told stands. Of those that are ``powerless``
    whoever switches their power said so, after all that was read: it is one of the two who must
    agree, and whatever they told before counts for nothing. Whom an observer sees lives, also if
    it misses so many that it is itself cut off: where most of a network is gone, nobody else is
    left to say so against the last words of observers that went with it.
    """
    names = {host.name for host in network.hosts}
    seeing = {one: w for one, w in words.items() if one in names.difference(w.silent, powerless)}
    counted = {one: w for one, w in seeing.items() if not _is_cut_off(network, w, powerless)}
    valid = {host: report for host, report in reports.items() if host not in powerless}
    missed = {host for word in counted.values() for host in (*word.silent, *word.back)}
    hosts = (host.name for host in network.hosts if host.name in missed or not counted)
    found_out = (
        _suspect(host, seeing, dict(_silences(network, host, counted)), valid, powerless)
        for host in hosts
    )
    return tuple(one for one in found_out if one is not None)


def _suspect(
    host: HostName,
    words: Mapping[HostName, SightWord],
    silences: Mapping[SiteName, tuple[timedelta, HostName]],
    reports: Mapping[HostName, str],
    powerless: Collection[HostName],
) -> Suspect | None:
    seers = [observer for observer, word in words.items() if host not in word.silent]
    lasting = max((silence for silence, _ in silences.values()), default=timedelta())
    is_off = host in powerless
    by = tuple(observer for silence, observer in silences.values() if is_off or silence >= SILENT)
    if not silences and seers:
        again = [words[observer].back[host] for observer in seers if host in words[observer].back]
        if not again:
            return None
        return Suspect(host, Pulse.SUSPECTED, min(again), (), "it answers again, not for long yet")
    needed, why = _SITES - is_off, _sign_of_life(host, seers, reports)
    if why := why or _too_few(by, needed) or ("" if is_off else _lately(host, words)):
        return Suspect(host, Pulse.SUSPECTED, lasting, by, why, is_off)
    agreed = sorted((silence for silence, _ in silences.values()), reverse=True)[needed - 1]
    return Suspect(host, Pulse.DEAD, agreed, by, "", is_off)


def _silences(
    network: Network, host: HostName, words: Mapping[HostName, SightWord]
) -> Iterator[tuple[SiteName, tuple[timedelta, HostName]]]:
    """Yield of each other site for how long nobody there has seen ``host``, and who says so.

    Two observers at one site are one voice: the one that misses it for less time.
    """
    own = network.host(host).site
    by_site: dict[SiteName, list[tuple[timedelta, HostName]]] = {}
    for observer, word in words.items():
        site = network.host(observer).site
        if site != own and host in word.silent:
            by_site.setdefault(site, []).append((word.silent[host], observer))
    for site, voices in by_site.items():
        yield site, min(voices)


def _sign_of_life(
    host: HostName, seers: Collection[HostName], reports: Mapping[HostName, str]
) -> str:
    if seers:
        return f"it answers {' and '.join(sorted(seers))}"
    return f"it says itself that it lives: {reports[host]}" if host in reports else ""


def _too_few(by: Collection[HostName], needed: int) -> str:
    if len(by) >= needed:
        return ""
    who = " and ".join(sorted(by)) or "nobody whose word counts"
    return f"{who} misses it for {SILENT.seconds} s, and it takes observers at {_SITES} sites"


def _lately(host: HostName, words: Mapping[HostName, SightWord]) -> str:
    """Return who may have seen ``host`` a moment ago: that is a sign of life as well."""
    silences = sorted(
        (word.silent[host], one) for one, word in words.items() if host in word.silent
    )
    if not silences or silences[0][0] >= SILENT:
        return ""
    silence, observer = silences[0]
    return f"{observer} misses it for {silence.seconds} s only"
