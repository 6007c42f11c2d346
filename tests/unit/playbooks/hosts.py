"""A host for the module ``ndc_tree`` that is a folder, with a service manager in memory."""

from __future__ import annotations

import grp
import importlib
import importlib.util
import os
import pwd
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from playbooks.module_utils import ndc_host
from playbooks.module_utils.ndc_host import Refused

MODULE = Path(__file__).resolve().parents[3] / "playbooks/library/ndc_tree.py"
OWNER, GROUP = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name


def _loaded() -> ModuleType:
    # where Ansible packs them
    sys.modules["ansible.module_utils.ndc_host"] = ndc_host
    sys.modules["ansible.module_utils.ndc_units"] = importlib.import_module(
        "playbooks.module_utils.ndc_units"
    )
    specification = importlib.util.spec_from_file_location("ndc_tree", MODULE)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["ndc_tree"] = module  # dataclasses look there for what annotations mean
    specification.loader.exec_module(module)
    return module


ndc_tree: Any = _loaded()


@dataclass
class Systemd:
    """A service manager with units that start when told to, except ``broken`` ones.

    What is ``crashing`` starts, and ends a moment later. ``well NAME`` prints what is ``well``.
    """

    broken: set[str] = field(default_factory=set)
    crashing: set[str] = field(default_factory=set)
    well: dict[str, str] = field(default_factory=dict)
    sick: set[str] = field(default_factory=set)
    """what is not well when it was restarted"""
    restarts: int = 0
    active: set[str] = field(default_factory=set)
    enabled: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)

    def run(self, command: list[str]) -> str:
        if command[0] == "well":
            return self._well(command[1])
        _, verb, *names = [word for word in command if word not in {"--no-reload", "--"}]
        if verb == "show":
            return "\n\n".join(self._state(name) for name in names[1:])
        if verb == "restart":
            self.well = {name: text for name, text in self.well.items() if name not in self.sick}
        self.told.append(" ".join([verb, *names]))
        if verb in {"start", "restart"}:
            self.active |= {name for name in names if name not in self.broken}
            if broken := self.broken & set(names):
                raise ndc_tree.Refused(f"Job for {', '.join(broken)} failed")
        if verb == "enable":
            self.enabled |= set(names)
        return ""

    def _state(self, name: str) -> str:
        active = "active" if name in self.active else "inactive"
        enabled = "enabled" if name in self.enabled else "disabled"
        self.restarts += name in self.crashing
        return f"ActiveState={active}\nUnitFileState={enabled}\nNRestarts={self.restarts}"

    def _well(self, name: str) -> str:
        if name not in self.well:
            raise Refused(f"{name} does not answer")
        return self.well[name]


@dataclass
class Disk:
    """What of a host's folder is on disk, and how time goes by for who waits."""

    root: Path
    kept: list[str] = field(default_factory=list)
    seconds: float = 0

    def sync(self, path: Path) -> None:
        self.kept.append(str(path.relative_to(self.root)))

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


def file(path: str, content: str = "", **more: str) -> dict[str, str]:
    """Return a file's entry in a role, owned by whoever tests."""
    return {"path": path, "content": content, "owner": OWNER, "group": GROUP, **more}
