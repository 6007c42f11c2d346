"""``python -m ndc`` and the ``ndc`` script: the one place where an error becomes four lines."""

from __future__ import annotations

import os
import sys
import traceback

from ndc.kernel.errors import NdcError


def main() -> None:
    """Run the command line; exit with the code that belongs to what was learnt."""
    from ndc.cli.options import hoisted  # noqa: PLC0415 - an import that fails is reported below
    from ndc.cli.root import app  # noqa: PLC0415 - as above

    try:
        app(hoisted(sys.argv[1:]))
    except NdcError as error:
        if "--debug" in sys.argv or os.environ.get("NDC_DEBUG"):
            traceback.print_exc()
        sys.stderr.write("\n".join(error.lines()) + "\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; what was begun is on record: `ndc status` shows it\n")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


if __name__ == "__main__":
    main()
