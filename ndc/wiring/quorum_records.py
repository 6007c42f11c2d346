"""What the quorum keeps of a run, for whoever only looks."""

from __future__ import annotations

from collections.abc import Sequence

from core.runs.plan import RunName
from dr.live.overtaken import Kept
from dr.planning.plan import RecoveryRecord
from inventory.network import Network
from ndc.wiring.environment import Environment


def kept_records(environment: Environment, network: Network) -> Kept:
    """Return what tells the records that the quorum of ``network`` keeps of a run."""

    def kept(run: RunName) -> Sequence[RecoveryRecord]:
        # every door of recovery, and paramiko: asked for only where a run was left here
        from ndc.wiring.doors import reached  # noqa: PLC0415 - see above

        with reached(environment, network) as live:
            return live.journal(run).records()

    return kept
