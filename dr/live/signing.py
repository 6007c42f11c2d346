"""Who asks of a run, proved by the key that the inventory gives to that operator."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from access.clients.signatures import fingerprint, is_signed, sign
from access.secrets import Secrets
from core import files
from core.clock import Clock
from core.errors import PlanRefused, Rejected, WorldError
from core.runs.journal import Proof, Request
from core.runs.statement import NAMESPACE, digest_of, statement
from dr.live.inbox import FileInbox
from dr.live.run_folder import RunFolder
from dr.planning.plan import attested_in
from inventory.names import OperatorName
from inventory.network import Network, Role
from inventory.people import Operator
from inventory.problems import nearest

LIFE: Final = timedelta(minutes=15)
"""how long a signed request may wait to be taken in"""

ID_MOMENT: Final = "%Y%m%d-%H%M%S-%f"
"""how the id of a request begins: when it was made, in UTC"""

AUDIT: Final = "ndc-audit"
"""what a signature of a line of the audit log is for"""

EVIDENCE: Final = "ndc-evidence"
"""what a signature of a pack of evidence is for"""

_PROBE: Final = "ndc-probe"
"""what the signatures of probes are for"""


@dataclass(frozen=True, slots=True)
class Signing:
    """Signs requests, and verifies them, for the run in ``folder``."""

    network: Network
    secrets: Secrets
    """hold the keys of operators for whom the environment made one"""
    folder: RunFolder

    def signed(self, request: Request, key: Path | None) -> Request:
        """Return ``request``, proved by the key of the operator who asks it.

        ``key`` is a private key, or a public one whose other half an ssh-agent holds; None: the
        one that the environment made, or else the declared one, with the agent.

        Raises:
            PlanRefused: nobody of that name is declared.
            Rejected: nothing was signed, or by another's key.
        """
        operator = operator_called(self.network, request.by)
        text = self._statement(request)
        print_, signature = _signature(self.secrets, operator, key, text, NAMESPACE)
        return replace(request, proof=Proof(print_, signature, tuple(sorted(operator.roles))))

    def is_proved(self, request: Request) -> bool:
        """Tell whether ``request`` is signed by the key that its operator has now."""
        return self.proved(request).proof is not None

    def proved(self, request: Request) -> Request:
        """Return ``request`` with the roles that its signature proves; without proof if none."""
        proof = request.proof
        operator = next((o for o in self.network.operators if o.name == request.by), None)
        if proof is None or operator is None:
            return replace(request, proof=None)
        try:
            public_key = _public_key(self.secrets, operator)
            good = is_signed(self._statement(request), proof.signature, public_key, NAMESPACE)
        except WorldError:
            good, public_key = False, ""
        if not good:
            return replace(request, proof=None)
        roles = tuple(sorted(operator.roles))
        return replace(request, proof=Proof(fingerprint(public_key), proof.signature, roles))

    def _statement(self, request: Request) -> str:
        plan = files.read_if_there(self.folder.path / "plan.json") or ""
        about = attested_in(self.folder.plan(), request.step) if request.until else ()
        run, digest = self.folder.run, digest_of(plan)
        return statement(self.network.environment, run, digest, request, about)


def line_signed(
    network: Network, folder: Path, name: str, key: Path | None, fields: Mapping[str, str]
) -> tuple[str, str]:
    """Return the fingerprint of the key of the operator called ``name``, and what it signed.

    ``fields`` are of a line of the audit log; ``key`` is as for ``Signing.signed``; the secrets
    of the environment are in ``folder``.

    Raises:
        PlanRefused: nobody of that name is declared, or the key is another's.
        Rejected: nothing was signed.
    """
    return text_signed(network, folder, name, key, audit_statement(fields), AUDIT)


def text_signed(
    network: Network, folder: Path, name: str, key: Path | None, text: str, namespace: str
) -> tuple[str, str]:
    """Return the fingerprint of the key of the operator called ``name``, and what it signed.

    It is for ``namespace`` and nothing else; the rest is as for ``line_signed``.

    Raises:
        PlanRefused: nobody of that name is declared, or the key is another's.
        Rejected: nothing was signed.
    """
    return _signature(Secrets(folder), operator_called(network, name), key, text, namespace)


def public_keys(network: Network, secrets: Secrets) -> str:
    """Return every key that verifies evidence of ``network``, a line each, for ``ssh-keygen -Y``.

    An operator or a probe whose key was never made or seen is left out.
    """
    lines = []
    for operator in network.operators:
        with suppress(Rejected):
            key = " ".join(_public_key(secrets, operator).split()[:2])
            lines.append(f'{operator.name} namespaces="{NAMESPACE},{EVIDENCE}" {key}')
    for host in network.hosts_with(Role.PROBE):
        known = files.read_if_there(secrets.probe_keys(host.name)) or ""
        lines += [f'probe@{host.name} namespaces="{_PROBE}" {key}' for key in known.splitlines()]
    return "".join(f"{line}\n" for line in lines)


def audit_statement(fields: Mapping[str, str]) -> str:
    """Return the text that is signed of a line of the audit log."""
    signed = {name: fields.get(name, "") for name in ("env", "by", "command", "ticket")}
    return json.dumps(signed, sort_keys=True, ensure_ascii=False) + "\n"


def _signature(
    secrets: Secrets, operator: Operator, key: Path | None, text: str, namespace: str
) -> tuple[str, str]:
    """Return the fingerprint of ``operator``'s key, and its signature of ``text``."""
    public_key = _public_key(secrets, operator)
    with TemporaryDirectory(prefix="ndc-sign-") as place:
        own = secrets.operator_key(operator.name)
        if key is None and not own.exists():
            own = Path(place, "key.pub")
            own.write_text(public_key + "\n", "utf-8")
        signature = sign(text, key or own, namespace)
    if not is_signed(text, signature, public_key, namespace):
        raise PlanRefused(
            f"that key is not the key of {operator.name}",
            expected=f"{fingerprint(public_key)}, which the inventory gives to {operator.name}",
            actual=f"a signature by {key or own}",
            next_step="name the key with --key FILE; ndc show operators lists who may",
        )
    return fingerprint(public_key), signature


def _public_key(secrets: Secrets, operator: Operator) -> str:
    own = secrets.operator_key(operator.name)
    return operator.public_key or secrets.read(own.with_name(f"{own.name}.pub"))


def line_is_signed(network: Network, folder: Path, fields: Mapping[str, str]) -> bool:
    """Tell whether a line of the audit log is signed by the key that its operator has now."""
    operator = next((one for one in network.operators if one.name == fields.get("by")), None)
    signature = fields.get("signature")
    if operator is None or not signature:
        return False
    try:
        public_key = _public_key(Secrets(folder), operator)
        return fields.get("key") == fingerprint(public_key) and is_signed(
            audit_statement(fields), signature, public_key, AUDIT
        )
    except WorldError:
        return False


@dataclass(frozen=True, slots=True)
class ProvedInbox:
    """An inbox whose requests have no proof but one that was made lately, and verified just now."""

    inbox: FileInbox
    signing: Signing
    clock: Clock

    def requests(self) -> Sequence[Request]:
        """Return what has been asked and not been put away, oldest first."""
        return [
            self.signing.proved(request)
            if self._is_fresh(request)
            else replace(request, proof=None)
            for request in self.inbox.requests()
        ]

    def _is_fresh(self, request: Request) -> bool:
        """Whether the moment in its id, which is signed, is at most ``LIFE`` ago.

        Nor may it count for longer than that from then on.
        """
        try:
            moment = datetime.strptime(request.id[:22], ID_MOMENT).replace(tzinfo=UTC)
        except ValueError:
            return False
        too_long = request.until is not None and request.until > moment + LIFE
        return abs(self.clock.now() - moment) <= LIFE and not too_long

    def put_away(self, request: Request) -> None:
        """Forget ``request``: it is in the journal, or cannot be obeyed."""
        self.inbox.put_away(request)


def operator_called(network: Network, name: str) -> Operator:
    """Return the operator called ``name``.

    Raises:
        PlanRefused: nobody of that name is declared.
    """
    for operator in network.operators:
        if operator.name == OperatorName(name):
            return operator
    names = [operator.name for operator in network.operators]
    meant = nearest(name, names)
    raise PlanRefused(
        f"there is no operator called {name}",
        expected=", ".join(names),
        actual=name,
        next_step=f"did you mean --as {meant}?" if meant else "ndc show operators",
    )
