"""Tells a namespace that an interface stopped running, ahead of the kernel.

Linux reports lost carriers once a second, for the whole machine (net/core/link_watch.c).
Hosts on machines of their own hardly notice. Ours share one kernel, so the second end of
a cut cable would hear of the cut up to a second late.
"""

from __future__ import annotations

import os
import socket
import struct

_SETLINK = 19
_REQUEST_WITH_ANSWER = 0x01 | 0x04
_OPERSTATE = 16
_DORMANT = 5
_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")
_STATE = struct.Struct("=HHB3x")
_STATE_BYTES = 5
_ERROR = struct.Struct("=i")
_ANSWER_BYTES = 1024


def stop(interface: str) -> None:
    """Make ``interface`` of this thread's namespace not run, and tell its listeners now.

    The kernel corrects the state when it looks at the carrier (RFC 2863, section 3.1.14):
    to down while there is none, to up when it is back. An interface that does not run
    stays as it is.

    Raises:
        OSError: there is no such interface.
    """
    link = _LINK.pack(socket.AF_UNSPEC, 0, socket.if_nametoindex(interface), 0, 0)
    state = _STATE.pack(_STATE_BYTES, _OPERSTATE, _DORMANT)
    size = _HEADER.size + len(link) + len(state)
    header = _HEADER.pack(size, _SETLINK, _REQUEST_WITH_ANSWER, 0, 0)
    with socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE
    ) as kernel:
        kernel.send(header + link + state)
        (negated,) = _ERROR.unpack_from(kernel.recv(_ANSWER_BYTES), _HEADER.size)
    if negated:
        raise OSError(-negated, os.strerror(-negated), interface)
