"""The lab behind the port of substrates, for the Pulumi provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.client import Labd
from stacks.resources import Kind, Spec, from_plain, to_plain


@dataclass(frozen=True, slots=True)
class LabSubstrate:
    """What exists by the daemon behind the socket ``at``; starts it if need be.

    A verb is one question to the daemon, which looks before it acts::

        substrate = LabSubstrate(paths.labd_socket)
        substrate.ensure(SegmentSpec(SegmentName("ndc01-lan"), SiteName("ndc01")), print)
        assert substrate.look("segment", "ndc01-lan") is not None
    """

    at: Path

    def ensure(self, spec: Spec, progress: Callable[[str], None]) -> None:
        """Make ``spec`` true; see the port."""
        Labd(self.at).ask("ensure", progress, kind=spec.kind, spec=to_plain(spec))

    def look(self, kind: Kind, name: str) -> Spec | None:
        """Return what is there; see the port."""
        plain = Labd(self.at).ask("look", kind=kind, name=name)
        return None if plain is None else from_plain(kind, plain)

    def remove(self, kind: Kind, name: str) -> None:
        """Make it gone; see the port."""
        Labd(self.at).ask("remove", kind=kind, name=name)
