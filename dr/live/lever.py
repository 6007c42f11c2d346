"""The safety lever in etcd: one key, there while it is pulled."""

from __future__ import annotations

from dataclasses import dataclass

from access.clients.etcd import Delete, Etcd, Holds, Put
from core.errors import Rejected
from dr.watch.lever import Hold, hold_text, read_hold
from inventory.etcd import lever
from inventory.names import EnvironmentName


@dataclass(frozen=True, slots=True)
class Lever:
    """That of one environment."""

    etcd: Etcd
    environment: EnvironmentName

    def hold(self) -> Hold | None:
        """Return who pulled it; None: it is not pulled.

        Raises:
            NotSeen: no quorum answered.
            JournalCorrupt: it is pulled, and who did cannot be read.
        """
        text = self._text()
        return None if text is None else read_hold(text)

    def pull(self, hold: Hold) -> None:
        """Let it be pulled by ``hold``.

        Raises:
            Rejected: somebody else pulled it.
            Unreachable: it may be pulled.
        """
        text = hold_text(hold)
        if not self.etcd.change([Holds(self._key, None)], [Put(self._key, text)]):
            standing = self._text()
            if standing != text:
                raise Rejected(
                    "the lever was pulled meanwhile",
                    expected="nobody holds it",
                    actual=standing or "released again",
                    next_step="ndc status",
                )

    def release(self) -> bool:
        """Let it not be pulled, whatever holds it; tell whether it was.

        Raises:
            Rejected: etcd refused.
            Unreachable: it may be pulled.
        """
        text = self._text()
        if text is None:
            return False
        if not self.etcd.change([Holds(self._key, text)], [Delete(self._key)]):
            raise Rejected(
                "the lever was moved meanwhile",
                expected=text,
                actual=self._text() or "not pulled",
                next_step="ndc status",
            )
        return True

    @property
    def _key(self) -> str:
        return lever(self.environment)

    def _text(self) -> str | None:
        pair = self.etcd.get(self._key)
        return pair.value if pair else None
