"""Reads the engine's own record of a stack: is it sound, is it locked, is anything unfinished."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from core.clock import Clock, wait_until
from core.errors import Rejected
from core.text import first_problem
from stacks.engine.settings import PROJECT, EngineSettings

_ENGINE: Final = "pulumi"
"""what the names of processes that take locks begin with"""

_LEAVES_ALONE: Final = timedelta(minutes=2)
"""an interrupted engine finishes what it began within this"""


class _Latest(BaseModel):
    """What the engine last saved of a stack; the rest of it is the engine's own."""

    pending_operations: list[Any] | None = None


class _Checkpoint(BaseModel):
    latest: _Latest | None = None


class _Document(BaseModel):
    checkpoint: _Checkpoint


class _Lock(BaseModel):
    pid: int
    hostname: str


@dataclass(frozen=True, slots=True)
class StackRecord:
    """What the backend knows about one stack."""

    known: bool
    interrupted: bool
    """whether it has operations whose end was not seen"""


def begin_backend(settings: EngineSettings, variables: Mapping[str, str]) -> None:
    """Make the folder of ``settings`` a backend, before many stacks race to make it one.

    Raises:
        Rejected: there is no CLI, or it does not run.
    """
    if (settings.backend / ".pulumi" / "meta.yaml").exists():
        return
    command = [str(settings.cli), "stack", "ls", "--non-interactive", "--project", PROJECT]
    try:
        subprocess.run(
            command, env=dict(variables), cwd=settings.state, check=True, capture_output=True
        )
    except OSError as error:
        raise Rejected(
            "the Pulumi CLI cannot be started",
            expected=f"a program at {settings.cli}",
            actual=str(error),
            next_step="make up builds it",
        ) from error
    except subprocess.CalledProcessError as error:
        raise Rejected(
            "the engine cannot use its state folder",
            expected=f"a state backend in {settings.backend}",
            actual=error.stderr.decode("utf-8", "replace").strip(),
            next_step=f"look at the rights and the space of {settings.state}",
        ) from error


def stacks_on_record(backend: Path) -> list[str]:
    """Return the names of the stacks that ``backend`` has a record of, sorted; damaged ones too."""
    return sorted(path.stem for path in _records(backend).glob("*.json"))


def read_record(backend: Path, stack: str) -> StackRecord:
    """Return what is on record about ``stack``.

    Raises:
        Rejected: the record is damaged.
    """
    path = _records(backend) / f"{stack}.json"
    try:
        latest = _document(path).checkpoint.latest or _Latest()
    except FileNotFoundError:
        return StackRecord(known=False, interrupted=False)
    except (OSError, ValidationError) as error:
        raise Rejected(
            f"the record of stack {stack} is damaged",
            expected="a JSON document with a checkpoint",
            actual=f"{_problem(error)}, in {path}",
            next_step=_way_out(path),
        ) from error
    return StackRecord(known=True, interrupted=bool(latest.pending_operations))


def settle_locks(backend: Path, stack: str, clock: Clock) -> None:
    """Remove the locks of processes of this machine that are dead; wait for those that live.

    A lock from another machine is left for the engine to refuse.

    Raises:
        Unreachable: a living process of this machine does not give its lock back.
    """
    folder = backend / ".pulumi" / "locks" / "organization" / PROJECT / stack

    def is_settled() -> bool:
        locks = [path for path in folder.glob("*.json") if _is_of_this_machine(path)]
        for path in locks:
            if not _holder_lives(path):
                path.unlink(missing_ok=True)
        return not any(path.exists() for path in locks)

    wait_until(
        clock, is_settled, what=f"the end of the run that holds {stack}", bound=_LEAVES_ALONE
    )


def _records(backend: Path) -> Path:
    return backend / ".pulumi" / "stacks" / PROJECT


def _document(path: Path) -> _Document:
    return _Document.model_validate_json(path.read_bytes())


def _problem(error: OSError | ValidationError) -> str:
    return first_problem(error) if isinstance(error, ValidationError) else str(error)


def _way_out(path: Path) -> str:
    backup = path.with_name(f"{path.name}.bak")
    try:
        _document(backup)
    except (OSError, ValidationError):
        return f"rm {path}; then `ndc up`: it adopts what is there"
    return f"cp {backup} {path}; then `ndc up`"


def _is_of_this_machine(lock: Path) -> bool:
    holder = _holder(lock)
    return holder is not None and holder.hostname == os.uname().nodename


def _holder_lives(lock: Path) -> bool:
    holder = _holder(lock)
    if holder is None:
        return False
    try:
        name = Path(f"/proc/{holder.pid}/comm").read_text("utf-8")
    except FileNotFoundError:
        return False
    return name.startswith(_ENGINE)  # another program may have been given the number since


def _holder(lock: Path) -> _Lock | None:
    """Return the holder of ``lock``; None if the lock is gone."""
    try:
        return _Lock.model_validate_json(lock.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        return _Lock(pid=0, hostname=os.uname().nodename)  # torn: its writer died writing it
