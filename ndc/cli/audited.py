"""Writes each changing command into the audit log: before it acts, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import typer

from ndc.cli.asking import identity, login
from ndc.cli.options import Options, say

if TYPE_CHECKING:
    from core.audit import AuditLog

RUN: Final = "ndc.audit.run"
"""under which a command's context keeps the run that it is about"""

_GROUPS: Final = frozenset({"dr", "drill", "env", "lab"})
LOOKS: Final = frozenset(
    {"", "audit", "check", "doctor", "logs", "show", "status", "tui", "env", "env list", "lab"}
    | {"lab status", "drill", "drill list"}
    | {"dr", "dr plan", "dr runs", "dr show", "dr keys", "dr kept", "dr deeds"}
    | {"dr verify"}
)
"""commands that change nothing; whatever else there is or comes to be is in the log"""


@contextmanager
def audited(context: typer.Context, options: Options, words: Sequence[str]) -> Iterator[None]:
    """Let a command run that is written down, with what became of it; a look runs as it is.

    Raises:
        Rejected: it could not be written down, so nothing was done.
    """
    if is_look(words):
        yield
        return
    log = audit_log()
    number, result = log.append({"what": "begun", **_line(options, words)}), "interrupted"
    try:
        yield
        result = "exit 0"
    except typer.Exit as ended:
        result = f"exit {ended.exit_code}"
        raise
    except Exception as error:
        result = f"exit {getattr(error, 'exit_code', 1)}: {getattr(error, 'what', error)}"[:300]
        raise
    finally:
        ended_so = {"what": "ended", "of": number, "result": result, "run": context.meta.get(RUN)}
        if why := log.try_to_append(ended_so):
            say(f"what became of this command is not in the audit log: {why}")


def audit_log() -> AuditLog:
    """Return the audit log of the commands of this checkout."""
    from core.audit import AuditLog
    from core.system_clock import SystemClock
    from ndc.settings import settings

    return AuditLog(settings().home / "var" / ".audit", SystemClock())


def is_look(words: Sequence[str]) -> bool:
    """Whether the command that ``words`` are changes nothing."""
    names = [word for word in words if not word.startswith("-")]
    command = names[:2] if names[:1] and names[0] in _GROUPS else names[:1]
    return bool({"--help", "-h"} & {*words}) or " ".join(command) in LOOKS


def _line(options: Options, words: Sequence[str]) -> dict[str, str]:
    """Return who asks for what; what is to be run on a host may hold secrets, and is left out."""
    shown = [*words[: words.index("--")], "-- …"] if "--" in words else words
    command = f"ndc {' '.join(shown)}"[:2000]
    line = {
        "env": str(options.environment),
        "by": options.operator or login(),
        "command": command,
        "ticket": options.ticket,
    }
    if options.operator is None:
        return line
    from core.errors import NdcError
    from ndc.wiring.environment import opened
    from ndc.wiring.running_network import kept

    try:
        environment = opened(options.environment)
        return {
            **line,
            **identity(options).proof_of(kept(environment), environment.paths.secrets, line),
        }
    except NdcError as error:  # the command itself tells of it
        return {**line, "not_proved": error.what}
