"""Whoever starts a program starts what is ours, wherever a person stands and whatever they speak.

``python -m`` looks for modules in the current folder first: a ``queue.py`` that lies where
somebody types ``ndc`` would run, as root.
"""

from __future__ import annotations

import ast
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dr.live.launch import RUNNER
from stacks.engine.settings import PLUGIN, EngineSettings
from tests.architecture.test_house import PRODUCT, ROOT

FROM_A_FOLDER_OF_OURS = {
    # without site packages only the folder that it is started from says where we are
    "lab/relaying.py",
    # Workshop.run starts in its draft
    "toolchain/build/golang.py",
    "toolchain/build/golden.py",
    "toolchain/build/wheel.py",
}
STARTED = (
    RUNNER,
    "ndc.daemons.labd",
    "ndc.daemons.provider",
    "playbooks.running.child",
    "stacks.engine.stack",
)


@pytest.mark.parametrize("path", PRODUCT)
def test_every_start_of_python_is_safe_from_the_current_folder(path: str) -> None:
    unsafe = [words for words in _starts(path) if "-P" not in words]

    assert bool(unsafe) is (path in FROM_A_FOLDER_OF_OURS), unsafe


CALLS = {"run", "Popen", "call", "check_call", "check_output"}
WITH_A_LOCALE_OF_ITS_OWN = {
    "core/surroundings.py",
    # goes to a host without the rest of us
    "playbooks/library/ndc_tree.py",
}


@pytest.mark.parametrize("path", PRODUCT)
def test_every_program_starts_in_surroundings_of_ours_and_is_read_as_utf_8(path: str) -> None:
    text = (ROOT / path).read_text("utf-8")

    calls = [
        {keyword.arg for keyword in node.keywords}
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "subprocess"
        and node.func.attr in CALLS
    ]

    assert [names for names in calls if "env" not in names or "text" in names] == []
    copies = any(copy in text for copy in ("**os.environ", "os.environ |", "os.environ.items()"))
    assert copies is (path in WITH_A_LOCALE_OF_ITS_OWN)


def _starts(path: str) -> Iterator[Sequence[object]]:
    """Yield the constant words of every command that begins with our interpreter and has -m."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.List | ast.Tuple) and "sys.executable" in ast.unparse(node):
            words = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
            if "-m" in words:
                yield words


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, in which modules lie that nobody must load."""
    folder = tmp_path / "shared"
    folder.mkdir()
    for module in ("queue", "core", "pydantic"):
        (folder / f"{module}.py").write_text("raise SystemExit('trapped')\n", "utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("module", STARTED)
def test_a_module_of_the_current_folder_is_not_loaded(module: str, trap: Path) -> None:
    trapped = _end(["-m", module], trap)
    safe = _end(["-P", "-m", module], trap)

    assert "trapped" in trapped
    assert "trapped" not in safe


def _end(words: list[str], folder: Path) -> str:
    """Return what the start with no argument complains of."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    ).stderr


def test_the_engine_starts_the_provider_so(tmp_path: Path, trap: Path) -> None:
    settings = EngineSettings(
        environment="test",
        cli=tmp_path / "pulumi",
        state=tmp_path / "state",
        passphrase=tmp_path / "passphrase",
        substrate="memory",
        substrate_at=tmp_path / "world.json",
    )
    settings.prepare("backbone")
    plugin = settings.state / "plugins" / PLUGIN
    assert shlex.split(plugin.read_text("utf-8").splitlines()[1])[:2] == ["exec", sys.executable]

    with subprocess.Popen(
        [plugin, "127.0.0.1:1"],
        cwd=trap,
        env={**os.environ, "NDC_SUBSTRATE": "memory", "NDC_SUBSTRATE_AT": "w", "NDC_ENV": "test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        process.terminate()

    assert port.isdigit()
