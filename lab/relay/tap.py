"""TAPs: interfaces of a namespace whose cable is a file descriptor of this process.

They are persistent, so a crash of the relay takes away their carrier and nothing
else. They carry virtio headers, so a segment of 64 KiB crosses in one piece.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lab.relay import operstate
from lab.relay.wires import Plug

_TUNSETIFF = 0x400454CA
_SIOCSIFHWADDR = 0x8924
_TUNSETPERSIST = 0x400454CB
_TUNSETOFFLOAD = 0x400454D0
_TUNSETVNETHDRSZ = 0x400454D8
_TUNSETCARRIER = 0x400454E2
_TAP_WITHOUT_PROTOCOL_WITH_VIRTIO_HEADER = 0x0002 | 0x1000 | 0x4000
_CHECKSUM_AND_SEGMENTATION = 0x01 | 0x02 | 0x04 | 0x08
_VIRTIO_HEADER_BYTES = 10
_CLONE_NEWNET = 0x40000000
_ETHERNET = 1

_libc = ctypes.CDLL(None, use_errno=True)


def namespace_path(namespace: str) -> Path:
    """Return the file that names ``namespace``."""
    return Path("/run/netns") / namespace


def opened(plug: Plug) -> int:
    """Return a non-blocking descriptor of the TAP at ``plug``, which is made if missing.

    Raises:
        OSError: there is no such namespace, or another process holds the TAP.
    """
    with _inside(plug.namespace):
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            # the structure that the kernel reads is 40 bytes long
            fcntl.ioctl(
                descriptor,
                _TUNSETIFF,
                struct.pack(
                    "16sH22x", plug.interface.encode(), _TAP_WITHOUT_PROTOCOL_WITH_VIRTIO_HEADER
                ),
            )
            fcntl.ioctl(descriptor, _SIOCSIFHWADDR, _hardware_address(plug))
            fcntl.ioctl(descriptor, _TUNSETVNETHDRSZ, struct.pack("i", _VIRTIO_HEADER_BYTES))
            fcntl.ioctl(descriptor, _TUNSETOFFLOAD, _CHECKSUM_AND_SEGMENTATION)
            fcntl.ioctl(descriptor, _TUNSETPERSIST, 1)
        except OSError:
            os.close(descriptor)
            raise
    return descriptor


def _hardware_address(plug: Plug) -> bytes:
    """Return the request for a MAC address, the same one when the host at ``plug`` is made anew.

    With another address, the neighbour would send to the old one until its cache forgets.
    """
    digest = zlib.crc32(f"{plug.namespace}/{plug.interface}".encode())
    return struct.pack("16sHBBI16x", plug.interface.encode(), _ETHERNET, 0x02, 0x6E, digest)


def set_carrier(descriptor: int, plug: Plug, *, present: bool) -> None:
    """Show carrier at ``plug``, or none; listeners in its namespace are told at once.

    Raises:
        OSError: another program removed the TAP, or its namespace.
    """
    fcntl.ioctl(descriptor, _TUNSETCARRIER, struct.pack("i", present))
    if not present:
        with _inside(plug.namespace):
            operstate.stop(plug.interface)


def unplug(descriptor: int, *, forget: bool) -> None:
    """Close the TAP at ``descriptor``; with ``forget``, remove it from its namespace as well."""
    if forget:
        with suppress(OSError):  # it went with its namespace
            fcntl.ioctl(descriptor, _TUNSETPERSIST, 0)
    os.close(descriptor)


@contextmanager
def _inside(namespace: str) -> Iterator[None]:
    own_namespace = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        other_namespace = os.open(namespace_path(namespace), os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(other_namespace)
        finally:
            os.close(other_namespace)
        try:
            yield
        finally:
            _enter(own_namespace)
    finally:
        os.close(own_namespace)


def _enter(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
