"""The units of a host: what they must be told, and whether they are as well as before.

A unit that is changed while it runs must be as well afterwards as it was. What was well is
written into its mark before the first file changes, so that nobody forgets it: not the run that
goes on after a crash, and not the one that finds every file as declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ansible.module_utils.ndc_host import Due, Host, Refused

UNIT_FILES = "/etc/systemd/system/"
ORDER = ("disable", "enable", "daemon-reload", "stop", "start", "restart", "reload")
RUNNING = {"active", "activating", "reloading"}
SERVING = {"active", "reloading"}
ENABLED = {"enabled", "static", "generated", "alias", "indirect"}
DISTURBING = {"stop", "restart", "reload"}

STEADY_SECONDS = 3
"""a program that cannot run with what it was given ends within this, a second after its start"""
HICCUP_SECONDS = 5
"""what is well as a rule may be unwell for so long: an election takes 2"""
RECOVERY_SECONDS = 90
"""how long a unit may take to be as well as it was; a database stops and starts in 15"""

T = TypeVar("T")

Step = tuple[str, str, str]
"""what to tell systemctl: action, unit, and the state that the unit is in"""


@dataclass(frozen=True)
class Unit:
    """A unit of systemd, and what it must be restarted or reloaded for."""

    name: str
    enabled: bool = True
    running: bool = True
    roams: bool = False
    """whether it runs is decided elsewhere; it is told of a change only while it does"""
    restart_on: tuple[str, ...] = ()
    reload_on: tuple[str, ...] = ()
    well: tuple[str, ...] = ()
    """a command that fails, or prints what is well, a line each; empty: nobody can be asked"""

    def must(self, changed: str) -> str:
        """Return ``restart``, ``reload`` or nothing: what a change at ``changed`` asks for."""
        own = (UNIT_FILES + self.name, f"{UNIT_FILES}{self.name}.d")
        for action, paths in (("restart", (*own, *self.restart_on)), ("reload", self.reload_on)):
            if any(changed == path or changed.startswith(f"{path}/") for path in paths):
                return action
        return ""


def due(host: Host, units: Iterable[Unit], changed: list[str]) -> dict[str, str]:
    """Return what ``changed`` asks of units, together with what an earlier run left to do."""
    actions = {}
    for unit in units:
        asked = {host.due(unit.name).action, *(unit.must(path) for path in changed)}
        if action := next((action for action in ("restart", "reload") if action in asked), ""):
            actions[unit.name] = action
    return actions


def mark(host: Host, units: list[Unit], changed: list[str]) -> None:
    """Write down what ``changed`` asks of ``units``, and what of them is well now."""
    asked = due(host, units, changed)
    concerned = [unit for unit in units if unit.name in asked]
    for unit, (active, _) in zip(concerned, _states(host, concerned), strict=True):
        well = host.due(unit.name).well
        if unit.well and active in SERVING and not well:
            well = _until(host, HICCUP_SECONDS, partial(_well, host, unit))
        host.mark(unit.name, Due(asked[unit.name], well))


def steps_of(host: Host, units: list[Unit], asked: dict[str, str]) -> list[Step]:
    """Return what systemctl must be told, where ``asked`` is due."""
    steps = []
    for unit, (active, enabled) in zip(units, _states(host, units), strict=True):
        if unit.enabled is not (enabled in ENABLED):
            steps.append(("enable" if unit.enabled else "disable", unit.name, enabled))
        if unit.running:
            otherwise = "" if unit.roams else "start"
            wanted = asked.get(unit.name, "") if active in RUNNING else otherwise
        else:
            wanted = "stop" if active in RUNNING else ""
        if wanted:
            steps.append((wanted, unit.name, active))
    return steps


def disturbs(steps: list[Step]) -> bool:
    """Whether a step stops, restarts or reloads what serves somebody."""
    return any(action in DISTURBING and state in SERVING for action, _, state in steps)


def settle(host: Host, units: list[Unit], *, watch: bool) -> None:
    """Tell systemctl what ``units`` lack, and return when they are as well as they were.

    Each kind of step is taken at once; what fails keeps nothing else from being tried, and
    keeps its mark. With ``watch``, what was told must be seen to stay up, whatever it was.

    Raises:
        Refused: a unit did not do as it was told, or is not as well as before.
    """
    steps = steps_of(host, units, due(host, units, []))
    refusals = _told(host, steps)
    acted = {name for action, name, _ in steps if action not in {"enable", "disable"}}
    concerned = [unit for unit in units if unit.name in acted and unit.name not in refusals]
    watched = [u for u in concerned if u.running and (watch or host.due(u.name).well)]
    refusals += _fallen(host, watched)
    for unit in units:
        if unit.roams and unit.name not in acted and host.due(unit.name).action:
            host.unmark(unit.name)  # it begins with what is there
    for unit in concerned:
        if unit.running and unit.name not in refusals:
            refusals += _not_well(host, unit)
        if unit.name not in refusals:
            host.unmark(unit.name)
    if refusals:
        raise Refused(refusals.strip())


def _told(host: Host, steps: list[Step]) -> str:
    refusals = ""
    for wanted in ORDER if steps else ():
        names = [name for action, name, _ in steps if action == wanted]
        try:
            if names or wanted == "daemon-reload":
                host.run(["systemctl", "--no-reload", wanted, *names])
        except Refused as error:
            refusals += f"{error}\n"
    return refusals


def _fallen(host: Host, units: list[Unit]) -> str:
    """Return which of ``units`` do not stay up."""
    if not units:
        return ""
    before = _shown(host, units, "NRestarts")
    host.wait(STEADY_SECONDS)
    after = _shown(host, units, "ActiveState", "NRestarts")
    return "".join(
        f"{unit.name} does not stay up: it is {now['ActiveState']}\n"
        for unit, then, now in zip(units, before, after, strict=True)
        if now["ActiveState"] not in SERVING or now["NRestarts"] != then["NRestarts"]
    )


def _not_well(host: Host, unit: Unit) -> str:
    """Return what of ``unit`` was well before it was changed, and did not become so again."""
    wanted = host.due(unit.name).well
    if not wanted or _until(host, RECOVERY_SECONDS, lambda: _well(host, unit) >= wanted):
        return ""
    lost = ", ".join(sorted(wanted - _well(host, unit)))
    return f"{unit.name} is not as well as before: {lost} is missing\n"


def _until(host: Host, seconds: float, look: Callable[[], T]) -> T:
    """Return what ``look`` gives as soon as that is something, or its last answer."""
    began = host.now()
    while not (answer := look()) and host.now() - began < seconds:
        host.wait(1)
    return answer


def _well(host: Host, unit: Unit) -> frozenset[str]:
    try:
        return frozenset(line.strip() for line in host.run([*unit.well]).splitlines())
    except Refused:
        return frozenset()


def _states(host: Host, units: list[Unit]) -> list[tuple[str, str]]:
    """Return ActiveState and UnitFileState of each unit."""
    shown = _shown(host, units, "ActiveState", "UnitFileState")
    return [(state["ActiveState"], state["UnitFileState"]) for state in shown]


def _shown(host: Host, units: list[Unit], *properties: str) -> list[dict[str, str]]:
    """Return ``properties`` of each unit, asked in one call."""
    if not units:
        return []
    asked = ["systemctl", "show", f"--property={','.join(properties)}", "--"]
    blocks = host.run([*asked, *(unit.name for unit in units)]).strip("\n").split("\n\n")
    return [dict(line.partition("=")[::2] for line in block.splitlines()) for block in blocks]
