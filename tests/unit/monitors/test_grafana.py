"""Dashboards for Grafana show every metric once, and ask what Prometheus understands."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitors.catalogue import (
    CATALOGUE,
    CERTIFICATE_END,
    LINK_RTT_SECONDS,
    LINK_UP,
    PROBE_WRITES,
    RECOVERY_POINT,
)
from monitors.grafana import BOARDS, GrafanaBoard, board_json, expression_of, title_of
from tests.conftest import Golden
from tests.networks import ROOT
from toolchain.build import ensure_promtool
from toolchain.usual_cache import usual_cache

TOPICS = [board.topic for board in BOARDS]


def _panels(board: GrafanaBoard) -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = json.loads(board_json(board))["panels"]
    return panels


def _expressions() -> list[str]:
    panels = [panel for board in BOARDS for panel in _panels(board)]
    return [target["expr"] for panel in panels for target in panel["targets"]]


@pytest.mark.parametrize("board", BOARDS, ids=TOPICS)
def test_a_dashboard_is_current(board: GrafanaBoard, golden: Golden) -> None:
    golden(ROOT / f"docs/generated/grafana/{board.topic}.json", board_json(board))


def test_every_metric_of_the_catalogue_stands_on_one_dashboard() -> None:
    shown = Counter(spec.name for board in BOARDS for spec in board.metrics)

    assert shown == Counter(spec.name for spec in CATALOGUE)


def test_every_expression_parses(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:number_{at}:asked", "expr": asked}
        for at, asked in enumerate(_expressions())
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    promtool = ensure_promtool(usual_cache(os.environ), print)

    read = subprocess.run(
        [promtool, "check", "rules", file], capture_output=True, text=True, check=False
    )

    assert read.returncode == 0, read.stderr
    assert f"{len(CATALOGUE)} rules found" in read.stdout


def test_a_moment_is_shown_by_its_distance_and_a_counter_by_its_rate() -> None:
    assert title_of(RECOVERY_POINT) == "time since replication recovery point"
    assert title_of(CERTIFICATE_END) == "time until certificate end"
    assert title_of(LINK_RTT_SECONDS) == "link rtt"
    at_sites = '{site=~"$site"}'

    assert expression_of(LINK_UP) == f"ndc_link_up{at_sites}"
    assert expression_of(PROBE_WRITES) == f"rate(ndc_probe_writes_total{at_sites}[5m])"
    assert expression_of(RECOVERY_POINT) == f"time() - {RECOVERY_POINT.name}{at_sites}"
    assert expression_of(CERTIFICATE_END) == f"{CERTIFICATE_END.name}{at_sites} - time()"


@pytest.mark.parametrize("board", BOARDS, ids=TOPICS)
def test_no_two_panels_cover_each_other(board: GrafanaBoard) -> None:
    places = [
        (panel["gridPos"]["x"], panel["gridPos"]["y"], panel["gridPos"]["w"])
        for panel in _panels(board)
    ]

    assert len({(x, y) for x, y, _ in places}) == len(places)
    assert all(x + width <= 24 for x, _, width in places)
