"""``python -m ndc`` and the ``ndc`` script: the one place where an error becomes four lines."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import Final

from core.errors import NdcError, Unreachable

_REMEDIES: Final = {
    errno.ENOSPC: "make room there, then run the command again: it goes on where it stopped",
    errno.EDQUOT: "make room there, then run the command again: it goes on where it stopped",
    errno.EACCES: "run the command as root, or mend the rights",
    errno.EPERM: "run the command as root, or mend the rights",
    errno.EROFS: "make the file system writable, then run the command again",
}


def main() -> None:
    """Run the command line; exit with the code that belongs to what was learnt."""
    try:
        from ndc.cli.options import hoisted  # noqa: PLC0415 - an import that fails is told below
        from ndc.cli.root import app  # noqa: PLC0415 - as above

        app(hoisted(sys.argv[1:]), prog_name="ndc")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:  # noqa: BLE001 - whatever it is, a person sees four lines
        if "--debug" in sys.argv or os.environ.get("NDC_DEBUG"):
            traceback.print_exc()
        problem = error if isinstance(error, NdcError) else unforeseen(error)
        sys.stderr.write("\n".join(problem.lines()) + "\n")
        sys.exit(problem.exit_code)


def unforeseen(error: Exception) -> Unreachable:
    """Return what a person is told of an error that nobody translated: it may have happened."""
    if isinstance(error, OSError) and error.errno in _REMEDIES:
        return Unreachable(
            f"the machine refused to go on at {error.filename or 'a file'}",
            expected="a file system that lets this user read and write there",
            actual=error.strerror or str(error),
            next_step=_REMEDIES[error.errno],
        )
    return Unreachable(
        "ndc met something that it has no words for",
        expected="an error that says what to do",
        actual=f"{type(error).__name__}: {error}".splitlines()[0],
        next_step="run the command again with --debug; what it prints then belongs in a report",
    )


if __name__ == "__main__":
    main()
