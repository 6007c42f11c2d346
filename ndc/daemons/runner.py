"""``ndc-runner``: carries one run, and is the only writer of its journal.

    python -m ndc.daemons.runner ENVIRONMENT RUN

Start and resume are the same command. It holds the run's lock while it lives;
what it leaves when it is killed, the next one continues.
"""

from __future__ import annotations

import os
import sys
import traceback

from access.secrets import Secrets
from core.errors import NdcError
from dr.live.carrier import Carrier
from dr.live.run_folder import RunFolder
from dr.live.signing import Signing
from dr.reporting.ending import Outcome
from ndc.wiring import environment as environments
from ndc.wiring.doors import Reach, reached
from ndc.wiring.running_network import running

EXIT_CODES = {
    Outcome.DONE: 0,
    Outcome.UNPROTECTED: 1,
    Outcome.UNMEASURED: 1,
    Outcome.UNVERIFIED: 1,
    Outcome.ELSEWHERE: 1,
    Outcome.MISSED: 1,
    Outcome.LOSS: 1,
    Outcome.UNWOUND: 1,
    Outcome.HELD: 7,
    Outcome.GIVEN_UP: 1,
}


def main(reach: Reach = reached) -> None:
    """Carry the run as far as it will go, report it once, and exit with what it came to.

    ``reach`` opens the environment's network for recovery.
    """
    name, run = sys.argv[1:]
    try:
        sys.exit(EXIT_CODES[_carried(name, run, reach)])
    except NdcError as error:
        sys.stderr.write("\n".join(error.lines()) + "\n")
        sys.exit(error.exit_code)
    except Exception:  # noqa: BLE001 - Python's own exit code, 1, says how a run ended
        traceback.print_exc()
        sys.exit(os.EX_SOFTWARE)


def _carried(name: str, run: str, reach: Reach) -> Outcome:
    environment = environments.opened(name)
    network = running(environment, _note)
    folder = RunFolder.opened(environment.paths.runs, run)
    with reach(environment, network) as live, folder.carried(live.clock):
        signing = Signing(network, Secrets(environment.paths.secrets), folder)
        carrier = Carrier(live, folder, signing)
        carrier.carry()
        outcome, text = carrier.result()
    sys.stdout.write(text + "\n")
    return outcome


def _note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
