"""The engine's protocol, where ``pulumi.provider.experimental`` leaves it out.

This adds Attach and Handshake, which the engine calls first. It reports half-made
resources, which the engine records, and mends at the next ``up``. It reports failures as
the four lines that a person reads. Methods have the names of the protocol.
"""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any, NoReturn, TypeAlias

import grpc
import grpc.aio
from google.protobuf import empty_pb2, struct_pb2
from pulumi.provider.experimental import server
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.proto import plugin_pb2, provider_pb2, status_pb2
from typing_extensions import override

from core.errors import Rejected, Unreachable, WorldError
from stacks.provider.engine_log import EngineLog
from stacks.provider.provider import NdcProvider, kind_of, outputs
from stacks.provider.values import from_properties
from stacks.resources import from_plain, identity
from stacks.substrates.port import Substrate

Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]


class Servicer(server.ProviderServicer):
    """One provider process, as the engine sees it."""

    def __init__(self, substrate: Substrate, engine_address: str) -> None:
        super().__init__([], version("ndc"), NdcProvider(substrate, self._progress), engine_address)
        self._log = EngineLog(engine_address)

    @override
    async def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> empty_pb2.Empty:
        """Talk to the engine at the address given, from now on."""
        self._log.close()
        self._log = EngineLog(request.address)
        return empty_pb2.Empty()

    @override
    async def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Say what may be sent here."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=True, accept_outputs=True
        )

    @override
    async def Create(
        self, request: provider_pb2.CreateRequest, context: Context
    ) -> provider_pb2.CreateResponse:
        """Make a resource; one that may have been made is recorded as half made."""
        try:
            answer: provider_pb2.CreateResponse = await super().Create(request, context)  # type: ignore[no-untyped-call]  # upstream's
        except Rejected as error:
            await self._refused(request.urn, error, context)
        except Unreachable as error:
            await self._half_made(request.urn, request.properties, error, context)
        return answer

    @override
    async def Update(
        self, request: provider_pb2.UpdateRequest, context: Context
    ) -> provider_pb2.UpdateResponse:
        """Change a resource; one that may have been changed is recorded as half made."""
        try:
            answer: provider_pb2.UpdateResponse = await super().Update(request, context)  # type: ignore[no-untyped-call]  # upstream's
        except Rejected as error:
            await self._refused(request.urn, error, context)
        except Unreachable as error:
            await self._half_made(request.urn, request.news, error, context)
        return answer

    @override
    async def Read(
        self, request: provider_pb2.ReadRequest, context: Context
    ) -> provider_pb2.ReadResponse:
        """Return what is really there; a look that fails is a failure, not an absence."""
        try:
            answer: provider_pb2.ReadResponse = await super().Read(request, context)  # type: ignore[no-untyped-call]  # upstream's
        except WorldError as error:
            await self._refused(request.urn, error, context)
        return answer

    @override
    async def Delete(
        self, request: provider_pb2.DeleteRequest, context: Context
    ) -> empty_pb2.Empty:
        """Make a resource go; one that may still be there stays on record."""
        try:
            answer: empty_pb2.Empty = await super().Delete(request, context)  # type: ignore[no-untyped-call]  # upstream's
        except WorldError as error:
            await self._refused(request.urn, error, context)
        return answer

    def _progress(self, urn: str, sentence: str) -> None:
        self._log.progress(urn, sentence)

    async def _refused(self, urn: str, error: WorldError, context: Context) -> NoReturn:
        await asyncio.to_thread(self._log.failure, urn, error)
        code = grpc.StatusCode.FAILED_PRECONDITION
        if isinstance(error, Unreachable):
            code = grpc.StatusCode.UNAVAILABLE
        await context.abort(code, "\n".join(error.lines()))

    async def _half_made(
        self, urn: str, inputs: struct_pb2.Struct, error: Unreachable, context: Context
    ) -> NoReturn:
        """Answer that the resource ``urn`` of ``inputs`` may be made, and ``error`` why."""
        await asyncio.to_thread(self._log.failure, urn, error)
        properties = from_properties(PropertyValue.unmarshal_map(inputs))
        spec = from_plain(kind_of(urn), properties)
        detail = provider_pb2.ErrorResourceInitFailed(
            id=identity(spec.kind, spec.name),
            properties=PropertyValue.marshal_map(outputs(spec, ready=False)),
            inputs=inputs,
            reasons=["\n".join(error.lines())],
        )
        await context.abort_with_status(_status_of(detail, error))


def _status_of(detail: provider_pb2.ErrorResourceInitFailed, error: WorldError) -> grpc.Status:
    code = grpc.StatusCode.UNKNOWN
    packed = status_pb2.Status(code=code.value[0], message=error.what)
    packed.details.add().Pack(detail)
    status = grpc.Status()
    status.code, status.details = code, error.what
    status.trailing_metadata = (("grpc-status-details-bin", packed.SerializeToString()),)
    return status
