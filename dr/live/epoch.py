"""Asks a host's ``ndc-epoch``, and says in our errors what its answer means."""

from __future__ import annotations

from datetime import timedelta

from access.clients.ssh import Access, connect
from core.errors import Rejected, Unreachable
from dr.epochs import Answer, Request, Verdict
from inventory.network import Host

BOUND = timedelta(seconds=15)
"""longer than the host waits for its own lock"""


def ask(host: Host, access: Access, request: Request) -> Answer:
    """Return what ``host`` says after it obeyed ``request``.

    ``access`` holds the key that the forced command belongs to.

    Raises:
        Rejected: the host refused, or could not be asked: nothing was changed.
        Unreachable: it may have obeyed; ask it to look.
    """
    with connect(host, access) as connection:
        completed = connection.ask(request.text(), bound=BOUND)
    try:
        verdict, answer = Verdict(completed.exit_code), Answer.parse(completed.stdout)
    except ValueError as error:
        raise Unreachable(
            f"{host.name} did not answer {request.act} for {request.workload}",
            expected="an answer of ndc-epoch",
            actual=(completed.stderr or completed.stdout).strip()[:200] or "nothing",
            next_step=f"ndc ssh {host.name} -- journalctl -t ndc-epoch",
        ) from error
    if verdict is Verdict.OBEYED:
        return answer
    raise (Unreachable if verdict is Verdict.FAILED else Rejected)(
        f"{host.name} did not obey {request.act} for {request.workload}, epoch {request.epoch}",
        expected=f"no epoch above {request.epoch}, and a service that it may serve",
        actual=answer.refused,
        next_step="ndc dr show tells who acts for this workload now",
    )
