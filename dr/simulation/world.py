"""A rehearsal's world: time that moves from event to event, and messages that may go wrong.

It goes on while the runner is dead: what was sent arrives.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Final

from core.runs.ports import Answer, Completion, Token
from dr.actions import Action, WriteCanary
from dr.hands import Hands
from dr.hosts.edges import HostEdge
from dr.looking.eye import Eye
from dr.looks import T
from dr.simulation.citizens import EVERY, Citizens
from dr.simulation.doors import doors
from dr.simulation.faults import Fault, Trouble
from dr.simulation.truth import Truth
from inventory.names import ServiceName
from inventory.network import Network

_SETTLED = timedelta(seconds=20)
"""longer than any step looks before it sends again"""

_ONE_WAY = timedelta(milliseconds=60)
"""the longest that a message travels, unless it is in trouble"""

_BLOCKED = timedelta(milliseconds=100)
"""a write that nothing acknowledges yet is tried again"""

_PROMPT_MS: Final = (5, 60)
"""milliseconds that a look takes where whoever is asked answers"""
_SILENT_MS: Final = (1000, 6000)
"""where one says nothing: the bounds of live looks, of which some are made in turn"""
_SILENT: Final = 0.1
"""how often that is so; who asks cannot know, and neither does the world"""


class World:
    """Keeps the promises of ``Clock`` and ``Actuator`` for one network.

    One ``seed`` is one history: the same calls bring about the same world, to the message.
    What is true lies in ``truth``; a run sees and changes it through ``doors`` alone.
    """

    def __init__(self, truth: Truth, citizens: Mapping[ServiceName, Citizens], seed: int) -> None:
        self.truth = truth
        self.citizens = citizens
        self.timeline = truth.timeline
        self.doors = doors(truth, citizens)
        self.eye = Eye(truth.network, self.doors, truth.timeline)
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.effects: list[tuple[Token, Action]] = []
        """what changed the world, in order"""
        self.edges: Counter[HostEdge] = Counter()
        """how often an agent found itself on each edge of its table"""
        self.faults: list[Fault] = []
        self._looks = random.Random(f"looks {seed}")  # noqa: S311 - reproducible, not secret
        self._hands = Hands(self.doors)
        self._completions: deque[Completion] = deque()

    def now(self) -> datetime:
        """Return the simulated instant."""
        return self.timeline.now()

    def elapsed(self) -> timedelta:
        """Return the simulated time since the beginning."""
        return self.timeline.elapsed()

    def sleep(self, duration: timedelta) -> None:
        """Let everything happen that is due within ``duration``."""
        self.timeline.sleep(duration)

    def begin_look(self, look: Callable[[], T], /) -> Callable[[], T]:
        """Look now, and tell of it as late as a look may take: the world goes on meanwhile."""
        sight = look()
        bounds = _SILENT_MS if self._looks.random() < _SILENT else _PROMPT_MS
        due = self.elapsed() + timedelta(milliseconds=self._looks.randint(*bounds))

        def told() -> T:
            self.sleep(max(due - self.elapsed(), timedelta()))
            return sight

        return told

    def begin(self, action: Action, token: Token, due: timedelta) -> None:
        """Send ``action``; it arrives as its fault, if it has one, lets it."""
        trouble = self._trouble(action)
        travel = self._travel()
        left = max(due - self.elapsed(), timedelta())
        match trouble:
            case Trouble.LOST:
                return
            case Trouble.SLOW:
                travel += left
            case Trouble.LATE:
                travel += left + _SETTLED
            case Trouble.TWICE:
                again = travel + _ONE_WAY + self._travel()
                self.timeline.at(again, lambda: self._arrive(action, token, due, None))
            case Trouble.MUTE | Trouble.REFUSED | Trouble.UNSURE | None:
                pass
        self.timeline.at(travel, lambda: self._arrive(action, token, due, trouble))

    def wait(self, bound: timedelta) -> Completion | None:
        """Return the next answer, or None after ``bound``."""
        until = self.elapsed() + bound
        while not self._completions and self.timeline.next_before(until):
            pass
        return self._completions.popleft() if self._completions else None

    def _travel(self) -> timedelta:
        return timedelta(milliseconds=self.random.randint(5, 60))

    def _trouble(self, action: Action) -> Trouble | None:
        for fault in self.faults:
            if fault.kind == action.kind and fault.times > 0:
                fault.times -= 1
                return fault.trouble
        return None

    def _arrive(
        self, action: Action, token: Token, due: timedelta, trouble: Trouble | None
    ) -> None:
        if isinstance(action, WriteCanary) and not self._acknowledges(action.service):
            self.timeline.at(_BLOCKED, lambda: self._arrive(action, token, due, trouble))
            return
        completion = self._outcome(action, token, due - self.elapsed(), trouble)
        if trouble is not Trouble.MUTE:
            self.timeline.at(self._travel(), lambda: self._completions.append(completion))

    def _acknowledges(self, service: ServiceName) -> bool:
        return self.truth.at(service).database.acknowledges

    def _tell(self, token: Token, action: Action) -> None:
        name = f"{token.run}/{token.step}{'/undo' if token.undo else ''}"
        about = subject(self.truth.network, action)
        self.truth.around.tell("effect", about, name, token.attempt, words(action))

    def _outcome(
        self, action: Action, token: Token, left: timedelta, trouble: Trouble | None
    ) -> Completion:
        if trouble is Trouble.REFUSED:
            return Completion(token, Answer.NO, f"simulated refusal of {action.kind}")
        if trouble is Trouble.UNSURE:
            if self.random.random() < 0.5:  # noqa: PLR2004 - a coin
                self._attempt(action, token, left)
            return Completion(token, Answer.NONE, f"simulated doubt about {action.kind}")
        return self._attempt(action, token, left)

    def _attempt(self, action: Action, token: Token, left: timedelta) -> Completion:
        before = self.truth.changes
        completion = self._hands.attempt(action, token, left)
        if self.truth.changes != before:
            self.effects.append((token, action))
            self._tell(token, action)
        return completion


def subject(network: Network, action: Action) -> str:
    """Return the database or store that ``action`` concerns; if there is none, its first host."""
    values = {field.name: getattr(action, field.name) for field in fields(action)}
    if "database" in values:
        return str(values["database"])
    name = values.get("service", values.get("store"))
    if name is not None:
        return next((one.database for one in network.services if one.name == name), name)
    return str(values["hosts"][0] if "hosts" in values else values["host"])


def words(action: Action) -> str:
    """Return ``action`` as its kind and what it names, one word each."""
    values = ((field.name, getattr(action, field.name)) for field in fields(action))
    named = (f"{name}={value}" for name, value in values if name != "kind")
    return " ".join([action.kind, *(one.replace(" ", "") for one in named)])


def rehearsed(
    network: Network, *services: ServiceName, seed: int = 0, every: timedelta = EVERY
) -> World:
    """Return a healthy world of ``network``, with citizens who write to each of ``services``.

    They write ``every`` so often. What goes wrong, and how long messages travel, depends on
    ``seed`` alone.
    """
    truth = Truth.healthy(network, seed)
    return World(truth, {name: Citizens(truth.at(name), every) for name in services}, seed)
