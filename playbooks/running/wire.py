"""The messages between the program and the process that carries a play out."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from playbooks.waves import Stage


class Order(BaseModel):
    """One play: everything that the process needs to carry it out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path
    """the private data directory, fresh"""
    playbook: Path
    inventory: Path
    arguments: str
    """of ansible-playbook"""
    environment: dict[str, str]
    timeout_seconds: int


class DiffEntry(BaseModel):
    """One entry of a task's diff, as Ansible writes it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    after_header: str = ""
    before: str = ""
    after: str = ""


class ChildLine(BaseModel):
    """One line that the child process tells: an event of a task on a host, or the end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str
    """Ansible's: ``runner_on_ok`` and so on; ``end`` is the child's own"""
    play: str = ""
    task: str = ""
    host: str = ""
    changed: bool = False
    message: str = ""
    diff: tuple[DiffEntry, ...] = Field(default=())
    by_wave: tuple[Stage, ...] = ()
    """stages that the task left, since they disturb what serves"""
    unfinished: bool = False
    """whether something there has not been well since an earlier change"""
