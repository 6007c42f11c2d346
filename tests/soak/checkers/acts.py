"""What must never be done to a network. Reads what was written down, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from tests.soak.checkers.data import Line

OBSERVERS: Final = 2
LATE_SECONDS: Final = 35
"""longer than a request to cut a host's power is on its way, after its silence was looked at"""
SILENT_SECONDS: Final = 6
"""nobody is called dead who was silent for less"""
GLIMPSE_SECONDS: Final = 2
"""who answers for less between two silences may be seen by nobody: so often observers look"""
LOOKED_SECONDS: Final = 10
"""longer than it takes to look, to say it, and to judge"""
ANSWERED_SECONDS: Final = 2.1
"""so old is an answer at most by which an agent withdraws: it looks again half a second after it
judged, and takes 0.4 s at most for each of four acts; who answered may die meanwhile, which nobody
can know (decision 134)"""
ONCE: Final = frozenset({"claim-workload", "move-placement", "cut-power", "begin-store"})
"""what changes the world once; announcing may be needed again after a host lost its power"""
MOVES: Final = ONCE | {"switch-database", "take-over", "announce-service", "withdraw-service"}
LETS_GO: Final = {"cut-power", "see-gone", "await-lease-end", "take-over", "retire-vote"}


def old_epochs(history: Iterable[Line]) -> Iterator[str]:
    """I2: yield each request that a host obeyed under an epoch that it knew to be over."""
    highest: dict[tuple[str, str], int] = defaultdict(int)
    for at, what, service, host, epoch, text in history:
        if what == "obeyed":
            if epoch < highest[service, host]:
                yield (
                    f"{at:.1f} s: {host} obeyed {text} of {service} under epoch {epoch}, "
                    f"after {highest[service, host]}"
                )
            highest[service, host] = max(highest[service, host], epoch)


def deaths(history: Iterable[Line]) -> Iterator[str]:
    """I5: yield each host that was called dead, or treated so, though it lived."""
    lines = list(history)
    yield from _hasty_deaths(lines)
    yield from _false_deaths(lines)


def _hasty_deaths(history: Iterable[Line]) -> Iterator[str]:
    """Yield each host that was given up though somebody saw it, or too few looked.

    And each whose power was cut though it had answered others for a while by then.
    """
    for at, what, run, host, number, seen_from in history:
        if what == "sight-of" and (seen_from or number < OBSERVERS):
            yield (
                f"{at:.1f} s: {run} gave {host} up, which {number} other sites did not see, "
                f"and {seen_from or 'nobody'} did"
            )
        if what == "power-off" and number > LATE_SECONDS:
            yield f"{at:.1f} s: the power of {run} was cut; it had answered for {number} s"


def _false_deaths(history: Iterable[Line]) -> Iterator[str]:
    """Yield each host that a controller called dead, and that lived by others' account.

    Called dead is who was silent for long enough, and is silent still, or was a moment ago: between
    a look and a judgement time passes.
    """
    silent: dict[str, tuple[float, float | None]] = {}
    for at, what, host, by, _, _ in history:
        if what == "is-silent":
            since, until = silent.get(host, (at, None))
            is_glimpse = until is not None and at - until < GLIMPSE_SECONDS
            silent[host] = (since if is_glimpse else at, None)
        elif what == "answers" and host in silent:
            silent[host] = (silent[host][0], at)
        elif what == "judged-dead":
            since, until = silent.get(host, (at, at))
            ended = at if until is None else until
            if ended - since < SILENT_SECONDS or at - ended > LOOKED_SECONDS:
                yield (
                    f"{at:.1f} s: {by} called {host} dead, which was silent from {since:.1f} s "
                    f"to {ended:.1f} s"
                )


def two_movers(history: Iterable[Line]) -> Iterator[str]:
    """I6: yield each thing that a run did to what another run held."""
    holder: dict[str, str] = {}
    for at, what, subject, host, _, text in history:
        if what == "claimed":
            if holder.get(subject, "") not in {"", text}:
                yield f"{at:.1f} s: {text} claimed {subject}, which {holder[subject]} held"
            holder[subject] = text
        elif what == "released":
            holder[subject] = ""
        elif what == "effect" and subject in holder:
            run, kind = host.split("/")[0], text.split(" ")[0]
            if kind in MOVES - {"claim-workload"} and holder[subject] not in {"", run}:
                yield f"{at:.1f} s: {run} did {text}, while {holder[subject]} held {subject}"


def last_serving(history: Iterable[Line]) -> Iterator[str]:
    """I7: yield each time that the last host of a service with power was told to withdraw.

    A store is written at one place, and nowhere for a moment as it moves. Who withdraws by the word
    of another that dies in that moment is not the last by anything that it could know.
    """
    announcing: dict[str, set[str]] = defaultdict(set)
    died: dict[str, float] = {}
    lines = list(history)
    stores = {line[2] for line in lines if line[1] == "store-written"}
    for at, what, service, host, _, _ in lines:
        if what == "announces":
            announcing[service].add(host)
        elif what == "falls-silent":
            announcing[service].discard(host)
            died[service] = at
        elif what == "withdraws":
            announcing[service].discard(host)
            is_known = at - died.pop(service, -ANSWERED_SECONDS) >= ANSWERED_SECONDS
            if not announcing[service] and is_known and service not in stores:
                yield f"{at:.1f} s: {host} withdrew {service}, and nobody announces it"


def stale_beliefs(history: Iterable[Line]) -> Iterator[str]:
    """I9: yield each step that was called done while its effect was not there.

    What a runner writes first after it stood still it had seen before: it cannot know better.
    """
    world = _World()
    stood_still: set[str] = set()
    for line in history:
        at, what, run, step, _, text = line
        if what == "stands-still":
            stood_still.add(run)
        elif what == "journal" and run in stood_still:
            stood_still.discard(run)
        elif what == "journal" and text.startswith("succeeded "):
            _, kind, *named = text.split(" ")
            if not world.has(kind, dict(one.split("=", 1) for one in named), run):
                yield f"{at:.1f} s: {run} called {step} done, which was not so: {text}"
        else:
            world.notice(line)


class _World:
    """How things stood, as far as it was written down."""

    def __init__(self) -> None:
        self._announcing: set[tuple[str, str]] = set()
        self._placed: dict[str, tuple[str, int]] = {}
        self._leads: dict[str, str] = {}
        self._off: set[str] = set()
        self._stores_tell = False
        """whether their hosts write down what becomes of stores, as those of a lab do not"""

    def notice(self, line: Line) -> None:
        _, what, subject, host, number, _ = line
        match what:
            case "announces":
                self._announcing.add((subject, host))
            case "withdraws" | "falls-silent":
                self._announcing.discard((subject, host))
            case "placed":
                self._placed[subject] = (host, number)
            case "leads" | "store-begins":
                self._leads[subject] = host
                self._stores_tell |= what == "store-begins"
            case "store-written":
                self._stores_tell = True
            case "power-off" | "power-lost":
                self._off.add(subject)
            case "power-on":
                self._off.discard(subject)
            case _:
                pass

    def has(self, kind: str, named: dict[str, str], run: str) -> bool:
        """Whether what an action is for was so."""
        assert run
        match kind:
            case "announce-service":
                return (named["service"], named["host"]) in self._announcing
            case "withdraw-service":
                return (named["service"], named["host"]) not in self._announcing
            case "move-placement":
                wanted = (named["target"], int(named["epoch"]))
                return self._placed.get(named["service"]) == wanted
            case "switch-database" | "take-over" | "begin-store":
                database, candidate = named.get("database"), named.get("candidate")
                is_untold = database is None and not self._stores_tell
                leader = self._leads.get(database or named["store"])
                return is_untold or leader == (candidate or named["host"])
            case "cut-power":
                return named["host"] in self._off
            case _:
                return True


def needed_the_lost(history: Iterable[Line]) -> Iterator[str]:
    """I10: yield each time that a run asked something of a host that it had given up."""
    lost: dict[str, set[str]] = {}
    for at, what, subject, _, _, text in history:
        if what == "planned":
            lost[subject] = set(text.split(" ")[1:])
        elif what == "journal" and text.startswith("started "):
            _, kind, *named = text.split(" ")
            hosts = {
                one.split("=", 1)[1] for one in named if one.startswith(("host=", "candidate="))
            }
            if kind not in LETS_GO - {"take-over"} and hosts & lost.get(subject, set()):
                yield f"{at:.1f} s: {subject} asked {kind} of what it had given up: {text}"


def done_twice(history: Iterable[Line]) -> Iterator[str]:
    """I12: yield each step that changed the world a second time."""
    lines = list(history)
    before: set[tuple[str, str]] = set()
    for at, what, _, step, _, text in lines:
        if what == "effect" and text.split(" ")[0] in ONCE:
            if (step, text) in before:
                yield f"{at:.1f} s: {step} did {text} a second time"
            before.add((step, text))
    yield from _led_twice(lines)


def _led_twice(history: Iterable[Line]) -> Iterator[str]:
    """Yield each step that made a member lead a second time.

    It is done when that leads. If it died before, or somebody else led again in between, it may be
    done anew.
    """
    orders: dict[str, tuple[str, str]] = {}
    heirs: dict[str, tuple[str, str] | None] = {}
    led_by: dict[str, tuple[str, str] | None] = {}
    for at, what, subject, step, _, text in history:
        match what, text.split(" ")[0]:
            case "effect", "switch-database":
                orders[subject] = (step, text)
            case "effect", "take-over":
                heirs[subject] = (step, text)
            case "forked", how:
                heirs[subject] = orders.get(subject) if how == "switched" else None
            case "leads", _:
                done = heirs.get(subject)
                if done is not None and led_by.get(subject) == done:
                    yield f"{at:.1f} s: {done[0]} did {done[1]} a second time"
                led_by[subject] = done
            case _:
                pass
