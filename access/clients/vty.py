"""Asks a daemon of FRR on its own socket, as vtysh does, without starting a vtysh.

A command ends with a zero byte. Its answer ends with three zero bytes and a byte that says
whether the daemon obeyed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from core.errors import NotSeen

CONSOLES = Path("/run/frr")
"""where each daemon listens, in a socket NAME.vty, for members of the group frrvty"""

_LONGEST_ANSWER_BYTES = 4 * 2**20
_WENT_WELL = 0


async def ask(daemon: str, question: str, *, deadline: timedelta, consoles: Path = CONSOLES) -> str:
    """Return what ``daemon`` (``bgpd``, ``bfdd``, ...) answers to ``question``.

    ``question`` is a command of vtysh, such as ``show bfd peers json``; the whole exchange has
    ``deadline``; ``consoles`` is the folder of the sockets.

    Raises:
        NotSeen: it did not answer in time; or, where it ``refused``, it knows no such command
            or could not carry it out, or does not run.
    """
    (text,) = await tell(daemon, [question], deadline=deadline, consoles=consoles)
    return text


async def tell(
    daemon: str, commands: Sequence[str], *, deadline: timedelta, consoles: Path = CONSOLES
) -> list[str]:
    """Have ``daemon`` obey ``commands`` in turn; return what it answers to each of them.

    The first one that it does not obey ends it. ``deadline`` and ``consoles`` are as in ``ask``.

    Raises:
        NotSeen: as ``ask`` does; those before it were obeyed, and of the one that was not
            answered nobody knows.
    """
    answers = await _answers(daemon, commands, deadline, consoles)
    for command, (text, status) in zip(commands, answers, strict=False):
        if status != _WENT_WELL:
            raise NotSeen(
                f"{daemon} said no: {command}",
                refused=True,
                expected=f"status {_WENT_WELL}",
                actual=f"status {status}, {text.strip()[:80] or 'without a word'}",
                next_step="compare FRR's version with the golden image's",
            )
    return [text for text, _ in answers]


async def _answers(
    daemon: str, commands: Sequence[str], deadline: timedelta, consoles: Path
) -> list[tuple[str, int]]:
    """Return the answers to ``commands``, up to the first that was not obeyed."""
    answers: list[tuple[str, int]] = []
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            reader, writer = await asyncio.open_unix_connection(
                consoles / f"{daemon}.vty", limit=_LONGEST_ANSWER_BYTES
            )
            try:
                writer.write(b"enable\0")
                await _answer(reader)
                for command in commands:
                    writer.write(command.encode() + b"\0")
                    answers.append(await _answer(reader))
                    if answers[-1][1] != _WENT_WELL:
                        break
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
        raise NotSeen(
            f"{daemon} did not answer: {commands[min(len(answers), len(commands) - 1)]}",
            refused=isinstance(error, ConnectionRefusedError | FileNotFoundError),
            expected=f"an answer on {consoles}/{daemon}.vty within {deadline.total_seconds():g} s",
            actual=str(error) or type(error).__name__,
            next_step="systemctl status frr; is who asks in the group frrvty?",
        ) from error
    return answers


async def _answer(reader: asyncio.StreamReader) -> tuple[str, int]:
    text = await reader.readuntil(b"\0\0\0")
    status = await reader.readexactly(1)
    return text[:-3].decode(errors="replace"), status[0]
