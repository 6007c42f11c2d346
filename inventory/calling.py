"""What may be declared of who is called when an alert fires."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from inventory.printable import MailAddress, MailRelay, Webhook
from inventory.values import DECLARED


class MailEntry(BaseModel):
    """How mail is sent, and to whom."""

    model_config = DECLARED

    relay: MailRelay
    """which host takes it, and at which port; it asks no password"""
    sender: MailAddress
    to: Annotated[tuple[MailAddress, ...], Field(strict=False, min_length=1)]


class AlarmsEntry(BaseModel):
    """Who is called when an alert fires."""

    model_config = DECLARED

    webhooks: Annotated[tuple[Webhook, ...], Field(strict=False)] = ()
    """each gets Alertmanager's own JSON"""
    mail: MailEntry | None = None
