"""The provider as the engine sees it: a process, a port, the protocol."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, status_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub
from typing_extensions import override

from core.errors import Rejected
from core.system_clock import SystemClock
from inventory.names import HostName, SegmentName, SiteName
from stacks.provider.failures import FAILURE, failure_from_json
from stacks.resources import HostSpec, Spec, to_plain
from stacks.substrates.memory import MemorySubstrate

HOST = HostSpec(
    HostName("h"), SiteName("s"), SegmentName("lan"), "198.18.1.2/24", "img", "SHA256:k"
)


class Listening(engine_pb2_grpc.EngineServicer):
    """The engine's log, kept."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[engine_pb2.LogRequest] = queue.SimpleQueue()

    @override
    def Log(self, request: engine_pb2.LogRequest, context: object) -> empty_pb2.Empty:
        self.heard.put(request)
        return empty_pb2.Empty()

    def about(self, spec: Spec) -> engine_pb2.LogRequest:
        """Return the next that was said about ``spec``."""
        while (said := self.heard.get(timeout=5)).urn != urn(spec):
            pass
        return said


@dataclass(frozen=True, slots=True)
class Talk:
    """A provider process that is being talked to."""

    provider: Any
    log: Listening
    substrate: MemorySubstrate
    process: subprocess.Popen[str]

    def create(self, spec: Spec, *, preview: bool = False) -> provider_pb2.CreateResponse:
        request = provider_pb2.CreateRequest(
            urn=urn(spec), properties=struct(to_plain(spec)), preview=preview
        )
        answer: provider_pb2.CreateResponse = self.provider.Create(request, timeout=10)
        return answer

    def read(self, spec: Spec, **outputs: object) -> provider_pb2.ReadResponse:
        request = provider_pb2.ReadRequest(
            urn=urn(spec),
            id=f"{spec.kind}/{spec.name}",
            properties=struct(to_plain(spec) | outputs),
            inputs=struct(to_plain(spec)),
        )
        answer: provider_pb2.ReadResponse = self.provider.Read(request, timeout=10)
        return answer

    def diff(self, old: Spec, new: Spec, **outputs: object) -> provider_pb2.DiffResponse:
        request = provider_pb2.DiffRequest(
            urn=urn(new),
            olds=struct(to_plain(old) | {"ready": True} | outputs),
            news=struct(to_plain(new)),
        )
        answer: provider_pb2.DiffResponse = self.provider.Diff(request, timeout=10)
        return answer


def urn(spec: Spec) -> str:
    return f"urn:pulumi:site-s::ndc::ndc:index:Site$ndc:index:{spec.kind.title()}::{spec.name}"


def struct(plain: dict[str, Any]) -> struct_pb2.Struct:
    return ParseDict(plain, struct_pb2.Struct())


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Yield one process for all tests that leave it alive; each has a host of its own."""
    with begun(tmp_path_factory.mktemp("shared")) as process:
        yield process


@pytest.fixture
def host(request: pytest.FixtureRequest) -> HostSpec:
    """Return a host that no other test makes."""
    return replace(HOST, name=HostName(request.node.name))


@contextmanager
def begun(folder: Path) -> Iterator[Talk]:
    """Start a provider process; end it afterwards."""
    log = Listening()
    engine = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(log, engine)
    address = f"127.0.0.1:{engine.add_insecure_port('127.0.0.1:0')}"
    engine.start()
    world = folder / "world.json"
    told = {"NDC_SUBSTRATE": "memory", "NDC_SUBSTRATE_AT": str(world), "NDC_ENV": "test"}
    with subprocess.Popen(
        [sys.executable, "-m", "ndc.daemons.provider", address],
        env={**os.environ, **told},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        port = process.stdout.readline().strip() if process.stdout else ""
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            substrate = MemorySubstrate(world, owner="test", clock=SystemClock())
            yield Talk(ResourceProviderStub(channel), log, substrate, process)
        process.send_signal(signal.SIGINT)
        process.wait(10)
    engine.stop(None)


def test_creating_makes_the_thing_and_says_so_in_the_engines_log(
    talk: Talk, host: HostSpec
) -> None:
    made = talk.create(host)

    assert made.id == f"host/{host.name}"
    assert MessageToDict(made.properties)["ready"] is True
    assert talk.substrate.look("host", host.name) == host
    told = talk.log.about(host)
    assert (told.urn, told.message, told.ephemeral) == (
        urn(host),
        f"host/{host.name} is being made",
        True,
    )


def test_creating_what_is_there_adopts_it(talk: Talk, host: HostSpec) -> None:
    talk.substrate.ensure(host, print)

    assert talk.create(host).id == f"host/{host.name}"


def test_a_preview_touches_nothing(talk: Talk, host: HostSpec) -> None:
    talk.create(host, preview=True)

    assert talk.substrate.look("host", host.name) is None


def test_what_is_refused_is_not_recorded_and_the_four_lines_are_told(
    talk: Talk, host: HostSpec
) -> None:
    talk.substrate.spoil("host", host.name, "refusing")

    with pytest.raises(grpc.RpcError) as refused:
        talk.create(host)

    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "next step" in (refused.value.details() or "")
    told = failure_from_json(_failure(talk, host))
    assert isinstance(told, Rejected)
    assert told.next_step == "let the weather be fair again"


def test_what_may_have_been_made_is_recorded_as_half_made(talk: Talk, host: HostSpec) -> None:
    talk.substrate.spoil("host", host.name, "half-made")

    with pytest.raises(grpc.RpcError) as doubtful:
        talk.create(host)

    (packed,) = (
        each.value
        for each in doubtful.value.trailing_metadata() or ()
        if each.key == "grpc-status-details-bin"
    )
    status = status_pb2.Status.FromString(packed if isinstance(packed, bytes) else b"")
    half_made = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(half_made)
    assert half_made.id == f"host/{host.name}"
    assert MessageToDict(half_made.properties)["ready"] is False
    assert "none within 30 s" in half_made.reasons[0]


def test_what_is_half_made_stays_so_until_it_is_mended(talk: Talk, host: HostSpec) -> None:
    talk.substrate.ensure(host, print)

    seen = talk.read(host, ready=False)
    diff = talk.diff(host, host, ready=False)

    assert MessageToDict(seen.properties)["ready"] is False
    assert diff.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(diff.replaces) == []


def test_reading_returns_what_is_really_there(talk: Talk, host: HostSpec) -> None:
    talk.substrate.ensure(replace(host, segment=SegmentName("elsewhere")), print)

    seen = talk.read(host)

    assert seen.id == f"host/{host.name}"
    assert MessageToDict(seen.inputs)["segment"] == "elsewhere"


def test_what_is_gone_is_read_as_gone(talk: Talk, host: HostSpec) -> None:
    assert talk.read(host).id == ""


def test_what_cannot_be_seen_is_not_read_as_gone(talk: Talk, host: HostSpec) -> None:
    talk.substrate.spoil("host", host.name, "silent")

    with pytest.raises(grpc.RpcError) as silent:
        talk.read(host)

    assert silent.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_difference_says_whether_it_replaces(talk: Talk, host: HostSpec) -> None:
    moved = talk.diff(host, replace(host, segment=SegmentName("other")))
    renewed = talk.diff(host, replace(host, image="new"))

    assert list(moved.diffs) == ["segment"]
    assert list(moved.replaces) == []
    assert list(renewed.replaces) == ["image"]
    assert renewed.deleteBeforeReplace


def test_a_wrong_input_is_named(talk: Talk, host: HostSpec) -> None:
    wrong = to_plain(host) | {"image": 7}

    answer = talk.provider.Check(
        provider_pb2.CheckRequest(urn=urn(host), news=struct(wrong)), timeout=10
    )

    assert [failure.property for failure in answer.failures] == ["image"]


def test_deleting_makes_it_gone(talk: Talk, host: HostSpec) -> None:
    talk.substrate.ensure(host, print)

    request = provider_pb2.DeleteRequest(urn=urn(host), id=f"host/{host.name}")
    talk.provider.Delete(request, timeout=10)
    talk.provider.Delete(request, timeout=10)

    assert talk.substrate.look("host", host.name) is None


def test_after_a_cancel_nothing_is_begun_and_an_interrupt_ends_it(tmp_path: Path) -> None:
    with begun(tmp_path) as talk:
        talk.provider.Cancel(empty_pb2.Empty(), timeout=10)

        with pytest.raises(grpc.RpcError):
            talk.create(HOST)
        talk.process.send_signal(signal.SIGINT)

        assert talk.substrate.identities() == []
        assert talk.process.wait(10) == 0


def _failure(talk: Talk, host: HostSpec) -> str:
    while True:
        message = talk.log.about(host).message
        if message.startswith(FAILURE):
            return message.removeprefix(FAILURE)
