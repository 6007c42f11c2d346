"""``python -m reference CONFIG``: serve one instance until told to stop."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import uvicorn

from reference.application import application
from reference.configuration import read_configuration
from reference.postgres import PostgresStore


def main() -> None:
    """Serve on the loopback interface; nginx in front speaks TLS to citizens."""
    parser = argparse.ArgumentParser(prog="python -m reference", description=__doc__)
    parser.add_argument("configuration", type=Path)
    configuration = read_configuration(parser.parse_args().configuration)
    # of each statement that a citizen no longer waits for, it would say that it was cancelled
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    uvicorn.run(
        application(configuration, PostgresStore(configuration.dsn)),
        host="127.0.0.1",
        port=configuration.listen_port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=4,
    )


if __name__ == "__main__":
    main()
