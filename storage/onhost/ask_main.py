"""What sshd runs for the key of another host, and nothing else for it: asks the storage program.

    python -I -m storage.onhost.ask_main REFUGE

``REFUGE`` is whose key it is. What it asks stands in SSH_ORIGINAL_COMMAND. It has no right of its
own, and imports nothing that a start every few seconds would have to load.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys

from core.host_paths import STORAGE_SOCKET


def main() -> None:
    """Pass the request on, and the answer back as it comes."""
    refuge, asked = sys.argv[1], os.environ.get("SSH_ORIGINAL_COMMAND", "")
    with socket.socket(socket.AF_UNIX) as way:
        try:
            way.connect(str(STORAGE_SOCKET))
            # a line is what both sides take for one
            way.sendall(f"{refuge}\n{' '.join(asked.split())}\n".encode())
            with way.makefile("rb", buffering=0) as answer:
                shutil.copyfileobj(answer, sys.stdout.buffer, 256 * 2**10)
        except OSError as error:
            sys.exit(f"the storage program does not answer: {error}")


if __name__ == "__main__":
    main()
