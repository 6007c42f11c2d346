"""What Prometheus calls about: every alert fires and is silent as it should, and has its page."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitors.catalogue import CATALOGUE
from monitors.look.programs import FILLS_SOON
from tests.networks import ROOT
from toolchain.build import ensure_promtool
from toolchain.usual_cache import usual_cache

RULES = sorted((ROOT / "monitors/rules").glob("*.yml"))
TESTS = ROOT / "tests/rules"
TOPICS = [path.stem for path in RULES]
SEVERITIES = {"page", "ticket", "none"}
BUILT_IN = {"up"}
RECORD = "a recorded series"
WORDS = re.compile(r"\b[a-z][a-z0-9_]*\b")
OPERATOR = re.compile(r"(?<![=!<>])(==|!=|>=|<=|>|<)(?![=~])")
OTHERS = {
    "==": ("!=",),
    "!=": ("==",),
    ">": ("<", ">="),
    "<": (">", "<="),
    ">=": ("<", ">"),
    "<=": (">", "<"),
}


@pytest.fixture(scope="session")
def promtool() -> Path:
    return ensure_promtool(usual_cache(os.environ), print)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_alert_fires_and_is_silent_where_it_should(promtool: Path, topic: str) -> None:
    tested = _run(promtool, TESTS / f"{topic}.yml")

    assert tested.returncode == 0, tested.stdout


@pytest.mark.parametrize("topic", TOPICS)
def test_every_alert_is_seen_to_fire_and_seen_to_be_silent(topic: str) -> None:
    seen: dict[str, set[bool]] = {name: set() for name in _alerts(topic)}

    for test in _read(TESTS / f"{topic}.yml")["tests"]:
        for check in test["alert_rule_test"]:
            seen[check["alertname"]].add(bool(check["exp_alerts"]))

    expected: dict[str, set[bool]] = {name: {True, False} for name in seen}
    expected |= {"Watchdog": {True}} if topic == "watching" else {}
    assert seen == expected


@pytest.mark.parametrize("topic", TOPICS)
def test_a_comparison_turned_round_or_a_delay_left_out_is_noticed(
    promtool: Path, topic: str, tmp_path: Path
) -> None:
    mutants = [*_mutants(topic)]
    files = [_placed(tmp_path / f"{at:03}", topic, *mutant) for at, mutant in enumerate(mutants)]

    said = _run(promtool, *files).stdout

    verdicts = re.findall(r"^Unit Testing: .*\n +(SUCCESS|FAILED)", said, re.MULTILINE)
    assert len(verdicts) == len(mutants)
    pairs = zip(mutants, verdicts, strict=True)
    assert [what for (what, _), verdict in pairs if verdict == "SUCCESS"] == []


def test_every_metric_in_a_rule_is_one_that_somebody_tells() -> None:
    told = {metric.name for metric in CATALOGUE} | BUILT_IN
    for recorded in (ROOT / "tests/recordings/prometheus").glob("*.txt"):
        told |= set(recorded.read_text("utf-8").split())

    for topic in TOPICS:
        for rule in _rules(topic):
            asked = {word for word in _names(rule["expr"]) if "_" in word or word in BUILT_IN}
            grouped = {"group_left", "predict_linear", "avg_over_time", "clamp_min"} | {
                "label_replace"
            }
            assert asked - grouped <= told, rule


def test_every_series_that_status_reads_is_recorded() -> None:
    recorded = {rule["record"] for topic in TOPICS for rule in _rules(topic) if "record" in rule}

    assert FILLS_SOON in recorded


def test_every_alert_has_one_name_a_severity_a_sentence_and_its_page() -> None:
    alerts = [(name, rule) for topic in TOPICS for name, rule in _alerts(topic).items()]

    assert len({name for name, _ in alerts}) == len(alerts)
    for name, rule in alerts:
        page = re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()
        assert rule["labels"].keys() == {"severity"}
        assert rule["labels"]["severity"] in SEVERITIES
        assert rule["annotations"].keys() == {"summary", "runbook"}
        assert rule["annotations"]["runbook"] == f"docs/runbooks/alerts/{page}.md"
        assert (ROOT / rule["annotations"]["runbook"]).exists()


def _rules(topic: str) -> list[dict[str, Any]]:
    return [rule for group in _whole(topic)["groups"] for rule in group["rules"]]


def _whole(topic: str) -> dict[str, Any]:
    return _read(ROOT / f"monitors/rules/{topic}.yml")


@cache
def _parsed(path: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return parsed


def _read(path: Path) -> dict[str, Any]:
    """Return what is in ``path``, for the caller to change."""
    return deepcopy(_parsed(path))


def _alerts(topic: str) -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in _rules(topic) if "alert" in rule}


def _names(expression: str) -> set[str]:
    """Return the metrics of ``expression``: no label, no text, no recorded series."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    bare = re.sub(r"\b(by|on|group_left)\s*\([^)]*\)", "", bare)
    return set(WORDS.findall(re.sub(r"\b\w+:\w+:\w+\b", "", bare)))


def _mutants(topic: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each small fault that a rule of ``topic`` may have, and the rules with it."""
    for at, rule in enumerate(_rules(topic)):
        name = rule.get("alert", RECORD)
        for found in OPERATOR.finditer(rule["expr"]):
            for other in OTHERS[found[1]]:
                faulty = rule["expr"][: found.start()] + other + rule["expr"][found.end() :]
                yield f"{name}: {faulty}", _with(topic, at, {"expr": faulty})
        if "for" in rule:
            yield f"{name}: at once", _with(topic, at, {"for": "0s"})


def _placed(folder: Path, topic: str, what: str, rules: dict[str, Any]) -> Path:
    """Return the file of tests, in ``folder``, of the one alert in which ``rules`` are wrong.

    Of all alerts, if it is a recorded series: some of them is judged by it.
    """
    alert = what.partition(": ")[0]
    tests = _read(TESTS / f"{topic}.yml") | {"rule_files": ["r.yml"]}
    if alert != RECORD:
        for test in tests["tests"]:
            test["alert_rule_test"] = [
                x for x in test["alert_rule_test"] if x["alertname"] == alert
            ]
        tests["tests"] = [test for test in tests["tests"] if test["alert_rule_test"]]
        for group in rules["groups"]:
            group["rules"] = [x for x in group["rules"] if x.get("alert", alert) == alert]
    folder.mkdir()
    (folder / "r.yml").write_text(json.dumps(rules))  # YAML too
    (folder / "t.yml").write_text(json.dumps(tests))
    return folder / "t.yml"


def _with(topic: str, at: int, change: dict[str, str]) -> dict[str, Any]:
    whole = _whole(topic)
    rules = [rule for group in whole["groups"] for rule in group["rules"]]
    rules[at].update(change)
    return whole


def _run(promtool: Path, *tests: Path) -> subprocess.CompletedProcess[str]:
    words: list[str | Path] = [promtool, "test", "rules", *tests]
    both = subprocess.STDOUT  # what failed is told there
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=both, text=True, check=False)
