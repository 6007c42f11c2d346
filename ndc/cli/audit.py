"""``ndc audit``: what was changed and refused, by whom, and whether the log is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ndc.cli.audited import audit_log
from ndc.cli.declared import running
from ndc.cli.options import answer, answer_json, current, say

if TYPE_CHECKING:
    from core.audit import AuditReading


def audit(
    context: typer.Context,
    hosts: Annotated[bool, typer.Option("--hosts", help="What hosts obeyed and refused.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many, each.")] = 200,
) -> None:
    """Print the last lines and verify the chain (`--json` too); exit 5 where it is broken."""
    from core.audit_text import audit_text

    readings = dict(_of_hosts(context, lines)) if hosts else {"commands": audit_log().read()}
    if current(context).as_json:
        answer_json({name: reading.plain(lines) for name, reading in readings.items()})
    else:
        for name, reading in readings.items():
            answer(audit_text(name, reading, lines, _verifier(context)))
    for name, reading in readings.items():
        reading.demand_whole(name)


def _verifier(context: typer.Context) -> Callable[[Mapping[str, Any]], bool]:
    """Return what verifies lines by the keys of this environment; without one, none is proved."""
    from core.errors import NdcError
    from dr.live.signing import line_is_signed
    from ndc.wiring.environment import opened
    from ndc.wiring.running_network import kept

    try:
        environment = opened(current(context).environment)
        network = kept(environment)
    except NdcError:
        network = None
    if network is None:
        return lambda _: False
    return lambda fields: line_is_signed(network, environment.paths.secrets, fields)


def _of_hosts(context: typer.Context, lines: int) -> Iterator[tuple[str, AuditReading]]:
    from core.errors import NdcError
    from dr.live.audit_of_hosts import audit_of_hosts
    from ndc.wiring.doors import reached

    with reached(*running(current(context))) as live:
        for host, reading in audit_of_hosts(live.programs, lines):
            if isinstance(reading, NdcError):
                say(f"{host} does not tell: {reading.what}")
            else:
                yield host, reading
