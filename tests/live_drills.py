"""Drills as they are held in a network, played in a simulated one where all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dr.drills.drill_report import DrillReport
from dr.drills.live_drill import Appointment, LiveDrill
from dr.simulation.agents import Agents
from dr.simulation.world import rehearsed
from inventory.names import DrillName
from inventory.network import Network
from tests.networks import DECLARED, ONE_STORE, PORTAL_ALONE, declared, network
from tests.scenes import Person, Shelf, SimulatedScene

DRILLS = declared(DECLARED).drills
SMALL = network("compact", *PORTAL_ALONE, ONE_STORE)
"""where a drill is held many times over"""
WELL = timedelta(seconds=20)
"""longer ago than what may be lost was written"""


def drill_scene(person: Person | None = None, of: Network | None = None) -> SimulatedScene:
    net = replace(of or network("compact"), digest="0123456789abcdef" * 4)
    world = rehearsed(net, *(service.name for service in net.services))
    for service in net.services:
        Agents(world, service.name)
    world.sleep(WELL)
    return SimulatedScene(world, person or Person())


def appointment(name: str, **changes: object) -> Appointment:
    drill = DrillName(name)
    lossy = "a drill" if name == "region-loss" else ""
    entry = DRILLS[drill].model_copy(update=changes)
    return Appointment(f"20300101-000010-{name}", drill, entry, "an", lossy)


def held(scene: SimulatedScene, asked: Appointment, shelf: Shelf | None = None) -> DrillReport:
    return LiveDrill(scene, shelf or Shelf(), scene.world, lambda _: None).hold(asked)
