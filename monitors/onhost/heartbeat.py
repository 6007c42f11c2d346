"""``python -m monitors.onhost.heartbeat HOST_FILE``: marks each second in databases that lead here.

The mark is what a copy's age is measured by, so an idle database does not look late.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from access.this_host import Here, here_of_arguments
from core.errors import WorldError
from inventory import postgresql
from inventory.network import Database
from monitors.readers import heartbeats

EVERY_SECONDS = 1.0
_log = logging.getLogger("ndc-heartbeat")


def main() -> None:
    """Mark until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    asyncio.run(_mark_all(here_of_arguments("monitors.onhost.heartbeat")))


async def _mark_all(mine: Here) -> None:
    databases = mine.network.databases_on(mine.host.name)
    await asyncio.gather(*(_mark(database, mine) for database in databases))


async def _mark(database: Database, mine: Here) -> None:
    login = postgresql.login(database.name, postgresql.HEARTBEAT)
    access = heartbeats.Access(
        "127.0.0.1", database.port, login, mine.passfile(login), mine.authority
    )
    told = ""
    while True:
        try:
            async with asyncio.timeout(10):
                connection = await access.connect()
            async with connection:
                _log.info("%s: connected", database.name)
                await _mark_while_connected(connection, mine)
        except (WorldError, TimeoutError) as error:
            if str(error) != told:
                _log.info("%s: %s", database.name, told := str(error))
        await asyncio.sleep(EVERY_SECONDS)


async def _mark_while_connected(connection: heartbeats.Connection, mine: Here) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time()
    leads = False
    while True:
        leads = leads or await heartbeats.prepare(connection)
        if leads:
            await heartbeats.beat(connection, mine.host.site)
        due += EVERY_SECONDS
        await asyncio.sleep(max(0.0, due - loop.time()))


if __name__ == "__main__":
    main()
