"""``python -m monitors.onhost.exporter HOST_FILE``: says on /metrics what this host can see.

On routers: their links, sessions, and which sites announce services. On a site's monitor: the
site's copies and their objectives, orders left for Patroni, certificates, and the voters.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

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

_PATIENCE = "X-Prometheus-Scrape-Timeout-Seconds"
"""how long a Prometheus waits for a page; it says so each time"""
_ON_THE_WAY = timedelta(seconds=0.5)
"""of that, for the page to be written and to arrive"""
_MOST = timedelta(seconds=8)


def application(page: Page) -> Starlette:
    """Return the application that serves ``page``."""

    async def metrics(request: Request) -> Response:
        accept = request.headers.get("accept", "")
        text, media_type = await page.text(accept, within=_within(request))
        return Response(text, headers={"content-type": media_type})

    return Starlette(routes=[Route("/metrics", metrics)])


def _within(request: Request) -> timedelta:
    """Return how long collecting may take for whoever made ``request``."""
    try:
        patience = timedelta(seconds=float(request.headers[_PATIENCE]))
    except (KeyError, ValueError, OverflowError):
        return _MOST
    return min(max(patience - _ON_THE_WAY, _ON_THE_WAY), _MOST)


def main() -> None:
    """Serve until stopped."""
    asyncio.run(_serve())


async def _serve() -> None:
    this_host = this_host_of_arguments("monitors.onhost.exporter")
    async with watches(this_host) as host_watches:
        await serve(application(Page(host_watches, SystemClock())), this_host, NDC_EXPORTER)


if __name__ == "__main__":
    main()
