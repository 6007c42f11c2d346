"""etcd, newer than Debian's 3.4, whose leases are unsafe when the leader's disk stalls."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.text import Say
from toolchain.build.cache import Recipe, made
from toolchain.build.golang import Module, compile_module, ensure_go
from toolchain.build.workshop import Workshop

_MODULE = Module(
    name="etcd",
    packages=(
        "go.etcd.io/etcd/server/v3",
        "go.etcd.io/etcd/etcdctl/v3",
        "go.etcd.io/etcd/etcdutl/v3",
    ),
    flags=("-ldflags", "-s -w"),
)


def ensure_etcd(cache: Path, say: Say) -> Path:
    """Return the folder that holds etcd, etcdctl and etcdutl and nothing else.

    Raises:
        Rejected: they could not be built; the next step names the log.
    """
    recipe = Recipe(
        kind="etcd",
        what="etcd",
        digest=_MODULE.digest,
        expected=timedelta(seconds=60),
        needed_bytes=2 * 2**30,
        yields="etcd",
    )

    def build(workshop: Workshop) -> None:
        compile_module(workshop, _MODULE, ensure_go(cache, say))
        (workshop.draft / "server").rename(workshop.draft / "etcd")

    return made(cache, recipe, build, say)
