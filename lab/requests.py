"""The requests that ``ndc-labd`` understands: one line of JSON each, with its verb."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.errors import Rejected
from core.text import first_problem
from stacks.resources import Kind


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ensure(_Request):
    """Make a specification true."""

    verb: Literal["ensure"]
    kind: Kind
    spec: dict[str, Any]


class Look(_Request):
    """Return the specification of what is really there, or null."""

    verb: Literal["look"]
    kind: Kind
    name: str


class Remove(_Request):
    """Make a thing gone."""

    verb: Literal["remove"]
    kind: Kind
    name: str


class PowerOff(_Request):
    """Cut the power of hosts, all at once."""

    verb: Literal["power-off"]
    hosts: tuple[str, ...]
    unsynced: bool = False
    """True: what they wrote and did not sync is gone"""


class PowerOn(_Request):
    """Boot hosts; answered when all answer SSH."""

    verb: Literal["power-on"]
    hosts: tuple[str, ...]
    own_disk: bool = False
    """True: their files lie on a disk of their own from now on"""


class ChangeImage(_Request):
    """Let a host that is off stand on another golden image, with its data."""

    verb: Literal["change-image"]
    host: str
    image: str


class Freeze(_Request):
    """Stop every process of a host, or let them go on."""

    verb: Literal["freeze", "thaw"]
    host: str


class Cut(_Request):
    """Take the carrier of a link at both ends."""

    verb: Literal["cut"]
    link: str


class Silence(_Request):
    """Let packets vanish, carrier up."""

    verb: Literal["silence"]
    link: str
    towards: str | None = None
    """a host at an end: only in that direction; None: in both"""


class Slow(_Request):
    """Make a link take longer."""

    verb: Literal["slow"]
    link: str
    round_trip_microseconds: int = Field(ge=0)
    towards: str | None = None
    """only in that direction; the other keeps its delay"""


class Lose(_Request):
    """Let some packets vanish, by chance."""

    verb: Literal["lose"]
    link: str
    loss_ratio: float = Field(ge=0, le=1)
    towards: str | None = None


class Heal(_Request):
    """Let a link be as declared again."""

    verb: Literal["heal"]
    link: str


class Room(_Request):
    """Answer if the machine has memory for ``hosts`` more."""

    verb: Literal["room"]
    hosts: int = Field(ge=0)


class Status(_Request):
    """Return everything as it is."""

    verb: Literal["status"]


class Stop(_Request):
    """End the daemon; hosts and links go on."""

    verb: Literal["stop"]


class Destroy(_Request):
    """Make everything gone, then end."""

    verb: Literal["destroy"]


LinkRequest: TypeAlias = Cut | Silence | Slow | Lose | Heal
LabRequest: TypeAlias = (
    Ensure
    | Look
    | Remove
    | PowerOff
    | PowerOn
    | ChangeImage
    | Freeze
    | LinkRequest
    | Room
    | Status
    | Stop
    | Destroy
)

_REQUEST: TypeAdapter[LabRequest] = TypeAdapter(Annotated[LabRequest, Field(discriminator="verb")])


def parsed(line: bytes) -> LabRequest:
    """Return the request in ``line``.

    Raises:
        Rejected: it is none.
    """
    try:
        return _REQUEST.validate_json(line)
    except ValidationError as error:
        raise Rejected(
            "ndc-labd does not understand that",
            expected="one JSON object: a verb and what belongs to it",
            actual=first_problem(error),
            next_step="use the same version of ndc as the daemon: ndc lab status shows its process",
        ) from error
