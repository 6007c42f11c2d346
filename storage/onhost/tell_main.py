"""``ndc-store-stands``: say how this host is with a store, as its storage program says itself.

    python -I -m storage.onhost.tell_main STORE

Run over SSH by recovery, as root, who alone reaches the program beside its own account. Prints one
line of JSON (``CopyStanding``); nothing, and exit code 1, where the program does not answer.
"""

from __future__ import annotations

import json
import shutil
import socket
import sys

from core.host_paths import STORAGE_SOCKET


def main() -> None:
    """Ask about the store named in argv, and pass the answer on."""
    (store,) = sys.argv[1:]
    request = json.dumps({"store": store, "verb": "stand"})
    with socket.socket(socket.AF_UNIX) as way:
        try:
            way.connect(str(STORAGE_SOCKET))
            # no refuge asks: the first line is empty
            way.sendall(f"\n{request}\n".encode())
            with way.makefile("rb", buffering=0) as answer:
                shutil.copyfileobj(answer, sys.stdout.buffer)
        except OSError as error:
            sys.exit(f"the storage program does not answer: {error}")


if __name__ == "__main__":
    main()
