"""``python -m monitors.onhost.exporter HOST_FILE``: says on /metrics what this host can see.

On routers: their links and sessions. On a site's monitor: the site's copies, the
objectives, and the voters.
"""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from access.https_server import serve
from access.this_host import this_host_of_arguments
from core.system_clock import SystemClock
from inventory.endpoints import NDC_EXPORTER
from monitors.onhost.watches import watches
from monitors.page import Page

TEXT = "text/plain; version=0.0.4; charset=utf-8"


def application(page: Page) -> Starlette:
    """Return the application that serves ``page``."""

    async def metrics(_: Request) -> Response:
        return Response(await page.text(), media_type=TEXT)

    return Starlette(routes=[Route("/metrics", metrics)])


def main() -> None:
    """Serve until stopped."""
    asyncio.run(_serve())


async def _serve() -> None:
    this_host = this_host_of_arguments("monitors.onhost.exporter")
    async with watches(this_host) as host_watches:
        await serve(application(Page(host_watches, SystemClock())), this_host, NDC_EXPORTER)


if __name__ == "__main__":
    main()
