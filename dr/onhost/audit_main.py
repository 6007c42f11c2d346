"""``ndc-audit``: show the end of this host's audit log, as it is kept.

    python -I -m dr.onhost.audit_main LINES

Run over SSH by ``ndc audit --hosts``, which verifies the chain itself.
"""

from __future__ import annotations

import sys

from core.audit import AuditLog
from core.system_clock import SystemClock
from dr.onhost.epoch_record import FOLDER


def main() -> None:
    """Print as many of the last lines as argv says."""
    (lines,) = sys.argv[1:]
    sys.stdout.write(AuditLog(FOLDER / "audit", SystemClock()).tail(int(lines)))


if __name__ == "__main__":
    main()
