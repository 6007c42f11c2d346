"""``ndc-labd``: becomes a daemon, owns one environment's hosts and links, serves its socket.

The process that starts it waits until it listens, or reads in four lines why it cannot.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from core.errors import NdcError, Rejected, Unreachable
from core.locks import Lock
from lab.ground import Ground
from lab.lab import Lab
from lab.logs import short_logs
from lab.server import LabServer

_BACKLOG = 128
_LAST_WORDS = timedelta(seconds=5)
_UMASK = 0o022
"""what is to be private is made so"""


def start(ground_of: Callable[[], Ground]) -> int:
    """Start the daemon on the ground of ``ground_of``; return the exit code for this process.

    ``ground_of`` is called in the daemon; the error that it raises is printed here.
    """
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        _detach()
        os._exit(_run(ground_of, writer))
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as answer:
        problem = answer.read()
    sys.stderr.write(problem)
    return Rejected.exit_code if problem else 0


def _detach() -> None:
    """Become nobody's child, in a session of its own, with modes of nobody's choosing but ours."""
    os.setsid()
    os.umask(_UMASK)
    if os.fork() != 0:
        os._exit(0)
    os.chdir("/")


def _run(ground_of: Callable[[], Ground], writer: int) -> int:
    """Serve until told to stop; ``writer`` is closed when it listens, or carries the four lines."""
    try:
        ground = ground_of()
        with _only_one(ground), _listening(ground) as listener:
            lab = Lab(ground)
            lab.adopt()
            _redirect(ground)
            os.close(writer)
            writer = -1  # what is said from here on is for the log
            service = LabServer(lab, listener, ground.clock)
            signal.signal(signal.SIGTERM, lambda *_: service.end())
            with short_logs(ground):
                service.serve()
            lab.leave()
    except Exception as error:  # noqa: BLE001 - who started it waits for a word
        problem = error if isinstance(error, NdcError) else _unforeseen(error)
        _last_words(writer, "\n".join(problem.lines()) + "\n")
        return problem.exit_code
    return 0


def _last_words(writer: int, text: str) -> None:
    try:
        os.write(writer, text.encode())
    except OSError:  # nobody waits any more
        sys.stderr.write(text)


def _unforeseen(error: Exception) -> Rejected:
    return Rejected(
        "ndc-labd cannot work on this machine",
        expected="root, and room in /run and in the environment's folder",
        actual=f"{type(error).__name__}: {error}",
        next_step="ndc doctor; mend what it names, then run the command again",
    )


@contextmanager
def _only_one(ground: Ground) -> Iterator[None]:
    ground.sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Lock(ground.sockets / "labd.lock") as lock:
        try:
            # the one before may have stopped listening, and not ended yet
            lock.wait(ground.clock, _LAST_WORDS, what="the lock")
        except Unreachable as error:
            raise Rejected(
                f"another ndc-labd owns environment {ground.environment}",
                expected="one daemon an environment",
                actual=error.actual,
                next_step=f"ndc --env {ground.environment} lab status speaks with the other one",
            ) from None
        yield


@contextmanager
def _listening(ground: Ground) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        ground.labd_socket.unlink(missing_ok=True)
        before = os.umask(0o177)
        listener.bind(str(ground.labd_socket))
        os.umask(before)
        listener.listen(_BACKLOG)
        yield listener
        ground.labd_socket.unlink(missing_ok=True)


def _redirect(ground: Ground) -> None:
    """From now on write to the log; until here the process that started us reads our words."""
    ground.log.mkdir(parents=True, exist_ok=True)
    log = os.open(ground.log / "labd.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, target)
