"""``ndc-relay ENVIRONMENT WIRES SOCKET``: carries the links of one environment.

``ndc-labd`` starts and restarts it. It goes on forwarding while labd is away.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import socket
import sys
from pathlib import Path

from lab.relay.loop import Relay

_PR_SET_TIMERSLACK = 29
_BACKLOG = 8


def main(wires: Path, at: Path) -> None:
    """Forward until told to stop."""
    # a wait is to end when the packet is due, not up to 50 µs later
    ctypes.CDLL(None).prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0)
    os.nice(-15)
    # two descriptors a link: 510 links would be the end
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        at.unlink(missing_ok=True)
        os.umask(0o177)
        listener.bind(str(at))
        listener.listen(_BACKLOG)
        relay = Relay(wires, listener)
        # packets make no cycles, and a collection would make them late
        gc.freeze()
        gc.disable()
        relay.run()
        at.unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[2]), Path(sys.argv[3]))
