"""The HTTP face of the service."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from reference.acceptance import Accepted, NeverAccepted, NotAccepted, accept
from reference.configuration import Configuration
from reference.page import page
from reference.submissions import (
    Draft,
    StoreRefused,
    StoreSilent,
    Submission,
    SubmissionStore,
    is_storable,
    objection_to,
)

LONGEST_KEY = 200
LARGEST_BODY_BYTES = 65_536
MOST_KEYS = 200
"""in one look"""

_BODY_SECONDS = 5.0
"""for a whole submission to arrive"""

_PREPARE_EVERY_SECONDS = 0.5

_FORGET_EVERY_SECONDS = 60.0
_FORGET_AT_ONCE = 1000
_FORGET_PAUSE_SECONDS = 1.0
"""while there is more: citizens come first"""


def application(configuration: Configuration, store: SubmissionStore) -> Starlette:
    """Return the application; it answers health before the store is there."""
    desk = _Desk(configuration, store)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        upkeep = asyncio.create_task(_keep_up(configuration, store))
        yield
        upkeep.cancel()
        with suppress(asyncio.CancelledError):
            await upkeep
        await store.close()

    return Starlette(
        routes=[
            Route("/", desk.home),
            Route("/health", desk.health),
            Route("/submissions", desk.submit, methods=["POST"]),
            Route("/submissions", desk.find),
            Route("/submissions/{number:int}", desk.show),
        ],
        lifespan=lifespan,
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    configuration: Configuration
    store: SubmissionStore

    async def home(self, _: Request) -> Response:
        """Answer with a page that says who serves it."""
        return HTMLResponse(page(self.configuration))

    async def health(self, _: Request) -> Response:
        """Answer for this process only: no failure of the store may withdraw the service."""
        configuration = self.configuration
        return JSONResponse(
            {"service": configuration.name, "site": configuration.site, "host": configuration.host}
        )

    async def submit(self, request: Request) -> Response:
        """Acknowledge a submission after its commit, or say what is known."""
        draft = await self._draft(request)
        if isinstance(draft, Response):
            return draft
        match await accept(self.store, draft, is_gone=request.is_disconnected):
            case Accepted(submission, is_new):
                return JSONResponse(
                    self._acknowledgement(submission), status_code=201 if is_new else 200
                )
            case NeverAccepted():
                return _no(400, "no database takes this; nothing was kept")
            case NotAccepted(may_be_kept=True):
                return _no(
                    504, "not acknowledged: it may be kept; send the same key again", "unknown"
                )
            case NotAccepted():
                return _no(503, "not acknowledged: nothing was kept; send the same key again")

    async def show(self, request: Request) -> Response:
        """Answer with one submission, to whoever knows its key: ids can be counted up."""
        key = request.headers.get("idempotency-key", "")
        try:
            submission = await self.store.by_id(request.path_params["number"])
        except (StoreRefused, StoreSilent):
            return _no(503, "the store does not answer", "unknown")
        if submission and hmac.compare_digest(submission.key.encode(), key.encode()):
            return JSONResponse(_plain(submission))
        return _no(404, "there is no such submission under this Idempotency-Key")

    async def find(self, request: Request) -> Response:
        """Answer with the submissions of the keys that are asked for."""
        keys = tuple(request.query_params.getlist("key"))
        if not (0 < len(keys) <= MOST_KEYS and all(map(is_storable, keys))):
            return _no(400, f"ask for 1 to {MOST_KEYS} keys: ?key=A&key=B")
        try:
            submissions = await self.store.by_keys(keys)
        except (StoreRefused, StoreSilent):
            return _no(503, "the store does not answer", "unknown")
        return JSONResponse({"submissions": [_plain(submission) for submission in submissions]})

    async def _draft(self, request: Request) -> Draft | Response:
        key = request.headers.get("idempotency-key", "")
        if not key or len(key) > LONGEST_KEY:
            return _no(400, f"Idempotency-Key must have 1 to {LONGEST_KEY} characters")
        body = await _body(request)
        if isinstance(body, Response):
            return body
        if why := objection_to(body):
            return _no(400, why)
        return Draft(key, body, self.configuration.site, self.configuration.host)

    def _acknowledgement(self, submission: Submission) -> dict[str, Any]:
        return {
            "id": submission.id,
            "key": submission.key,
            "committed_at": submission.committed_at.isoformat(),
            "site": self.configuration.site,
            "host": self.configuration.host,
        }


async def _body(request: Request) -> dict[str, Any] | Response:
    """Return the object that ``request`` brings, or the answer to what is none."""
    raw = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                raw += chunk
                if len(raw) > LARGEST_BODY_BYTES:
                    return _no(413, f"a submission has at most {LARGEST_BODY_BYTES} bytes")
        body = json.loads(raw)
    except TimeoutError:
        return _no(408, f"a submission arrives within {_BODY_SECONDS:g} s")
    except ClientDisconnect:
        return _no(400, "the submission broke off")
    except (ValueError, RecursionError):
        return _no(400, "the body must be JSON")
    return body if isinstance(body, dict) else _no(400, "the body must be a JSON object")


async def _keep_up(configuration: Configuration, store: SubmissionStore) -> None:
    """Make the store ready, and then for ever free of measurements that nobody wants."""
    await _prepare(store)
    kept = timedelta(seconds=configuration.measurements_kept_seconds)
    done = 0
    while True:
        reached = done
        with suppress(StoreRefused, StoreSilent):
            reached = await store.forget(kept, done, _FORGET_AT_ONCE)
        await asyncio.sleep(_FORGET_PAUSE_SECONDS if reached > done else _FORGET_EVERY_SECONDS)
        done = reached


async def _prepare(store: SubmissionStore) -> None:
    has_warned = False
    while True:
        try:
            await store.prepare()
        except (StoreRefused, StoreSilent) as error:
            if not has_warned:
                logging.getLogger(__name__).warning("waiting for the store: %s", error)
                has_warned = True
            await asyncio.sleep(_PREPARE_EVERY_SECONDS)
        else:
            return


def _plain(submission: Submission) -> dict[str, Any]:
    return {
        "id": submission.id,
        "key": submission.key,
        "body": submission.body,
        "committed_at": submission.committed_at.isoformat(),
        "site": submission.site,
        "host": submission.host,
    }


def _no(status: int, sentence: str, outcome: str = "refused") -> JSONResponse:
    return JSONResponse({"outcome": outcome, "why": sentence}, status_code=status)
