"""What an agent tells of itself: whom it serves, and who turns it away."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from access.this_host import ThisHost
from core.system_clock import SystemClock
from dr.onhost import agent_main
from dr.onhost.agent_word import word
from monitors.host_metrics import AGENT_LOOKED, AGENT_REFUSED, AGENT_SERVES, AGENT_STANDS_OUT
from tests.networks import network
from tests.unit.dr.one_host import HERE, PORTAL, Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "ndc")


def test_its_word_is_what_the_catalogue_says() -> None:
    serves = {"a": True, "b": False}
    text = word(datetime(2030, 1, 1, tzinfo=UTC), refused=True, serves=serves, out=["c"])

    assert text.splitlines() == [
        f"{AGENT_LOOKED.name} 1893456000.0",
        f"{AGENT_REFUSED.name} 1",
        f'{AGENT_SERVES.name}{{service="a"}} 1',
        f'{AGENT_SERVES.name}{{service="b"}} 0',
        f'{AGENT_STANDS_OUT.name}{{service="c"}} 1',
    ]


def test_what_serves_nobody_is_told_and_stays_announced(stage: Stage, tmp_path: Path) -> None:
    stage.place(HERE, 1)
    stage.ails = "HTTP 502"
    agent = stage.agent()

    trouble = agent_main.look_once(agent, SystemClock(), tmp_path / "word")

    assert stage.announced
    assert trouble == {PORTAL: "nobody is served here, and it stays announced: HTTP 502"}
    assert f'{AGENT_SERVES.name}{{service="{PORTAL}"}} 0\n' in (tmp_path / "word").read_text()


def test_of_what_is_not_announced_here_nobody_asks(stage: Stage, tmp_path: Path) -> None:
    stage.ails = "HTTP 502"
    agent = stage.agent()

    assert agent_main.look_once(agent, SystemClock(), tmp_path / "word") == {}
    assert AGENT_SERVES.name not in (tmp_path / "word").read_text()


@pytest.mark.parametrize("refused", [True, False])
def test_an_agent_that_is_turned_away_says_so(
    stage: Stage, tmp_path: Path, *, refused: bool
) -> None:
    stage.majority.lost = True
    stage.majority.refuses = refused
    agent = stage.agent()

    trouble = agent_main.look_once(agent, SystemClock(), tmp_path / "word")

    assert trouble["the records"].startswith("everything stays as it is: no quorum")
    assert f"{AGENT_REFUSED.name} {int(refused)}\n" in (tmp_path / "word").read_text()


def test_a_word_that_cannot_be_written_ends_nothing(stage: Stage, tmp_path: Path) -> None:
    stage.place(HERE, 1)
    agent = stage.agent()

    trouble = agent_main.look_once(agent, SystemClock(), tmp_path / "nowhere" / "word")

    assert list(trouble) == ["its word"]
    assert stage.announced


def test_an_agent_without_its_certificate_ends_in_lines_that_a_person_can_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = network()
    host = of.host(of.services[0].hosts[0])
    monkeypatch.setattr(
        agent_main, "this_host_of_arguments", lambda _: ThisHost(of, host, tmp_path)
    )

    with pytest.raises(SystemExit) as ended:
        agent_main.main()

    assert "cannot be used" in str(ended.value.code)
    assert "run `ndc up`" in str(ended.value.code)
