"""What the probe answers to whoever may ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.clients.probe import MeasureAnswer, ProbeSummary
from monitors.families import exposition
from monitors.probe.service_probe import RECENT, ServiceProbe
from monitors.probe.statements import Oath
from monitors.probe.summaries import probe_families, service_summary

AnswerT = TypeVar("AnswerT")


MOST_TOLD = 2000
"""characters that it signs as told"""

LONGEST_WINDOW = timedelta(hours=2)
"""of one answer: what is told of it lies in memory, 100 MB for each hour"""


def application(probes: Mapping[str, ServiceProbe], oath: Oath) -> Starlette:
    """Return the application over ``probes``, by the names of their services.

    What it says as evidence it says under ``oath``.
    """
    desk = _Desk(probes, oath)
    return Starlette(
        routes=[
            Route("/ledger/{service}", desk.ledger),
            Route("/measure/{service}", desk.measure),
            Route("/summary", desk.summary),
            Route("/metrics", desk.metrics),
            Route("/witness", desk.witness),
            Route("/key", desk.key),
        ],
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    probes: Mapping[str, ServiceProbe]
    oath: Oath
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """of whoever asks for a window: one lies in memory at a time"""

    async def ledger(self, request: Request) -> Response:
        """Answer with the ledger's lines for a window, as they are on disk."""
        probe = self._probe(request)
        window = _window(request, probe)
        async with self.turn:
            stretch = await _on_disk(probe.stretch(*window))
        text = "".join(f"{line}\n" for line in stretch.lines)
        return Response(text, media_type="application/x-ndjson")

    async def measure(self, request: Request) -> Response:
        """Answer with what a window came to; reads back every write of it."""
        probe = self._probe(request)
        window = _window(request, probe)
        async with self.turn:
            measured = await _on_disk(probe.measured(*window))
            body = MeasureAnswer(
                service=probe.name,
                measure=measured.measure,
                testimony=self.oath.testimony(
                    probe.name, measured, interval=probe.interval, at=probe.now()
                ),
            )
            return JSONResponse(body.model_dump(mode="json"))

    async def witness(self, request: Request) -> Response:
        """Answer with a statement of when we were told something, and how the ledgers ended."""
        text = request.query_params.get("told", "")
        if not 0 < len(text) <= MOST_TOLD:
            raise HTTPException(400, f"told is a text of 1 to {MOST_TOLD} characters\n")
        if not self.probes:
            raise HTTPException(404, "no service is probed\n")
        heads = {name: await _on_disk(probe.synced_head()) for name, probe in self.probes.items()}
        (now, *_) = [probe.now() for probe in self.probes.values()]
        return JSONResponse(self.oath.witness(text, heads, now).model_dump(mode="json"))

    async def key(self, _: Request) -> Response:
        """Answer with the key that verifies what we sign."""
        return JSONResponse(self.oath.key_answer().model_dump(mode="json"))

    async def summary(self, _: Request) -> Response:
        """Answer with how every service does now."""
        body = ProbeSummary(
            services={name: service_summary(probe) for name, probe in self.probes.items()}
        )
        return JSONResponse(body.model_dump(mode="json"))

    async def metrics(self, request: Request) -> Response:
        """Answer as Prometheus reads."""
        accept = request.headers.get("accept", "")
        text, media_type = exposition(probe_families(self.probes), accept)
        return Response(text, headers={"content-type": media_type})

    def _probe(self, request: Request) -> ServiceProbe:
        try:
            return self.probes[request.path_params["service"]]
        except KeyError:
            names = ", ".join(self.probes) or "none"
            raise HTTPException(404, f"not probed; these are: {names}\n") from None


async def _on_disk(answer: Awaitable[AnswerT]) -> AnswerT:
    """Return ``answer``, which takes a ledger that is whole on disk."""
    try:
        return await answer
    except OSError as error:
        raise HTTPException(503, f"the ledger is not on disk: {error.strerror}\n") from error


def _window(request: Request, probe: ServiceProbe) -> tuple[datetime, datetime]:
    """Return the window asked for; the last minute where nothing is said.

    Of what is no longer kept nothing is told: it would look like an outage, or like a loss.
    """
    now = probe.now()
    parameters = request.query_params
    since = _moment(parameters.get("since"), now - RECENT)
    until = _moment(parameters.get("until"), now)
    if until - since > LONGEST_WINDOW:
        raise HTTPException(400, f"a window is {LONGEST_WINDOW} long at most\n")
    if since < (tells_since := probe.tells_since):
        raise HTTPException(410, f"nothing is told from before {tells_since.isoformat()}\n")
    return since, until


def _moment(text: str | None, otherwise: datetime) -> datetime:
    if text is None:
        return otherwise
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, "since and until are ISO 8601 moments\n") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
