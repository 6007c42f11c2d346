"""``ndc-epoch``: the forced command through which recovery acts on a host.

sshd starts it for the one key that may do nothing else, by a line of root's authorized_keys
(role ``base``). It is the agent's account then, and may change addresses: what the two share
is that account's.

The request is what the client wanted to run; the answer is one line of JSON on
stdout, and an exit code (``GuardVerdict``).
"""

from __future__ import annotations

import os
import sys
import syslog

from core.errors import Rejected
from core.system_clock import SystemClock
from dr.epochs import MOST_BYTES, GuardAnswer, GuardVerdict
from dr.onhost.addresses import Loopback
from dr.onhost.epoch_record import FOLDER, EpochRecord
from dr.onhost.guard import HOST_FILE, Guard, services_in


def main() -> None:
    """Answer the request in ``SSH_ORIGINAL_COMMAND``; exit with the verdict."""
    text = os.environ.get("SSH_ORIGINAL_COMMAND", "")
    verdict, answer = _answered(text)
    syslog.openlog("ndc-epoch")
    syslog.syslog(f"{verdict.name} {text[:MOST_BYTES]!a} {answer.text()}")
    sys.stdout.write(answer.text() + "\n")
    sys.stdout.flush()
    sys.exit(verdict)


def _answered(text: str) -> tuple[GuardVerdict, GuardAnswer]:
    try:
        serves = services_in(HOST_FILE)
    except Rejected as error:
        return GuardVerdict.FAILED, GuardAnswer(None, refused=f"{error.what}: {error.actual}")
    return Guard(serves, EpochRecord(FOLDER, SystemClock()), Loopback()).answer(text)


if __name__ == "__main__":
    main()
