"""What this machine lacks to carry the lab, or to run `make check`.

Runs before anything is installed, so: the standard library and its siblings only, and
nothing newer than the Python of the distributions that are refused. It is run as a script,
by any Python of the machine, and imported by ``ndc doctor``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
LACKS = 6  # what it exits with where something is missing, or not as needed
if __name__ == "__main__":
    sys.path.insert(0, str(CHECKOUT))  # a script knows its own folder only

from toolchain.check_needs import check_needs  # noqa: E402 - found once the path is known
from toolchain.finding import MISSING, OK, Finding  # noqa: E402 - as above
from toolchain.lab_needs import lab_needs  # noqa: E402 - as above
from toolchain.usual_cache import usual_cache  # noqa: E402 - as above


def told(findings: Sequence[Finding]) -> str:
    """Return what a person reads: a line for each thing that is there, four for each other."""
    width = max(len(f.subject) for f in findings)
    lines = [f"{OK:>9}  {f.subject:<{width}}  {f.actual}" for f in findings if f.verdict == OK]
    for f in findings:
        if f.verdict != OK:
            how = "is missing" if f.verdict == MISSING else "is not as needed"
            lines += [
                "",
                f"     what  {f.subject} {how}",
                f" expected  {f.expected}",
                f"   actual  {f.actual}",
                f"next step  {f.next_step}",
            ]
    return "\n".join(lines)


def exit_code(findings: Sequence[Finding]) -> int:
    """Return 0 if nothing is wrong, else ``LACKS``."""
    return LACKS if any(f.verdict != OK for f in findings) else 0


def main() -> int:
    """Look, tell, and return the exit code."""
    parser = argparse.ArgumentParser(description="Say what this machine lacks to carry the lab.")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.add_argument("--quiet", action="store_true", help="tell only what is wrong")
    parser.add_argument("--check-only", action="store_true", help="what `make check` needs")
    parser.add_argument("--installing", action="store_true", help="forgive missing packages")
    options = parser.parse_args()
    cache = usual_cache(os.environ)
    findings = check_needs() if options.check_only else lab_needs(CHECKOUT, cache)
    acceptable = {OK, MISSING} if options.installing else {OK}
    wrong = [f for f in findings if f.verdict not in acceptable]
    selection = wrong if options.quiet else findings
    if options.json:
        print(json.dumps([f._asdict() for f in selection], indent=2))  # noqa: T201 - the answer
    elif selection:
        # of a folder's name the terminal may lack a letter
        code = sys.stdout.encoding
        print(told(selection).encode(code, "replace").decode(code))  # noqa: T201 - the answer
    return exit_code(wrong)


if __name__ == "__main__":
    sys.exit(main())
