"""Things of the machine that environments share: the first user makes one, the last removes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import Rejected
from core.mounts import mounted_at, mounts
from lab import ip, machine
from lab.machine import Register, Shared
from lab.mounts import unmount
from lab.names import LAB
from lab.tools import run

NO_WAY_OUT = f"unreachable {LAB} metric 4000000"
"""a route below every management network, so that no lab packet takes the machine's default one"""

_NSPAWN = Path("/run/systemd/nspawn")
_NAMESPACES = Path("/run/netns")
_INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
_INOTIFY_WANTED = 2048
"""the kernel's default is per user, and the systemds of fourteen hosts use half of it"""
_BY_SESSION = Path("/proc/sys/kernel/sched_autogroup_enabled")
"""absent in a kernel that was built without it"""
_EACH_BY_ITSELF = "0"

_ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class SharedThing:
    """One thing of the machine that every lab needs."""

    name: str
    otherwise: Callable[[], str]
    """returns its state if a lab needs another one; empty: nothing to do"""
    make: Callable[[], None]
    """makes it as a lab needs it"""
    restore: Callable[[str], None]
    """restores the state that ``otherwise`` returned"""


def join(
    environment: str, folder: Path = machine.FOLDER, things: Sequence[SharedThing] | None = None
) -> None:
    """Make every one of ``things`` as a lab needs it, and ``environment`` a user of it.

    ``folder`` holds the machine's register.

    Raises:
        Rejected: the machine refused.
    """
    things = THINGS if things is None else things
    with machine.changing(folder) as register:
        for thing in things:
            shared = register.shared.setdefault(thing.name, Shared())
            # found anew after a reboot of the machine; what is as needed was made by a user
            shared.before = thing.otherwise() or shared.before
            if environment not in shared.users:
                shared.users.append(environment)
    with machine.changing(folder):
        for thing in things:
            if thing.otherwise():
                thing.make()


def leave(
    environment: str, folder: Path = machine.FOLDER, things: Sequence[SharedThing] | None = None
) -> None:
    """Make ``environment`` no user of ``things``; restore each thing that has no user left.

    ``folder`` holds the machine's register.

    Raises:
        Rejected: the machine refused.
    """
    with machine.changing(folder) as register:
        for thing in reversed(THINGS if things is None else things):
            _leave(register, thing, environment)


def _leave(register: Register, thing: SharedThing, environment: str) -> None:
    shared = register.shared.get(thing.name)
    if shared is None:
        return
    if environment in shared.users:
        shared.users.remove(environment)
    if not shared.users:
        if shared.before:
            thing.restore(shared.before)
        del register.shared[thing.name]


def _namespace_folder() -> str:
    return "" if mounted_at(_NAMESPACES) else _ABSENT


def _make_namespace_folder() -> None:
    _NAMESPACES.mkdir(parents=True, exist_ok=True)
    # as ip(8) would at the first namespace; but two at the same time would race
    run("mount", "--bind", _NAMESPACES, _NAMESPACES)
    run("mount", "--make-shared", _NAMESPACES)


def _restore_namespace_folder(_: str) -> None:
    if not ip.namespaces():
        unmount(_NAMESPACES)


def _nspawn_folder() -> str:
    over = [mount for mount in mounts() if _NSPAWN.is_relative_to(mount.at)]
    return "" if max(over, key=lambda mount: len(mount.at.parts)).kind == "tmpfs" else _ABSENT


def _make_nspawn_folder() -> None:
    _NSPAWN.mkdir(parents=True, exist_ok=True)
    # nspawn refuses to tidy up on a disk: a reboot inside a host would end as a power-off
    run("mount", "-t", "tmpfs", "-o", "mode=755,size=16m", "ndc", _NSPAWN)


def _restore_nspawn_folder(_: str) -> None:
    unmount(_NSPAWN)


def _route() -> str:
    routes = json.loads(run("ip", "-json", "route", "show", "type", "unreachable") or "[]")
    return "" if any(route["dst"] == str(LAB) for route in routes) else _ABSENT


def _make_route() -> None:
    ip.batch([f"route add {NO_WAY_OUT}"])


def _restore_route(_: str) -> None:
    if not _route():
        ip.batch([f"route del {NO_WAY_OUT}"])


def _inotify() -> str:
    limit = _INOTIFY.read_text("ascii").strip()
    return "" if int(limit) >= _INOTIFY_WANTED else limit


def _make_inotify() -> None:
    _set(_INOTIFY, str(_INOTIFY_WANTED))


def _restore_inotify(limit: str) -> None:
    _set(_INOTIFY, limit)


def _by_session() -> str:
    """Return whether sessions weigh alike, however many processes of which priority each has.

    Every service of every host is a session. No priority would count beyond its own service.
    """
    if not _BY_SESSION.exists():
        return ""
    value = _BY_SESSION.read_text("ascii").strip()
    return "" if value == _EACH_BY_ITSELF else value


def _make_each_by_itself() -> None:
    _set(_BY_SESSION, _EACH_BY_ITSELF)


def _restore_by_session(value: str) -> None:
    _set(_BY_SESSION, value)


def _set(setting: Path, value: str) -> None:
    try:
        setting.write_text(value, "ascii")
    except OSError as error:
        raise Rejected(
            f"{setting} could not be set",
            expected=value,
            actual=error.strerror or str(error),
            next_step="run the command as root of the machine, not of a container",
        ) from error


THINGS = (
    SharedThing(
        "folder of namespaces", _namespace_folder, _make_namespace_folder, _restore_namespace_folder
    ),
    SharedThing(
        "folder of systemd-nspawn", _nspawn_folder, _make_nspawn_folder, _restore_nspawn_folder
    ),
    SharedThing("route that leads nowhere", _route, _make_route, _restore_route),
    SharedThing("limit of inotify", _inotify, _make_inotify, _restore_inotify),
    SharedThing("weight of sessions", _by_session, _make_each_by_itself, _restore_by_session),
)
