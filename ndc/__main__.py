"""``python -m ndc`` and the ``ndc`` script: the one place where an error becomes four lines."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import Final

from core.errors import NdcError, Unreachable
from ndc import exits, streams

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
        streams.mend()
        _run()
    except Exception as error:  # noqa: BLE001 - whatever it is, a person sees four lines
        if isinstance(error, BrokenPipeError) and streams.let_go_of_gone_readers():
            sys.exit(exits.READER_GONE.number)
        if "--debug" in sys.argv or os.environ.get("NDC_DEBUG"):
            traceback.print_exc()
        problem = error if isinstance(error, NdcError) else unforeseen(error)
        sys.stderr.write("\n".join(problem.lines()) + "\n")
        sys.exit(problem.exit_code)


def _run() -> None:
    from ndc.cli.options import hoisted  # noqa: PLC0415 - an import that fails is told by main
    from ndc.cli.root import app  # noqa: PLC0415 - as above

    try:
        app(hoisted(sys.argv[1:]), prog_name="ndc")
    except SystemExit as ended:
        # the library would end with 1, which is a word of ours for something else
        if isinstance(ended.__context__, BrokenPipeError):
            raise ended.__context__ from None
        raise


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
