"""``ndc dr hold``, ``release`` and ``deeds`` as they are typed, against stub servers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dr.live.run_folder import names
from dr.watch.deeds import Vacating, deed_text
from inventory import etcd as keys
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout

AT = datetime(2030, 5, 17, 5, 0, 0, tzinfo=UTC)
MOVE = ("dr", "switchover", SERVICE, "--to", "ndc02")


def test_the_lever_is_pulled_once_and_let_go_once(typed: Checkout) -> None:
    pulled = typed.ndc("dr", "hold", "--reason", "the power is worked on")
    again = typed.ndc("dr", "hold", "--reason", "another reason")
    unanswered = typed.ndc("dr", "release")
    released = typed.ndc("--yes", "dr", "release")
    twice = typed.ndc("--yes", "dr", "release")

    assert pulled.code == 0, pulled.err
    assert "(not proved)" in pulled.out
    assert pulled.out.endswith(": the power is worked on\n")
    assert (again.code, "nothing is to be done" in again.err) == (0, True)
    assert "the power is worked on" in again.err
    assert unanswered.code == 2
    assert (released.code, released.out) == (0, "the lever is let go\n")
    assert (twice.code, twice.out) == (0, "nobody holds the lever\n")


def test_a_run_that_a_person_starts_starts_under_the_lever_with_a_warning(typed: Checkout) -> None:
    typed.ndc("dr", "hold", "--reason", "the power is worked on")

    planned = typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")
    (run,) = names(typed.environment.paths.runs)
    moved = typed.ndc("--yes", *MOVE, "--plan", run)

    assert "warning: the lever is held by" in planned.err
    assert "warning: the lever is held by" in moved.err
    assert moved.code == 0, moved.err


def test_who_pulls_it_with_a_key_is_proved(typed: Checkout) -> None:
    operator = next(one.name for one in typed.stub.on.network.operators if "operate" in one.roles)

    pulled = typed.ndc("--as", operator, "dr", "hold", "--reason", "the power is worked on")

    assert pulled.code == 0, pulled.err
    assert f"held by {operator} since" in pulled.out


def test_what_controllers_did_by_themselves_is_listed_oldest_first(typed: Checkout) -> None:
    network, (database, *_) = typed.stub.on.network, typed.stub.on.network.databases
    leader, by = database.members[0].host, database.members[1].host
    first = Vacating(database.name, leader, 7, "a life", by, AT, ("the lever is pulled",))
    second = replace(first, term=9, at=AT + timedelta(hours=1), why_not=())

    none = typed.ndc("dr", "deeds")
    with typed.stub.holding():
        for deed in (second, first):
            key = keys.deed(network.environment, deed.database, deed.ordinal)
            typed.stub.etcd.write(key, deed_text(deed))
    listed = typed.ndc("dr", "deeds")
    as_json = json.loads(typed.ndc("--json", "dr", "deeds").out)

    assert none.out == "none: no controller did anything by itself\n"
    assert listed.code == 0, listed.err
    assert listed.out.splitlines() == [first.sentence(), second.sentence()]
    assert [one["term"] for one in as_json] == [7, 9]
