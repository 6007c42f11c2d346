"""``python -m toolchain.build [NAME …]``: build what is missing, print where it is."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from core.errors import NdcError
from core.text import Say
from toolchain.build import (
    ensure_alertmanager,
    ensure_etcd,
    ensure_image,
    ensure_promtool,
    ensure_pulumi,
    ensure_wheel,
)
from toolchain.usual_cache import usual_cache


def _image(cache: Path, say: Say) -> Path:
    return ensure_image(cache, say).path


TOOLS = {
    "alertmanager": ensure_alertmanager,
    "pulumi": ensure_pulumi,
    "etcd": ensure_etcd,
    "image": _image,
    "promtool": ensure_promtool,
    "wheel": ensure_wheel,
}


def main() -> None:
    """Print one path a line, in the order asked for."""
    parser = argparse.ArgumentParser(prog="python -m toolchain.build", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TOOLS))
    parser.add_argument("--cache", type=Path, default=usual_cache(os.environ))
    options = parser.parse_args()
    if unknown := set(options.names) - set(TOOLS):
        parser.error(f"nothing of ours is called {', '.join(sorted(unknown))}")
    try:
        for name in options.names or TOOLS:
            print(TOOLS[name](options.cache, _say))  # noqa: T201 - the answer
    except NdcError as error:
        _say("\n".join(error.lines()))
        sys.exit(error.exit_code)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - stdout stays the answer


if __name__ == "__main__":
    main()
