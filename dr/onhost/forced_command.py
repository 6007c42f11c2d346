"""How recovery's forced commands speak: sshd hands them a request, a line of JSON goes back.

The request is what the client wanted to run; the answer is one line on stdout, and an exit
code (``GuardVerdict``). Both stand in the host's log, whatever was asked.
"""

from __future__ import annotations

import os
import sys
import syslog
from collections.abc import Callable
from typing import NoReturn

from dr.hosts.epochs import MOST_BYTES, GuardAnswer, GuardVerdict


def answer_over_ssh(
    program: str, answering: Callable[[str], tuple[GuardVerdict, GuardAnswer]]
) -> NoReturn:
    """Answer what sshd was asked to run, noted in the log as ``program``; exit with the verdict.

    ``answering`` obeys the text of a request, or refuses.
    """
    text = os.environ.get("SSH_ORIGINAL_COMMAND", "")
    verdict, answer = answering(text)
    syslog.openlog(program)
    syslog.syslog(f"{verdict.name} {text[:MOST_BYTES]!a} {answer.text()}")
    sys.stdout.write(answer.text() + "\n")
    sys.stdout.flush()
    sys.exit(verdict)
