"""What the probe answers to whoever may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.clients.probe import ProbeSummary
from monitors.families import exposition
from monitors.probe.service_probe import RECENT, ServiceProbe
from monitors.probe.summaries import measure_answer, probe_families, service_summary


def application(probes: Mapping[str, ServiceProbe]) -> Starlette:
    """Return the application over ``probes``, by the names of their services."""
    desk = _Desk(probes)
    return Starlette(
        routes=[
            Route("/ledger/{service}", desk.ledger),
            Route("/measure/{service}", desk.measure),
            Route("/summary", desk.summary),
            Route("/metrics", desk.metrics),
        ],
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    probes: Mapping[str, ServiceProbe]

    async def ledger(self, request: Request) -> Response:
        """Answer with the ledger's lines for a window, as they are on disk."""
        probe = self._probe(request)
        lines = await probe.lines(*_window(request, probe))
        text = "".join(f"{line}\n" for line in lines)
        return Response(text, media_type="application/x-ndjson")

    async def measure(self, request: Request) -> Response:
        """Answer with what a window came to; reads back every write of it."""
        probe = self._probe(request)
        body = measure_answer(probe, await probe.measured(*_window(request, probe)))
        return JSONResponse(body.model_dump(mode="json"))

    async def summary(self, _: Request) -> Response:
        """Answer with how every service does now."""
        body = ProbeSummary(
            services={name: service_summary(probe) for name, probe in self.probes.items()}
        )
        return JSONResponse(body.model_dump(mode="json"))

    async def metrics(self, _: Request) -> Response:
        """Answer as Prometheus reads."""
        text = exposition(probe_families(self.probes))
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    def _probe(self, request: Request) -> ServiceProbe:
        try:
            return self.probes[request.path_params["service"]]
        except KeyError:
            names = ", ".join(self.probes) or "none"
            raise HTTPException(404, f"not probed; these are: {names}\n") from None


def _window(request: Request, probe: ServiceProbe) -> tuple[datetime, datetime]:
    """Return the window asked for; the last minute where nothing is said."""
    now = probe.now()
    parameters = request.query_params
    return _moment(parameters.get("since"), now - RECENT), _moment(parameters.get("until"), now)


def _moment(text: str | None, otherwise: datetime) -> datetime:
    if text is None:
        return otherwise
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, "since and until are ISO 8601 moments\n") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
