#!/usr/bin/python3
"""Makes a host hold what its roles contribute: accounts, folders, files, programs, units.

One task carries the whole tree of a host, so that it is compared on the host
and what is equal costs nothing. Before the first file changes, each restart that
follows is written down: the next run completes a run that was cut short.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DUE = "/var/lib/ndc/due"
"""holds a file per unit that must be restarted or reloaded, and says which"""

ACCOUNTS = "/etc/sysusers.d/ndc.conf"
UNIT_FILES = "/etc/systemd/system/"
ORDER = ("disable", "enable", "daemon-reload", "stop", "start", "restart", "reload")
RUNNING = {"active", "activating", "reloading"}
ENABLED = {"enabled", "static", "generated", "alias", "indirect"}


Step = tuple[str, str, str]
"""what systemctl is told to do: action, unit, and the state that the unit is in"""


class Refused(Exception):
    """The host cannot be made as its roles ask; the message says why."""


@dataclass(frozen=True)
class Entry:
    """A file or folder that is on the host, or must be; equal: nothing has to be written."""

    path: str
    kind: str
    mode: int
    owner: str
    group: str
    content: bytes = b""
    secret: bool = field(default=False, compare=False)

    def text(self) -> str:
        """Return the text that a diff shows."""
        head = f"{self.kind} {self.owner}:{self.group} {self.mode:04o}\n"
        return head + ("(secret)\n" if self.secret else self.content.decode("utf-8", "replace"))


@dataclass(frozen=True)
class Unit:
    """A unit of systemd, and the paths whose changes make it restart or reload."""

    name: str
    enabled: bool = True
    running: bool = True
    restart_on: tuple[str, ...] = ()
    reload_on: tuple[str, ...] = ()

    def must(self, place: str) -> str:
        """Return what a change at ``place`` asks for: ``restart``, ``reload`` or nothing."""
        own = (UNIT_FILES + self.name, f"{UNIT_FILES}{self.name}.d")
        for action, paths in (("restart", (*own, *self.restart_on)), ("reload", self.reload_on)):
            if any(place == path or place.startswith(f"{path}/") for path in paths):
                return action
        return ""


@dataclass(frozen=True)
class Host:
    """The machine: its files under ``root`` and its commands behind ``run``."""

    root: Path
    run: Callable[[list[str]], str]

    def at(self, path: str) -> Path:
        """Return where ``path`` of the host really is."""
        return self.root / path.lstrip("/")

    def look(self, path: str) -> Entry | None:
        """Return what lies at ``path``; None: nothing."""
        real = self.at(path)
        if not os.path.lexists(real):
            return None
        if real.is_symlink() or not (real.is_dir() or real.is_file()):
            return Entry(path, "neither file nor folder", 0, "", "")
        kind, content = ("folder", b"") if real.is_dir() else ("file", real.read_bytes())
        mode = stat.S_IMODE(real.stat().st_mode)
        return Entry(path, kind, mode, real.owner(), real.group(), content)

    def write(self, entry: Entry) -> None:
        """Make ``entry`` true in one step."""
        real = self.at(entry.path)
        new = real if entry.kind == "folder" else real.with_name(f".{real.name}.ndc-new")
        real.parent.mkdir(parents=True, exist_ok=True)
        if entry.kind == "folder":
            new.mkdir(exist_ok=True)
        else:
            new.unlink(missing_ok=True)
            new.touch(0o600)
            new.write_bytes(entry.content)
        shutil.chown(new, entry.owner, entry.group)
        new.chmod(entry.mode)
        new.replace(real)

    def mark(self, unit: str, action: str) -> None:
        """Write down that ``action`` is due for ``unit``."""
        self.at(DUE).mkdir(parents=True, exist_ok=True)
        self.at(f"{DUE}/{unit}").write_text(action)

    def unpack(self, wheel: str, folder: str) -> None:
        """Make ``folder`` hold what is in ``wheel``, whole or not at all; if it exists, it does."""
        if not self.look(folder):
            beside = self.at(f"{folder}.new")
            zipfile.ZipFile(io.BytesIO(base64.b64decode(wheel))).extractall(beside)
            beside.replace(self.at(folder))


@dataclass(frozen=True)
class Tree:
    """The union of what roles contribute for one stage; no two entries have one path."""

    entries: list[Entry]
    programs: list[str]
    units: list[Unit]

    def changes(self, host: Host) -> list[dict[str, str]]:
        """Return how the host differs, as Ansible's diffs; nothing is touched."""
        diffs = [_change(host, entry) for entry in self._unlike(host)]
        diffs += [_diff(path, "", "programs") for path in self.programs if not host.look(path)]
        due = _due(host, self.units, [change["after_header"] for change in diffs])
        steps = _steps(host, self.units, due)
        return diffs + [_diff(f"unit {name}", state, action) for action, name, state in steps]

    def apply(self, host: Host, wheel: str, watchers: list[Unit]) -> None:
        """Make ``host`` hold this tree; ``watchers`` are the units of every stage."""
        entries = self._unlike(host)
        for name, action in _due(host, watchers, [entry.path for entry in entries]).items():
            host.mark(name, action)
        for path in self.programs:
            host.unpack(wheel, path)
        for entry in entries:
            if entry.path == ACCOUNTS:  # first make them, then say that they are made
                host.run(["systemd-sysusers", "--inline", *entry.content.decode().splitlines()])
            host.write(entry)
        _settle(host, _steps(host, self.units, _due(host, self.units, [])))

    def _unlike(self, host: Host) -> list[Entry]:
        return [entry for entry in self.entries if host.look(entry.path) != entry]


def tree_of(roles: list[dict[str, Any]], secrets: dict[str, str], host: Host) -> Tree:
    """Return the union of what ``roles`` contribute; two that claim one path are refused."""
    accounts = "".join(f"{line}\n" for line in _all("accounts", roles))
    entries = [_entry("file", {"path": ACCOUNTS, "content": accounts})] if accounts else []
    entries += [_entry("folder", item) for item in _all("folders", roles)]
    entries += [
        _entry("file", item, secrets.get(item["path"], ""))
        for item in _all("files", roles)
        if not (item.get("unless") and host.look(item["unless"]))
    ]
    paths = [entry.path for entry in entries]
    if twice := {path for path in paths if paths.count(path) > 1}:
        raise Refused(f"two roles claim {', '.join(sorted(twice))}")
    return Tree(entries, _all("programs", roles), [Unit(**unit) for unit in _all("units", roles)])


def _all(kind: str, roles: list[dict[str, Any]]) -> list[Any]:
    return [item for role in roles for item in role.get(kind) or []]


def _entry(kind: str, item: dict[str, Any], secret: str = "") -> Entry:
    mode = int(item.get("mode", "0755" if kind == "folder" else "0644"), 8)
    owner, group = item.get("owner", "root"), item.get("group", "root")
    content = (secret or item.get("content", "")).encode()
    return Entry(item["path"], kind, mode, owner, group, content, secret=bool(secret))


def _change(host: Host, entry: Entry) -> dict[str, str]:
    old = host.look(entry.path)
    before = replace(old, secret=entry.secret).text() if old else ""
    return _diff(entry.path, before, entry.text())


def _diff(thing: str, before: str, after: str) -> dict[str, str]:
    return {"before_header": thing, "after_header": thing, "before": before, "after": after}


def _due(host: Host, units: list[Unit], changes: list[str]) -> dict[str, str]:
    """Return the action due for each unit, after changes at ``changes`` and by earlier marks."""
    due = {}
    for unit in units:
        mark = host.look(f"{DUE}/{unit.name}")
        actions = {mark.content.decode() if mark else "", *(unit.must(path) for path in changes)}
        if action := next((action for action in ("restart", "reload") if action in actions), ""):
            due[unit.name] = action
    return due


def _settle(host: Host, steps: list[Step]) -> None:
    """Take ``steps``, all of one kind at once; after one that failed, the others are tried too."""
    refusals = ""
    for kind in ORDER if steps else ():
        names = [name for action, name, _ in steps if action == kind]
        try:
            if names or kind == "daemon-reload":
                host.run(["systemctl", "--no-reload", kind, *names])
        except Refused as error:
            refusals += f"{error}\n"
        for name in names if kind not in {"disable", "enable"} else ():
            if name not in refusals:
                host.at(f"{DUE}/{name}").unlink(missing_ok=True)
    if refusals:
        raise Refused(refusals.strip())


def _steps(host: Host, units: list[Unit], due: dict[str, str]) -> list[Step]:
    steps = []
    for unit, (active, enabled) in zip(units, _states(host, units), strict=True):
        if unit.enabled is not (enabled in ENABLED):
            steps.append(("enable" if unit.enabled else "disable", unit.name, enabled))
        if unit.running:
            action = due.get(unit.name, "") if active in RUNNING else "start"
        else:
            action = "stop" if active in RUNNING else ""
        if action:
            steps.append((action, unit.name, active))
    return steps


def _states(host: Host, units: list[Unit]) -> list[tuple[str, str]]:
    """Return ActiveState and UnitFileState of each unit, asked in one call."""
    if not units:
        return []
    query = ["systemctl", "show", "--property=ActiveState,UnitFileState", "--"]
    blocks = host.run([*query, *(unit.name for unit in units)]).strip("\n").split("\n\n")
    states = [dict(line.partition("=")[::2] for line in block.splitlines()) for block in blocks]
    return [(state["ActiveState"], state["UnitFileState"]) for state in states]


def _run(command: list[str]) -> str:
    """Return what ``command`` printed; a refusal holds the last lines of units in it."""
    # SysV scripts of the same name would be enabled as well, at a reload each
    environment = {**os.environ, "SYSTEMCTL_SKIP_SYSV": "1"}
    result = _completed(command, environment)
    if result.returncode:
        units = [f"--unit={name}" for name in command if name in result.stderr and "." in name]
        journal = ["journalctl", "--no-pager", "--output=cat", "--lines=15", *units]
        last = _completed(journal, environment).stdout if units else ""
        raise Refused(f"{command[0]} {command[1]}: {result.stderr.strip()}\n{last}")
    return result.stdout


def _completed(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def main() -> None:
    """Compare every stage, apply the one that was asked for."""
    module = AnsibleModule(
        argument_spec={
            "trees": {"type": "list", "elements": "dict", "required": True},
            "secrets": {"type": "dict", "default": {}, "no_log": True},
            "wheel": {"type": "str", "default": "", "no_log": True},
            "stage": {"type": "str", "required": True},
        },
        supports_check_mode=True,
    )
    host, params = Host(Path("/"), _run), module.params
    try:
        trees = {
            stage: tree_of(
                [r for r in params["trees"] if r["stage"] == stage], params["secrets"], host
            )
            for stage in dict.fromkeys([params["stage"], *(r["stage"] for r in params["trees"])])
        }
        changes = trees[params["stage"]].changes(host)
        if changes and not module.check_mode:
            watchers = [unit for tree in trees.values() for unit in tree.units]
            trees[params["stage"]].apply(host, params["wheel"], watchers)
        differing = [stage for stage in trees if trees[stage].changes(host)]
    except (Refused, OSError, LookupError, TypeError, zipfile.BadZipFile) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(changes), differing=differing, diff=changes)


if __name__ == "__main__":
    main()
