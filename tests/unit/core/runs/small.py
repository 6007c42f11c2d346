"""Plans of nothing in particular, and a world in which words come true."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.runs.engine import Engine
from core.runs.journal import Codec, Proof, Record, Request, Where, Wish
from core.runs.plan import OnFailure, Plan, RunName, Step, StepId
from core.runs.ports import Answer, Completion, Inbox, Token
from core.runs.run import Run
from dr.simulation.journal import MemoryJournal
from dr.simulation.timeline import BEGINNING, Timeline

TRAVEL = timedelta(milliseconds=20)
START = Request("0", Wish.START, "an", proof=Proof("SHA256:an", "…", ("operate", "approve")))
CODEC: Codec[str, None] = Codec(Record[str, None])


def step(name: str, *needs: str, undo: str | None = None, **rest: object) -> Step[str]:
    """Return a step whose action is its name."""
    return Step(StepId(name), name, "phase", tuple(map(StepId, needs)), undo=undo, **rest)  # type: ignore[arg-type]  # fields of Step


def plan(*steps: Step[str], on_failure: OnFailure = OnFailure.HOLD) -> Plan[str, None]:
    """Return a plan of ``steps``."""
    return Plan(RunName("run"), "a test", steps, None, on_failure)


@dataclass
class Words(Timeline):
    """Each action is a word; performing it adds the word, undoing "x" performs "not x"."""

    true: set[str] = field(default_factory=set)
    performed: list[str] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    uncertain: set[str] = field(default_factory=set)
    """answered with "it may have happened", whether it did or never arrived"""
    lost: list[str] = field(default_factory=list)
    """once each: never arrives"""
    unseen: set[str] = field(default_factory=set)
    open: dict[str, str] = field(default_factory=dict)
    """what a yes leaves open"""
    against: dict[str, str] = field(default_factory=dict)
    """objections to beginning"""
    answers: deque[Completion] = field(default_factory=deque)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    """what was asked about at the same time, whether anything speaks against it"""

    def __post_init__(self) -> None:
        super().__init__()

    def objections(self, action: str) -> Sequence[str]:
        return [said] if (said := self.against.get(action)) else []

    def all_objections(self, actions: Sequence[str]) -> Sequence[Sequence[str]]:
        self.asked.append(tuple(actions))
        return [self.objections(action) for action in actions]

    def is_in_effect(self, action: str) -> bool | None:
        return None if action in self.unseen else action in self.true

    def begin(self, action: str, token: Token, due: timedelta) -> None:
        assert due >= timedelta()
        if action in self.lost:
            self.lost.remove(action)
            if action in self.uncertain:
                self.at(TRAVEL, lambda: self._give_up(token))
            return
        self.at(TRAVEL, lambda: self._arrive(action, token))

    def wait(self, bound: timedelta) -> Completion | None:
        until = self.elapsed() + bound
        while not self.answers and self.next_before(until):
            pass
        return self.answers.popleft() if self.answers else None

    def _arrive(self, action: str, token: Token) -> None:
        if action in self.refuses:
            self.answers.append(Completion(token, Answer.NO, "it said no"))
            return
        self.performed.append(action)
        self.true.add(action)
        if action.startswith("not "):
            self.true.discard(action.removeprefix("not "))
        if action in self.uncertain:
            self._give_up(token)
        elif action not in self.mute:
            self.answers.append(Completion(token, Answer.YES, self.open.get(action, "")))

    def _give_up(self, token: Token) -> None:
        self.answers.append(Completion(token, Answer.NONE, "the line broke"))


@dataclass
class Wishes:
    """An inbox in memory."""

    waiting: list[Request] = field(default_factory=list)

    def requests(self) -> Sequence[Request]:
        return list(self.waiting)

    def put_away(self, request: Request) -> None:
        self.waiting.remove(request)


@dataclass
class Bench:
    """An engine, its world and its journal."""

    world: Words = field(default_factory=Words)
    inbox: Inbox = field(default_factory=Wishes)
    journal: MemoryJournal[str, None] = field(init=False)

    def __post_init__(self) -> None:
        self.journal = MemoryJournal(CODEC, self.world)

    @property
    def engine(self) -> Engine[str, None]:
        """A new engine: it knows what the journal knows."""
        return Engine(
            journal=self.journal,
            sensor=self.world,
            actuator=self.world,
            clock=self.world,
            inbox=self.inbox,
        )

    def start(self, *steps: Step[str], on_failure: OnFailure = OnFailure.HOLD) -> Run[str, None]:
        """Start a plan of ``steps``."""
        return self.engine.start(plan(*steps, on_failure=on_failure), Where.MEMORY, START)

    def told(self, name: str) -> list[str]:
        """Return the events that the journal tells of one step."""
        entries = [record.entry for record in self.journal.records()]
        return [e.event for e in entries if e.what == "step" and e.step == name]


def approval(
    name: str,
    *,
    by: str = "binh",
    key: str = "SHA256:binh",
    roles: tuple[str, ...] = ("approve",),
    until: datetime = BEGINNING + timedelta(minutes=15),
) -> Request:
    """Return ``by``'s approval of the step called ``name``, proved by ``key``."""
    proof = Proof(key, "…", roles)
    return Request("1", Wish.APPROVE, by, step=StepId(name), proof=proof, until=until)
