"""``ndc-kept``: tell what was kept here of a database that no other copy has.

    python -I -m dr.onhost.kept_main HOST DATABASE

Run over SSH by recovery. Prints one line of JSON, ``{"kept": [TAIL, …], "rows": [ROWS, …], "apart":
…}``: the list of rows of each tail, null where there is none, and whether this host's copy stays
apart now. It changes nothing, and no row's values but those of its key are printed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from core import files, host_paths
from dr.logs.row_list import SUMMARY
from dr.logs.tail import MARK


def main() -> None:
    """Print what argv asks for."""
    host, database = sys.argv[1:]
    mark = files.read_if_there(Path(host_paths.POSTGRESQL_COPIES, database, MARK))
    # a copy that was made from another one carries its mark
    apart = mark is not None and json.loads(mark)["host"] == host
    tails = kept(Path(host_paths.POSTGRESQL_KEPT, database))
    lists = {"kept": [tail for tail, _ in tails], "rows": [rows for _, rows in tails]}
    sys.stdout.write(json.dumps({**lists, "apart": apart}) + "\n")


def kept(folder: Path) -> list[tuple[object, object]]:
    """Return every tail that lies whole below ``folder`` with its list of rows, by name.

    There are none where it is not there; None for a list that nobody made.
    """
    pairs = []
    for path in sorted(folder.glob("*/tail.json")):
        tail, rows = (files.read_if_there(one) for one in (path, path.with_name(SUMMARY)))
        if tail:
            pairs.append((json.loads(tail), json.loads(rows) if rows else None))
    return pairs


if __name__ == "__main__":
    main()
