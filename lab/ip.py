"""Runs ``ip``: reads interfaces and namespaces as JSON, and makes many changes in one call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import Rejected
from lab.tools import run

_NAMED = Path("/run/netns")


def batch(lines: Sequence[str], namespace: str | None = None) -> None:
    """Carry out ``lines`` of ``ip -batch`` in order, up to the first one that fails.

    Raises:
        Rejected: a line was refused; those before it were carried out.
    """
    if lines:
        run("ip", *_within(namespace), "-batch", "-", stdin="\n".join(lines) + "\n")


def remove_interface(name: str, namespace: str | None = None) -> None:
    """Make the interface gone; that it, or its whole namespace, went meanwhile counts as done.

    Raises:
        Rejected: it is there still.
    """
    try:
        batch([f"link del {name}"], namespace)
    except Rejected:
        if name in (interfaces_in(namespace) if namespace else interfaces()):
            raise


def remove_namespace(namespace: str) -> None:
    """Make the namespace gone, with what is plugged in; that it went meanwhile counts as done.

    Raises:
        Rejected: it is there still.
    """
    try:
        run("ip", "netns", "del", namespace)
    except Rejected:
        if has_namespace(namespace):
            raise


def take_down(namespace: str) -> None:
    """Set every interface of ``namespace`` down; what went meanwhile is down.

    Raises:
        Rejected: they are there, and cannot be set.
    """
    try:
        batch(["link set group default down"], namespace)
    except Rejected:
        if interfaces_in(namespace):
            raise


def interfaces(namespace: str | None = None) -> dict[str, dict[str, Any]]:
    """Return what ``ip address`` says, by interface."""
    answer = run("ip", "-json", *_within(namespace), "address", "show") or "[]"
    return {each["ifname"]: each for each in json.loads(answer) if "ifname" in each}


def interfaces_in(namespace: str) -> dict[str, dict[str, Any]]:
    """Return ``interfaces`` of ``namespace``; none if there is none, or if it goes meanwhile.

    Raises:
        Rejected: it is there, and cannot be looked into.
    """
    try:
        return interfaces(namespace)
    except Rejected:
        # between the end of a namespace and of its name there is a file and nothing mounted on it
        if namespace_path(namespace).is_mount():
            raise
        return {}


def addresses(interface: dict[str, Any]) -> list[str]:
    """Return the IPv4 addresses of one of ``interfaces``, with prefix lengths."""
    return [
        f"{each['local']}/{each['prefixlen']}"
        for each in interface.get("addr_info", [])
        if each.get("family") == "inet"
    ]


def namespace_path(namespace: str) -> Path:
    """Return the file that names ``namespace``."""
    return _NAMED / namespace


def has_namespace(namespace: str) -> bool:
    """Whether there is a network namespace of that name."""
    return namespace_path(namespace).exists()


def namespaces() -> list[str]:
    """Return the names of all network namespaces of this machine, sorted."""
    return sorted(path.name for path in _NAMED.iterdir()) if _NAMED.is_dir() else []


def _within(namespace: str | None) -> tuple[str, ...]:
    return ("-n", namespace) if namespace else ()
