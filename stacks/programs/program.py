"""Pulumi programs: specifications become resources of the provider ``ndc``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pulumi

from stacks.programs.declared import BACKBONE, DeclaredStack
from stacks.resources import TOKENS, HostSpec, PoolSpec, SegmentSpec, Spec, to_plain

Program: TypeAlias = Callable[[], None]
"""what the engine runs to learn what is to exist"""


class DeclaredResource(pulumi.CustomResource):
    """The resource of one specification: a segment, pool, host or link."""

    def __init__(self, spec: Spec, options: pulumi.ResourceOptions) -> None:
        super().__init__(TOKENS[spec.kind], spec.name, to_plain(spec), options)


class Whole(pulumi.ComponentResource):
    """All that one stack holds, in one place of the tree that the engine shows."""

    def __init__(self, stack: DeclaredStack) -> None:
        kind = "Backbone" if stack.name == BACKBONE else "Site"
        super().__init__(f"ndc:index:{kind}", stack.name)


def program_of(stack: DeclaredStack) -> Program:
    """Return the program that declares everything in ``stack``."""

    def declare() -> None:
        component = Whole(stack)
        earlier: list[tuple[Spec, DeclaredResource]] = []
        for spec in stack.specs:
            needs = [thing for other, thing in earlier if is_needed(other, spec)]
            thing = DeclaredResource(
                spec, pulumi.ResourceOptions(parent=component, depends_on=needs)
            )
            earlier.append((spec, thing))

    return declare


def is_needed(other: Spec, spec: Spec) -> bool:
    """Whether ``other`` is to be there before ``spec``, and to go after it."""
    match other, spec:
        case SegmentSpec(), HostSpec():
            return other.name == spec.segment
        case PoolSpec(), HostSpec():
            return other.host == spec.name
        case _:
            return False
