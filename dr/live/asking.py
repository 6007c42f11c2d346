"""Who types a command: an operator whose key proves it, or else a login, of which nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import NdcError, PlanRefused
from core.runs.journal import Request, Wish
from core.runs.plan import StepId
from dr.live.signing import ID_MOMENT, LIFE, Signing, line_signed, operator_called
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class Identity:
    """Who says that they type a command, and what they prove it with."""

    operator: str | None
    """as the inventory calls them; None: nobody said"""
    login: str
    """who is logged in, as far as the machine says"""
    key: Path | None = None
    ticket: str = ""

    @property
    def name(self) -> str:
        """What they are called."""
        return self.operator or self.login

    def demand(self, network: Network, role: str) -> str:
        """Return their name, if they are a login, or an operator of ``network`` with ``role``.

        Raises:
            PlanRefused: nobody of that name is declared, or they have not the role.
        """
        roles = operator_called(network, self.operator).roles if self.operator else {role}
        if role not in roles:
            raise PlanRefused(
                f"{self.operator} may not {role}",
                expected=f"an operator with the role {role}",
                actual=", ".join(sorted(roles)) or "no role",
                next_step="ndc show operators lists who may",
            )
        return self.name

    def asks(
        self, signing: Signing, wish: Wish, now: datetime, *, reason: str = "", step: str = ""
    ) -> Request:
        """Return what they ask of the run that ``signing`` is for, proved if they are an operator.

        Raises:
            PlanRefused: they are not declared, have not the role, or the key is another's.
            Rejected: nothing was signed.
        """
        agrees = wish in {Wish.APPROVE, Wish.ATTEST}
        needed = "approve" if agrees else "operate"
        by = self.demand(signing.network, needed)
        place = StepId(step) if step else None
        name = f"{now:{ID_MOMENT}}-{wish}"
        until = now + LIFE if agrees else None
        request = Request(name, wish, by, reason, place, ticket=self.ticket, until=until)
        return signing.signed(request, self.key) if self.operator else request

    def proof_of(
        self, network: Network | None, secrets: Path, fields: Mapping[str, str]
    ) -> dict[str, str]:
        """Return what proves a line of the audit log that holds ``fields``; nothing of a login."""
        if self.operator is None or network is None:
            return {}
        try:
            key, signature = line_signed(network, secrets, self.operator, self.key, fields)
        except NdcError as error:
            return {"not_proved": error.what}
        return {"key": key, "signature": signature}
