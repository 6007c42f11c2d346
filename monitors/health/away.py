"""Whether a service that is away from its home may go back, as far as can be seen from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.runs.plan import RunName
from dr.placement import BY_ITSELF
from inventory.names import ServiceName, SiteName


@dataclass(frozen=True, slots=True)
class AwayView:
    """How the home of a service is that another site serves."""

    home: SiteName
    run: RunName | None
    """that moved it; None: it is not on record"""
    well_for: timedelta | None
    """the least of those at home that would serve it or lead its database; None: nobody can say"""
    stable_for: timedelta | None
    """for so long they are to be well; None: its tier does not say"""
    obstacle: str
    """what keeps it from going back in any case, in words; "": nothing that is seen"""

    @property
    def is_offered(self) -> bool:
        """Whether it may go back, as far as can be seen."""
        if self.obstacle or self.well_for is None or self.stable_for is None:
            return False
        return self.well_for >= self.stable_for


def since_words(away: AwayView, epoch: int | None) -> str:
    """Return since when it is away: with which epoch, and by whom, as far as that is known."""
    since = "" if epoch is None else f" since epoch {epoch}"
    if away.run is None:
        return since
    return f"{since} by {'a controller' if away.run == BY_ITSELF else away.run}"


def home_words(away: AwayView, service: ServiceName) -> str:
    """Return how the home of ``service`` is, and what a person types once it may go back."""
    home = f"its home {away.home}"
    if away.obstacle:
        return f"{home} cannot take it: {away.obstacle}"
    if away.stable_for is None:
        now = f"ndc dr switchover {service} --to {away.home}"
        return f"its tier does not say when it may go back; next: {now}"
    if away.well_for is None:
        return f"nobody can say for how long {home} is well"
    if away.is_offered:
        return f"{home} is well for long enough; next: ndc dr failback {service}"
    so_far, needed = away.well_for.total_seconds(), away.stable_for.total_seconds()
    return f"{home} is well for {so_far:.0f} of {needed:g} s"
