"""What the engine's questions mean for a substrate.

Create means ensure: it adopts a thing that is equal and ours. Read looks at the live
thing, so a refresh tells true drift. The table of ``stacks.diff`` decides whether a
change replaces a thing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from pulumi.provider.experimental import provider as p
from pydantic import ValidationError
from typing_extensions import override

from core.errors import Rejected
from stacks.diff import Difference, Way, differences
from stacks.provider.values import Properties, from_properties, to_properties
from stacks.resources import TOKENS, Kind, Spec, from_plain, identity, to_plain
from stacks.substrates.port import Substrate

T = TypeVar("T")

AT_ONCE: Final = 16
"""calls to the substrate that one provider process has under way"""

READY: Final = "ready"
"""output that tells whether the thing works; False makes the next ``up`` mend it"""

_KINDS: Mapping[str, Kind] = {token: kind for kind, token in TOKENS.items()}


class NdcProvider(p.Provider):
    """Answers the engine's questions about what exists, by one substrate.

    It remembers nothing of them: every answer comes from the request or the live thing.
    Every operation raises what the substrate raises. ``progress`` gets the resource and
    a sentence about it.
    """

    def __init__(self, substrate: Substrate, progress: Callable[[str, str], None]) -> None:
        self._substrate = substrate
        self._progress = progress
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="substrate")
        self._cancelled = False

    @override
    async def check(self, request: p.CheckRequest) -> p.CheckResponse:
        """Return the inputs as a specification has them, or what is wrong with each."""
        plain = from_properties(request.new_inputs)
        try:
            spec = from_plain(kind_of(request.urn), plain)
        except ValidationError as error:
            failures = [
                p.CheckFailure(".".join(map(str, each["loc"])), each["msg"])
                for each in error.errors()
            ]
            return p.CheckResponse(inputs=request.new_inputs, failures=failures)
        return p.CheckResponse(inputs=to_properties(to_plain(spec)))

    @override
    async def diff(self, request: p.DiffRequest) -> p.DiffResponse:
        """Return how the inputs differ from the state that the engine last knew."""
        target = from_properties(request.new_inputs) | {READY: True}
        properties = differences(kind_of(request.urn), from_properties(request.old_state), target)
        return p.DiffResponse(
            changes=bool(properties),
            replaces=[each.property for each in properties if _replaces(each)],
            delete_before_replace=True,
            diffs=[each.property for each in properties],
            detailed_diff={each.property: _property_diff(each) for each in properties},
        )

    @override
    async def create(self, request: p.CreateRequest) -> p.CreateResponse:
        """Make the thing true, or adopt it."""
        spec = _spec(request.urn, request.properties)
        if not request.preview:
            await self._ensure(request.urn, spec)
        return p.CreateResponse(identity(spec.kind, spec.name), outputs(spec, ready=True))

    @override
    async def update(self, request: p.UpdateRequest) -> p.UpdateResponse:
        """Make the thing true in place; this also mends a half-made one."""
        spec = _spec(request.urn, request.news)
        if not request.preview:
            await self._ensure(request.urn, spec)
        return p.UpdateResponse(outputs(spec, ready=True))

    @override
    async def read(self, request: p.ReadRequest) -> p.ReadResponse:
        """Return what is really there; nothing at all if it is gone."""
        kind, name = kind_of(request.urn), request.resource_id.partition("/")[2]
        spec = await self._threaded(lambda: self._substrate.look(kind, name))
        if spec is None:
            return p.ReadResponse(resource_id="")
        ready = from_properties(request.properties).get(READY, True)
        return p.ReadResponse(
            identity(kind, name), outputs(spec, ready=ready), to_properties(to_plain(spec))
        )

    @override
    async def delete(self, request: p.DeleteRequest) -> None:
        """Make it gone."""
        kind, name = kind_of(request.urn), request.resource_id.partition("/")[2]
        await self._threaded(lambda: self._substrate.remove(kind, name))

    @override
    async def cancel(self) -> None:
        """Begin nothing more; calls of the substrate that have begun go on to their ends."""
        self._cancelled = True

    async def _ensure(self, urn: str, spec: Spec) -> None:
        await self._threaded(
            lambda: self._substrate.ensure(spec, lambda sentence: self._progress(urn, sentence))
        )

    async def _threaded(self, work: Callable[[], T]) -> T:
        def unless_cancelled() -> T:
            if self._cancelled:
                raise Rejected(
                    "not begun",
                    expected="to be allowed to go on",
                    actual="the run was interrupted",
                    next_step="run `ndc up` again: it goes on where it stopped",
                )
            return work()

        return await asyncio.get_running_loop().run_in_executor(self._threads, unless_cancelled)


def outputs(spec: Spec, *, ready: bool) -> Properties:
    """Return what the engine remembers about a thing."""
    return to_properties(to_plain(spec) | {READY: ready})


def kind_of(urn: str) -> Kind:
    """Return what kind of thing the resource ``urn`` is."""
    return _KINDS[urn.split("::")[2].rpartition("$")[2]]


def _spec(urn: str, properties: Properties) -> Spec:
    plain: dict[str, Any] = from_properties(properties)
    return from_plain(kind_of(urn), plain)


def _replaces(difference: Difference) -> bool:
    return difference.consequence.way is Way.REPLACE


def _property_diff(difference: Difference) -> p.PropertyDiff:
    kind = p.PropertyDiffKind.UPDATE_REPLACE if _replaces(difference) else p.PropertyDiffKind.UPDATE
    return p.PropertyDiff(kind, input_diff=difference.property != READY)
