"""Options that hold for every command may stand anywhere before ``--``."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Rejected
from inventory.names import EnvironmentName
from ndc.cli.options import Options, addressed, concerning, hoisted
from ndc.cli.root import app

WORDS = st.lists(
    st.sampled_from(["status", "--json", "--yes", "--env", "lab", "--env=ci", "--", "-c", "ls"])
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("status --json", "--json status"),
        ("dr switchover portal --to ndc02 --yes", "--yes dr switchover portal --to ndc02"),
        ("up --env ci", "--env ci up"),
        ("up --env=ci", "--env=ci up"),
        ("up --env", "--env up"),
        ("ssh host -- ls --json", "ssh host -- ls --json"),
        ("--env a status --env b", "--env a --env b status"),
    ],
)
def test_common_options_are_moved_to_the_front(typed: str, read: str) -> None:
    assert hoisted(typed.split()) == read.split()


@given(WORDS)
def test_no_word_is_lost_or_made_up(words: list[str]) -> None:
    assert sorted(hoisted(words)) == sorted(words)


@given(WORDS)
def test_what_stands_behind_two_dashes_is_left_alone(words: list[str]) -> None:
    if "--" in words:
        behind = words[words.index("--") :]
        if words[words.index("--") - 1] != "--env":
            assert hoisted(words)[-len(behind) :] == behind


@given(WORDS)
def test_moving_twice_is_moving_once(words: list[str]) -> None:
    if "--env" not in words:
        assert hoisted(hoisted(words)) == hoisted(words)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ndc status", "ndc --env ci status"),
        ("run `ndc up`, which makes it", "run `ndc --env ci up`, which makes it"),
        ("ndc lab sweep; then ndc up", "ndc --env ci lab sweep; then ndc --env ci up"),
        (
            "a drill was left; next: ndc drill clean",
            "a drill was left; next: ndc --env ci drill clean",
        ),
        ("ndc --env ci up", "ndc --env ci up"),
        ("ndc env destroy other", "ndc env destroy other"),
        ("ndc doctor", "ndc doctor"),
        ("use the same version of ndc as the daemon", "use the same version of ndc as the daemon"),
    ],
)
def test_a_command_that_is_shown_means_the_environment_at_hand(written: str, read: str) -> None:
    assert addressed(written, "ci") == read
    assert addressed(written, "lab") == written


def test_every_command_means_an_environment_but_those_for_all_of_them() -> None:
    commands = [command.name for command in app.registered_commands]
    names = {str(name) for name in (*commands, *(group.name for group in app.registered_groups))}

    for name in names - {"env", "doctor"}:
        assert addressed(f"ndc {name}", "ci") == f"ndc --env ci {name}"
        assert addressed(f"what ndc {name}s", "ci") == f"what ndc {name}s"


def test_an_error_leaves_with_the_environment_in_its_commands() -> None:
    with pytest.raises(Rejected) as caught, concerning("ci"):
        raise Rejected(
            "it is down", actual="ndc down was told", next_step="ndc lab start ndc01-edge"
        )

    assert caught.value.actual == "ndc --env ci down was told"
    assert caught.value.next_step == "ndc --env ci lab start ndc01-edge"


def test_what_is_to_be_typed_again_loses_nothing() -> None:
    options = Options(EnvironmentName("ci"), Path("/srv/our network"))

    assert options.command("up") == "ndc --env ci up --inventory '/srv/our network'"
    assert Options().command("up") == "ndc up"


def test_who_interrupts_is_told_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), concerning("ci"):
        raise KeyboardInterrupt

    assert "ndc --env ci status" in capsys.readouterr().err
