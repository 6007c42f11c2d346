"""Maps each request to the method of the lab that carries it out."""

from __future__ import annotations

from typing import Any, TypeAlias, assert_never

from pydantic import ValidationError

from core.errors import Rejected
from core.text import Say, first_problem
from lab import requests
from lab.lab import Lab
from lab.requests import LabRequest
from lab.status import to_plain
from stacks import resources
from stacks.resources import Kind, Spec

_ThingRequest: TypeAlias = requests.Ensure | requests.Look | requests.Remove
_HostRequest: TypeAlias = (
    requests.PowerOff | requests.PowerOn | requests.ChangeImage | requests.Freeze
)
_LabRequest: TypeAlias = requests.Room | requests.Status | requests.Stop | requests.Destroy


def obey(lab: Lab, request: LabRequest, progress: Say) -> Any:
    """Carry ``request`` out; return the answer, ready for JSON.

    Raises:
        Rejected: it did not happen.
        Unreachable: it may have.
    """
    match request:
        case requests.Ensure() | requests.Look() | requests.Remove():
            return _to_a_thing(lab, request, progress)
        case requests.PowerOff() | requests.PowerOn() | requests.ChangeImage() | requests.Freeze():
            return _to_hosts(lab, request, progress)
        case requests.Room() | requests.Status() | requests.Stop() | requests.Destroy():
            return _to_the_whole(lab, request, progress)
        case _:
            return lab.afflict(request)


def _to_a_thing(lab: Lab, request: _ThingRequest, progress: Say) -> Any:
    match request:
        case requests.Ensure(kind=kind, spec=plain):
            return lab.ensure(_spec(kind, plain), progress)
        case requests.Look(kind=kind, name=name):
            spec = lab.look(kind, name)
            return None if spec is None else resources.to_plain(spec)
        case requests.Remove(kind=kind, name=name):
            return lab.remove(kind, name)
        case _:
            assert_never(request)


def _to_hosts(lab: Lab, request: _HostRequest, progress: Say) -> None:
    match request:
        case requests.PowerOff(hosts=hosts, unsynced=unsynced):
            lab.power_off(hosts, unsynced=unsynced)
        case requests.PowerOn(hosts=hosts, own_disk=own_disk):
            lab.power_on(hosts, progress, own_disk=own_disk)
        case requests.ChangeImage(host=host, image=image):
            lab.change_image(host, image)
        case requests.Freeze(verb=verb, host=host):
            lab.freeze(host, frozen=verb == "freeze")
        case _:
            assert_never(request)


def _to_the_whole(lab: Lab, request: _LabRequest, progress: Say) -> Any:
    match request:
        case requests.Room(hosts=hosts):
            return lab.demand_room(hosts)
        case requests.Status():
            return to_plain(lab.status())
        case requests.Stop():
            return lab.leave()
        case requests.Destroy():
            return lab.destroy(progress)
        case _:
            assert_never(request)


def _spec(kind: Kind, plain: dict[str, Any]) -> Spec:
    try:
        return resources.from_plain(kind, plain)
    except ValidationError as error:
        raise Rejected(
            f"that is no {kind}",
            expected="every property, each of its type, and no other",
            actual=first_problem(error),
            next_step="end the daemon if it is of another version: ndc lab status shows its pid",
        ) from error
