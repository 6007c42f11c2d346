"""``ndc-kept``: tell what was kept here of a database that no other copy has.

    python -I -m dr.onhost.kept_main HOST DATABASE

Run over SSH by recovery. Prints one line of JSON, ``{"kept": [TAIL, …], "apart": …}``: whether this
host's copy stays apart now. It changes nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from core import files, host_paths
from dr.tail import MARK


def main() -> None:
    """Print what argv asks for."""
    host, database = sys.argv[1:]
    mark = files.read_if_there(Path(host_paths.POSTGRESQL_COPIES, database, MARK))
    # a copy that was made from another one carries its mark
    apart = mark is not None and json.loads(mark)["host"] == host
    tails = kept(Path(host_paths.POSTGRESQL_KEPT, database))
    sys.stdout.write(json.dumps({"kept": tails, "apart": apart}) + "\n")


def kept(folder: Path) -> list[object]:
    """Return every tail that lies whole below ``folder``, by name; none where it is not there."""
    texts = (files.read_if_there(path) for path in sorted(folder.glob("*/tail.json")))
    return [json.loads(text) for text in texts if text]


if __name__ == "__main__":
    main()
