"""``python -m monitors.onhost.heartbeat HOST_FILE``: marks each second in databases that lead here.

The mark is what a copy's age is measured by, so an idle database does not look late.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from access.this_host import ThisHost, this_host_of_arguments
from core.errors import WorldError
from inventory import postgresql
from inventory.network import Database
from monitors.readers import heartbeats

EVERY_SECONDS = 1.0
_log = logging.getLogger("ndc-heartbeat")


def main() -> None:
    """Mark until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    asyncio.run(_mark_all(this_host_of_arguments("monitors.onhost.heartbeat")))


async def _mark_all(this_host: ThisHost) -> None:
    databases = this_host.network.databases_on(this_host.host.name)
    await asyncio.gather(*(_mark(database, this_host) for database in databases))


async def _mark(database: Database, this_host: ThisHost) -> None:
    login = postgresql.login(database.name, postgresql.HEARTBEAT)
    access = heartbeats.MemberAccess(
        str(this_host.host.loopback),
        database.port,
        login,
        this_host.passfile(login),
        this_host.authority,
    )
    last_trouble = ""
    while True:
        try:
            async with asyncio.timeout(10):
                connection = await access.connect()
            async with connection:
                _log.info("%s: connected", database.name)
                await _mark_while_connected(connection, this_host)
        except (WorldError, TimeoutError) as error:
            if str(error) != last_trouble:
                _log.info("%s: %s", database.name, last_trouble := str(error))
        await asyncio.sleep(EVERY_SECONDS)


async def _mark_while_connected(connection: heartbeats.Connection, this_host: ThisHost) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time()
    leads = False
    while True:
        leads = leads or await heartbeats.prepare(connection)
        if leads:
            await heartbeats.beat(connection, this_host.host.site)
        due += EVERY_SECONDS
        await asyncio.sleep(max(0.0, due - loop.time()))


if __name__ == "__main__":
    main()
