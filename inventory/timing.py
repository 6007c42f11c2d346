"""What may be declared of clocks outside the network."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from inventory.printable import DomainName
from inventory.values import DECLARED, Address, Sites


class TimeServerEntry(BaseModel):
    """A clock outside the network, with which monitors compare theirs."""

    model_config = DECLARED

    address: Address
    """where it is reached: hosts ask nobody what a name means"""
    nts: DomainName | None = None
    """the name in the certificate by which it proves what it tells (RFC 8915); absent: whoever may
    answer in its place may tell any time
    """
    sites: Annotated[Sites, Field(min_length=1)] = ()
    """whose monitors ask it; absent: all"""
