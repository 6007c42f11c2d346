"""A substrate that is a file: keeps every promise of the port, and boots nothing.

It serves tests and rehearsals of the layers above a substrate where there is no lab.
Many processes may use one file at the same time. A test can spoil the weather of each
thing, to see what the layers above do then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core import files
from core.clock import Clock
from core.errors import Rejected, Unreachable
from core.locks import Lock
from stacks.resources import Kind, Spec, from_plain, identity, to_plain

Weather: TypeAlias = Literal["fair", "slow", "refusing", "half-made", "silent"]
"""``refusing``: says no; ``half-made``: makes the thing, and loses the answer;
``silent``: nothing is made, and there is no answer; ``slow``: takes its time"""

SLOW = timedelta(seconds=2)
"""how long a slow thing takes"""
_TURN = timedelta(seconds=30)
"""a change takes milliseconds; after this wait, the process that makes one hangs"""


@dataclass(frozen=True, slots=True)
class _World:
    """What is in the file, by identity."""

    things: dict[str, dict[str, Any]]
    """owner and specification"""
    weather: dict[str, str]


class MemorySubstrate:
    """All that exists of ``owner``, in the file ``at``, which other owners may share.

    A thing of another owner is neither seen nor changed.
    """

    def __init__(self, at: Path, *, owner: str, clock: Clock) -> None:
        self._at = at
        self._owner = owner
        self._clock = clock

    def ensure(self, spec: Spec, progress: Callable[[str], None]) -> None:
        """Make ``spec`` true; see the port."""
        key = identity(spec.kind, spec.name)
        weather = self._weather(key)
        if self.look(spec.kind, spec.name) != spec:
            progress(f"{key} is being made")
        self._endure(weather, key)
        with self._changing() as world:
            self._refuse_foreign(world, key)
            world.things[key] = {"owner": self._owner, "spec": to_plain(spec)}
        if weather == "half-made":
            raise Unreachable(
                f"{key} did not become ready",
                expected="an answer on TCP port 22",
                actual="none within 30 s",
                next_step="run `ndc up` again",
            )

    def look(self, kind: Kind, name: str) -> Spec | None:
        """Return what is there; see the port."""
        key = identity(kind, name)
        if self._weather(key) == "silent":
            raise _no_answer(key)
        thing = self._read().things.get(key)
        if thing is None or thing["owner"] != self._owner:
            return None
        return from_plain(kind, thing["spec"])

    def remove(self, kind: Kind, name: str) -> None:
        """Make it gone; see the port."""
        key = identity(kind, name)
        self._endure(self._weather(key), key)
        with self._changing() as world:
            self._refuse_foreign(world, key)
            world.things.pop(key, None)

    def identities(self) -> list[str]:
        """Return what is there, whoever owns it, sorted."""
        return sorted(self._read().things)

    def spoil(self, kind: Kind, name: str, weather: Weather) -> None:
        """Make every later call about thing ``name`` meet ``weather``."""
        with self._changing() as world:
            world.weather[identity(kind, name)] = weather

    def tamper(self, kind: Kind, name: str, **properties: Any) -> None:
        """Change ``properties`` as a foreign program would; with none, remove the thing."""
        with self._changing() as world:
            if not properties:
                del world.things[identity(kind, name)]
                return
            thing = world.things[identity(kind, name)]
            spec = replace(from_plain(kind, thing["spec"]), **properties)
            thing["spec"] = to_plain(spec)

    def _weather(self, key: str) -> str:
        return self._read().weather.get(key, "fair")

    def _endure(self, weather: str, key: str) -> None:
        match weather:
            case "slow":
                self._clock.sleep(SLOW)
            case "refusing":
                raise Rejected(
                    f"{key} was refused",
                    expected="a substrate in fair weather",
                    actual="one that was told to refuse",
                    next_step="let the weather be fair again",
                )
            case "silent":
                raise _no_answer(key)
            case _:
                pass

    def _refuse_foreign(self, world: _World, key: str) -> None:
        owner = world.things.get(key, {}).get("owner", self._owner)
        if owner != self._owner:
            raise Rejected(
                f"{key} belongs to somebody else",
                expected=f"nothing of that name, or one of {self._owner}",
                actual=f"one of {owner}",
                next_step="choose another name, or remove the other one with its owner's tools",
            )

    def _read(self) -> _World:
        # without the lock: the file is replaced whole
        return _parsed(files.read_if_there(self._at) or "")

    @contextmanager
    def _changing(self) -> Iterator[_World]:
        with Lock(self._at.with_name(f"{self._at.name}.lock")) as lock:
            lock.wait(self._clock, _TURN, what=f"a turn to change {self._at}")
            world = self._read()
            yield world
            new = {"things": world.things, "weather": world.weather}
            files.write(self._at, json.dumps(new, indent=1, sort_keys=True) + "\n")


def _parsed(text: str) -> _World:
    plain = json.loads(text or '{"things": {}, "weather": {}}')
    return _World(things=plain["things"], weather=plain["weather"])


def _no_answer(key: str) -> Unreachable:
    return Unreachable(
        f"nothing is known about {key}",
        expected="an answer",
        actual="silence",
        next_step="look again",
    )
