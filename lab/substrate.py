"""The lab behind the port of substrates: what the Pulumi provider uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.client import Labd
from stacks.resources import Kind, Spec, from_plain, to_plain


@dataclass(frozen=True, slots=True)
class LabSubstrate:
    """Hosts, segments and links of the daemon behind the socket ``at``; starts it if need be."""

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
