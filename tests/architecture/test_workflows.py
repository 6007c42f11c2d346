"""What a forge, a hook and a template have people and machines run is in the Makefile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.networks import ROOT

TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SHOWN = re.compile(r"`make ([a-z]+)`")


def _steps(workflow: Path) -> Iterator[str]:
    """Yield every command that the jobs of ``workflow`` run."""
    for job in yaml.safe_load(workflow.read_text("utf-8"))["jobs"].values():
        yield from (step["run"] for step in job["steps"] if "run" in step)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: str(path.name))
def test_a_workflow_runs_one_command_of_the_makefile(workflow: Path) -> None:
    (command,) = _steps(workflow)

    assert command in {f"make {target}" for target in TARGETS}


def test_changes_are_checked_and_nights_are_for_everything() -> None:
    commands = {workflow.name: [*_steps(workflow)] for workflow in WORKFLOWS}

    assert commands == {"check.yml": ["make check"], "lab.yml": ["make test"]}


def test_a_hook_runs_a_command_of_the_makefile() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]

    entries = [hook["entry"] for repository in hooks for hook in repository["hooks"]]
    assert entries == ["make static"]
    assert "static" in TARGETS
    assert {repository["repo"] for repository in hooks} == {"local"}


def test_templates_show_commands_that_there_are() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / ".github").rglob("*.md")]
    shown = {command for text in texts for command in SHOWN.findall(text)}

    assert {"check", "test"} <= shown <= TARGETS
