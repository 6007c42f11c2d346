"""Which certificates are near their end: a network that is left alone stops whole with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from monitors.health.concern import Concern, Condition
from monitors.health.notices import CertificateView

SOON: Final = timedelta(days=30)
"""`ndc up` issues another from 60 days on: who runs it now and then never reads this"""
NOW: Final = timedelta(days=7)


def of_certificate(certificate: CertificateView, now: datetime) -> Iterator[Concern]:
    """Yield what is wrong with ``certificate`` at ``now``."""
    subject = f"certificate of {certificate.owner}"
    if certificate.ends_at is None:
        yield Concern(subject, Condition.UNSEEN, "cannot be read: nobody can tell when it ends")
        return
    left = certificate.ends_at - now
    day = f"{certificate.ends_at:%Y-%m-%d}"
    if left <= timedelta():
        yield Concern(subject, Condition.CRITICAL, f"ended on {day}: ndc up issues another")
    elif left <= SOON:
        condition = Condition.CRITICAL if left <= NOW else Condition.WARNING
        sentence = f"ends in {left.days} days, on {day}: ndc up issues another"
        yield Concern(subject, condition, sentence)
