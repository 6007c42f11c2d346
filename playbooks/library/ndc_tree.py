#!/usr/bin/python3
"""Makes a host hold what its roles contribute: accounts, folders, files, programs, units.

One task carries the whole tree of a host, so that it is compared on the host
and what is equal costs nothing. Before the first file changes, each restart that
follows is written down: the next run completes a run that was cut short.
"""

from __future__ import annotations

import base64
import os
import subprocess
import zipfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.ndc_host import Entry, Host, Refused
from ansible.module_utils.ndc_units import Unit, disturbs, due, mark, settle, steps_of

ACCOUNTS = "/etc/sysusers.d/ndc.conf"
STAGES = ("base", "quorum", "everything")
"""in the order of application"""


@dataclass(frozen=True)
class Tree:
    """The union of what roles contribute for one stage; no two entries have one path."""

    entries: list[Entry]
    programs: list[str]
    units: list[Unit]

    def changes(self, host: Host) -> list[dict[str, str]]:
        """Return how the host differs, as a diff; nothing is touched."""
        changes = [_change(host, entry) for entry in self._unlike(host)]
        changes += [_diff(path, "", "programs") for path in self.programs if not host.look(path)]
        asked = due(host, self.units, [change["after_header"] for change in changes])
        steps = steps_of(host, self.units, asked)
        return changes + [_diff(f"unit {name}", state, action) for action, name, state in steps]

    def apply(self, host: Host, wheel: str, watchers: list[Unit], *, watch: bool = False) -> None:
        """Make the host so; ``watchers`` are the units of every stage.

        With ``watch``, units that were told something must be seen to stay up.
        """
        entries = self._unlike(host)
        mark(host, watchers, [entry.path for entry in entries])
        for path in self.programs:
            host.unpack(wheel, path)
        for entry in entries:
            if entry.path == ACCOUNTS:  # first make them, then say that they are made
                host.run(["systemd-sysusers", "--inline", *entry.content.decode().splitlines()])
            host.write(entry)
        host.keep(entry.path for entry in entries)
        settle(host, self.units, watch=watch)

    def unlike(self, host: Host) -> list[str]:
        """Return the paths at which the host differs."""
        lacking = [path for path in self.programs if not host.look(path)]
        return [*(entry.path for entry in self._unlike(host)), *lacking]

    def _unlike(self, host: Host) -> list[Entry]:
        return [entry for entry in self.entries if host.look(entry.path) != entry]


@dataclass(frozen=True)
class Outlook:
    """Which stages differ, and may be applied at any time or only in a wave."""

    at_once: list[str]
    by_wave: list[str]
    """from the first on that disturbs what serves somebody"""
    unfinished: bool
    """whether something here was well before an earlier change, and is not since"""


def outlook(host: Host, trees: dict[str, Tree]) -> Outlook:
    """Return how ``trees``, by their stages, differ from the host; nothing is touched.

    Where nothing of ours was ever applied, nothing is disturbed.
    """
    changed = [path for tree in trees.values() for path in tree.unlike(host)]
    fresh = not host.look(ACCOUNTS)
    at_once: list[str] = []
    by_wave: list[str] = []
    for stage, tree in trees.items():
        steps = steps_of(host, tree.units, due(host, tree.units, changed))
        if not steps and not tree.unlike(host):
            continue
        waits = by_wave or (disturbs(steps) and not fresh)
        (by_wave if waits else at_once).append(stage)
    units = [unit for tree in trees.values() for unit in tree.units]
    return Outlook(at_once, by_wave, any(host.due(unit.name).well for unit in units))


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
    if "content_base64" in item:
        content = base64.b64decode(item["content_base64"])
    return Entry(item["path"], kind, mode, owner, group, content, secret=bool(secret))


def _change(host: Host, entry: Entry) -> dict[str, str]:
    old = host.look(entry.path)
    before = replace(old, secret=entry.secret).text() if old else ""
    return _diff(entry.path, before, entry.text())


def _diff(thing: str, before: str, after: str) -> dict[str, str]:
    return {"before_header": thing, "after_header": thing, "before": before, "after": after}


def _run(command: list[str]) -> str:
    """Return what ``command`` printed; a refusal holds the last lines of units in it."""
    # SysV scripts of the same name would be enabled as well, at a reload each
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "SYSTEMCTL_SKIP_SYSV": "1"}
    result = _completed(command, environment)
    if result.returncode:
        units = [f"--unit={name}" for name in command if name in result.stderr and "." in name]
        journal = ["journalctl", "--no-pager", "--output=cat", "--lines=15", *units]
        last = _completed(journal, environment).stdout if units else ""
        raise Refused(f"{command[0]} {command[1]}: {result.stderr.strip()}\n{last}")
    return result.stdout


def _completed(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=env)


def main() -> None:
    """Look at every stage, apply the one that was asked for."""
    module = AnsibleModule(
        argument_spec={
            "trees": {"type": "list", "elements": "dict", "required": True},
            "secrets": {"type": "dict", "default": {}, "no_log": True},
            "wheel": {"type": "str", "default": "", "no_log": True},
            "stage": {"type": "str", "required": True, "choices": list(STAGES)},
            "careful": {"type": "bool", "default": False},
            "watch": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    host, params = Host(Path("/"), _run), module.params
    try:
        trees = _trees(params, host)
        view = outlook(host, trees)
        changes = trees[params["stage"]].changes(host)
        if params["careful"] and params["stage"] not in view.at_once:
            changes = []
        if changes and not module.check_mode:
            watchers = [unit for tree in trees.values() for unit in tree.units]
            trees[params["stage"]].apply(host, params["wheel"], watchers, watch=params["watch"])
    except (Refused, OSError, LookupError, TypeError, zipfile.BadZipFile) as error:
        module.fail_json(msg=str(error))
    # whoever was told to apply a stage has nothing to leave
    left = {} if not (params["careful"] or module.check_mode) else asdict(view)
    module.exit_json(changed=bool(changes), diff=changes, **left)


def _trees(params: dict[str, Any], host: Host) -> dict[str, Tree]:
    """Return the tree of each stage, in the order of application."""
    by_stage = {stage: [r for r in params["trees"] if r["stage"] == stage] for stage in STAGES}
    if unknown := {role["stage"] for role in params["trees"]} - set(STAGES):
        raise Refused(f"there is no stage called {', '.join(sorted(unknown))}")
    return {stage: tree_of(roles, params["secrets"], host) for stage, roles in by_stage.items()}


if __name__ == "__main__":
    main()
