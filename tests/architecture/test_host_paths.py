"""A place on hosts is written down once: templates and programs take it from core.host_paths."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from core import host_paths
from core.host_paths import HostPath, places
from tests.architecture.test_house import PRODUCT

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "playbooks/roles").rglob("*.j2"))
OURS = re.compile(r"/?(etc/ndc|opt/ndc|var/lib/ndc)\b|postgresql/\d+|ndc-handed-over|etc/patroni")
SAYS = "core/host_paths.py"
ALONE = {
    "playbooks/module_utils/ndc_host.py": "runs on hosts by itself, whatever they hold",
    "core/formats.py": "names places in words, for a table that people read",
    "lab/machine.py": "of the lab's own machine, which is no host",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=[path.parts[-3] for path in TEMPLATES])
def test_a_template_spells_no_place_of_ours(template: Path) -> None:
    assert OURS.findall(template.read_text("utf-8")) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=[path.parts[-3] for path in TEMPLATES])
def test_a_template_computes_no_port(template: Path) -> None:
    assert re.findall(r"port\w*\s*[+*-]\s*\d", template.read_text("utf-8")) == []


@pytest.mark.parametrize("path", sorted({*PRODUCT} - {SAYS, *ALONE}))
def test_a_module_spells_no_place_of_ours(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}

    spelt = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in said
        and OURS.search(node.value)
    ]

    assert spelt == []


def test_templates_are_given_every_place() -> None:
    said = {name for name, place in vars(host_paths).items() if isinstance(place, HostPath)}

    assert set(places()) == {name.lower() for name in said}
    assert not set(places()) & set(dir(dict)), "a template would get the method of that name"
