"""The document for people who know Ansible knows every key that the module reads."""

from __future__ import annotations

import re

import yaml

from tests.networks import ROOT

MODULE = (ROOT / "playbooks/library/ndc_tree.py").read_text("utf-8")
UNITS = (ROOT / "playbooks/module_utils/ndc_units.py").read_text("utf-8")
TABLE = [
    line
    for line in (ROOT / "playbooks/README.md").read_text("utf-8").splitlines()
    if line.startswith("| `")
]


def test_the_table_has_every_key_of_a_tree() -> None:
    kinds = re.findall(r'_all\("(\w+)"', MODULE)
    contributions = re.findall(r'(?:item|params)(?:\.get\(|\[)"(\w+)"', MODULE)
    unit = UNITS.partition("class Unit")[2].partition("def ")[0]
    fields = re.findall(r"^    (\w+): ", unit, re.MULTILINE)

    named = set(re.findall(r"`(\w+)`", " ".join(TABLE)))

    read = {*kinds, *contributions, *fields} - {"trees", "secrets", "wheel", "careful", "watch"}
    assert {"accounts", "content", "reload_on", "stage", "unless"} <= read
    assert read <= named


def test_the_stages_are_those_of_the_playbook() -> None:
    plays = yaml.safe_load((ROOT / "playbooks/converge.yml").read_text("utf-8"))
    stages = [play["tasks"][0]["ndc_tree"]["stage"] for play in plays]

    (row,) = [line for line in TABLE if line.startswith("| `stage`")]

    assert re.findall(r"`(base|\w+?)`", row)[1 : 1 + len(stages)] == stages
