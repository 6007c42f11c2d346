"""``ndc-labd ENVIRONMENT``: owns the hosts and links of one environment of the lab.

Started on demand. The command returns when the daemon listens, or with four lines
on stderr when it cannot.
"""

from __future__ import annotations

import sys
from functools import partial

from lab.daemon import start
from ndc.wiring.lab_ground import ground_of

if __name__ == "__main__":
    sys.exit(start(partial(ground_of, sys.argv[1])))
