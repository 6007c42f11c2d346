"""What every substrate promises, as tests: an implementation's test class inherits them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import pytest

from core.errors import Rejected
from stacks.resources import HostSpec, LinkSpec, PoolSpec, SegmentSpec, Spec
from stacks.substrates.port import Substrate


@dataclass(frozen=True, slots=True)
class Things:
    """What a substrate is asked for; the link joins two hosts that are not there."""

    segment: SegmentSpec
    pool: PoolSpec
    """of ``host``"""
    host: HostSpec
    link: LinkSpec

    def all(self) -> tuple[Spec, ...]:
        """Return all of them, in the order in which they are made."""
        return (self.segment, self.pool, self.host, self.link)


class SubstrateContract(ABC):
    """Inherit, and give the fixtures ``substrate`` and ``things``, and ``usurp``."""

    @abstractmethod
    def usurp(self, spec: Spec) -> None:
        """Make something of that name that is not ours."""

    def test_what_was_never_made_is_not_there(self, substrate: Substrate, things: Things) -> None:
        for spec in things.all():
            assert substrate.look(spec.kind, spec.name) is None

    def test_what_was_made_is_there_as_it_was_asked_for(
        self, substrate: Substrate, things: Things
    ) -> None:
        for spec in things.all():
            substrate.ensure(spec, _silent)

            assert substrate.look(spec.kind, spec.name) == spec

    def test_making_it_again_changes_nothing(self, substrate: Substrate, things: Things) -> None:
        for spec in things.all():
            substrate.ensure(spec, _silent)
            substrate.ensure(spec, _silent)

            assert substrate.look(spec.kind, spec.name) == spec

    def test_what_is_being_made_is_said_in_sentences(
        self, substrate: Substrate, things: Things
    ) -> None:
        heard: list[str] = []
        substrate.ensure(things.segment, _silent)

        substrate.ensure(things.host, heard.append)

        assert heard
        assert all(sentence.strip() == sentence != "" for sentence in heard)

    def test_a_link_is_slowed_where_it_is(self, substrate: Substrate, things: Things) -> None:
        slower = replace(things.link, delay_microseconds=things.link.delay_microseconds + 5000)
        substrate.ensure(things.link, _silent)

        substrate.ensure(slower, _silent)

        assert substrate.look("link", slower.name) == slower

    def test_a_pool_grows_where_it_is(self, substrate: Substrate, things: Things) -> None:
        larger = replace(things.pool, size_bytes=2 * things.pool.size_bytes)
        substrate.ensure(things.pool, _silent)

        substrate.ensure(larger, _silent)

        assert substrate.look("pool", larger.name) == larger

    def test_what_was_removed_is_gone_and_may_be_removed_again(
        self, substrate: Substrate, things: Things
    ) -> None:
        made = things.all()
        for spec in made:
            substrate.ensure(spec, _silent)

        for spec in reversed(made):
            substrate.remove(spec.kind, spec.name)
            substrate.remove(spec.kind, spec.name)

            assert substrate.look(spec.kind, spec.name) is None

    def test_what_is_foreign_is_refused(self, substrate: Substrate, things: Things) -> None:
        self.usurp(things.segment)

        with pytest.raises(Rejected) as refused:
            substrate.ensure(things.segment, _silent)

        assert refused.value.next_step


def _silent(_: str) -> None:
    pass
