"""Writes to the engine's log while the provider works.

The engine passes each message on as an event, and its driver reads the events. A failure
is logged as a value beside the text that the engine prints, so that no program has to
find it in decorated text.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from core.errors import WorldError
from stacks.provider.failures import FAILURE, failure_to_json

_ENOUGH_SECONDS: Final = 5.0


class EngineLog:
    """The engine's log, for one provider process."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address)
        self._engine = engine_pb2_grpc.EngineStub(self._channel)

    def progress(self, urn: str, sentence: str) -> None:
        """Log ``sentence``: what happens to the resource ``urn`` right now."""
        self._log(urn, sentence, engine_pb2.INFO)

    def failure(self, urn: str, error: WorldError) -> None:
        """Log why the operation on ``urn`` failed, as a value."""
        self._log(urn, FAILURE + failure_to_json(error), engine_pb2.DEBUG)

    def close(self) -> None:
        """Give the connection back."""
        self._channel.close()

    def _log(self, urn: str, message: str, severity: engine_pb2.LogSeverity.ValueType) -> None:
        request = engine_pb2.LogRequest(
            severity=severity,
            message=message,
            urn=urn,
            ephemeral=severity == engine_pb2.INFO,
        )
        # The work is what counts: an engine that no longer listens does not stop it.
        with suppress(grpc.RpcError):
            self._engine.Log(request, timeout=_ENOUGH_SECONDS)
