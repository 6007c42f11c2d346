"""A real Alertmanager, with the text that hosts get, calls whom the inventory names."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from typing_extensions import override

from core.clock import wait_until
from core.system_clock import SystemClock
from tests.networks import ROOT
from tests.unit.playbooks.conftest import CALLED, Rendered
from toolchain.build import ensure_alertmanager
from toolchain.usual_cache import usual_cache

pytestmark = pytest.mark.lab

CLOCK = SystemClock()
BOUND = timedelta(seconds=60)
"""for a hang; the first call goes after a second"""
SETTINGS = "/etc/prometheus/alertmanager.yml"


@dataclass
class Called:
    """A webhook that keeps what it is told."""

    url: str
    heard: list[dict[str, Any]] = field(default_factory=list)

    def of(self, alert: str) -> list[dict[str, Any]]:
        return [one for call in self.heard for one in call["alerts"] if _name(one) == alert]


@pytest.fixture
def called() -> Iterator[Called]:
    """Yield a webhook on the loopback interface."""

    class _Keeps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.heard.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Keeps)
    hook = Called(f"http://127.0.0.1:{server.server_address[1]}/calls")
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield hook
    server.shutdown()
    serving.join()
    server.server_close()


def test_whom_the_inventory_names_is_called_and_told_when_it_is_over(
    called: Called, rendered_with_alarms: Mapping[str, Rendered], tmp_path: Path
) -> None:
    settings = _settings(rendered_with_alarms).replace(CALLED.webhooks[0], called.url)

    with _alertmanager(settings, tmp_path) as api:
        _fires(api, "LinkDown", site="east", target="west")
        wait_until(CLOCK, lambda: called.of("LinkDown") or None, what="a call", bound=BOUND)
        _fires(api, "LinkDown", ended=True, site="east", target="west")
        over = wait_until(
            CLOCK,
            lambda: [one for one in called.of("LinkDown") if one["status"] == "resolved"] or None,
            what="a word that it is over",
            bound=BOUND,
        )

    assert over[0]["annotations"]["runbook"] == "docs/runbooks/alerts/link-down.md"


def test_each_unprotected_database_is_called_about_at_once(
    called: Called, rendered_with_alarms: Mapping[str, Rendered], tmp_path: Path
) -> None:
    settings = _settings(rendered_with_alarms).replace(CALLED.webhooks[0], called.url)
    slow = settings.replace("group_wait: 1s", "group_wait: 1h")

    with _alertmanager(slow.replace("group_interval: 10s", "group_interval: 1h"), tmp_path) as api:
        for database in ("first", "second"):
            _fires(api, "Unprotected", site="east", workload=database)
            wait_until(
                CLOCK,
                lambda: (
                    [
                        one
                        for one in called.of("Unprotected")
                        if one["labels"]["workload"] == database  # noqa: B023 - waited for here
                    ]
                    or None
                ),
                what="a call",
                bound=BOUND,
            )


def test_what_another_alert_explains_calls_nobody_and_is_still_to_be_seen(
    called: Called, rendered_with_alarms: Mapping[str, Rendered], tmp_path: Path
) -> None:
    settings = _settings(rendered_with_alarms).replace(CALLED.webhooks[0], called.url)

    with _alertmanager(settings, tmp_path) as api:
        _fires(api, "SiteCutOff", site="east", target="west")
        wait_until(CLOCK, lambda: called.of("SiteCutOff") or None, what="a call", bound=BOUND)
        _fires(api, "LinkDown", site="east", target="west")
        _fires(api, "LinkDown", site="east", target="far")
        wait_until(CLOCK, lambda: called.of("LinkDown") or None, what="a call", bound=BOUND)
        states = {
            (_name(one), one["labels"]["target"]): one["status"]["state"]
            for one in httpx.get(f"{api}/alerts").json()
        }

    assert {one["labels"]["target"] for one in called.of("LinkDown")} == {"far"}
    assert states == {
        ("SiteCutOff", "west"): "active",
        ("LinkDown", "west"): "suppressed",
        ("LinkDown", "far"): "active",
    }


def test_every_alert_that_holds_another_back_or_is_held_back_is_declared(
    rendered_with_alarms: Mapping[str, Rendered],
) -> None:
    declared = {
        name
        for path in ROOT.glob("monitors/rules/*.yml")
        for name in re.findall(r"alert: (\w+)", path.read_text("utf-8"))
    }

    named = {
        name
        for found in re.findall(r'alertname =~? "?([\w|]+)', _settings(rendered_with_alarms))
        for name in found.split("|")
    }
    assert named <= declared
    assert "Watchdog" in named


def test_mail_goes_where_the_inventory_says(
    rendered_with_alarms: Mapping[str, Rendered], tmp_path: Path
) -> None:
    with _alertmanager(_settings(rendered_with_alarms), tmp_path) as api:
        running = httpx.get(f"{api}/status").json()["config"]["original"]

    assert "smtp_smarthost: localhost:9" in running
    assert "to: duty@example.org" in running


def _settings(rendered: Mapping[str, Rendered]) -> str:
    """Return what a monitor gets."""
    return next(host.texts()[SETTINGS] for host in rendered.values() if SETTINGS in host.texts())


@contextmanager
def _alertmanager(settings: str, folder: Path) -> Iterator[str]:
    """Yield where a server with ``settings`` is asked."""
    hurried = settings.replace("group_interval: 10s", "group_interval: 1s")
    (folder / "alertmanager.yml").write_text(hurried)
    log = folder / "log"
    options = {
        "config.file": folder / "alertmanager.yml",
        "storage.path": folder / "data",
        "web.listen-address": "127.0.0.1:0",
        "cluster.listen-address": "",
    }
    program = ensure_alertmanager(usual_cache(os.environ), print)
    # Debian's server reads its templates where the package would have placed them
    share = f"lowerdir={program.parents[1] / 'share'}:/usr/share"
    mounted = f'mount -t overlay overlay -o {share} /usr/share && exec "$0" "$@"'
    words = ["unshare", "--mount", "sh", "-c", mounted, str(program)]
    words += [f"--{name}={value}" for name, value in options.items()]
    with log.open("wb") as out, subprocess.Popen(words, stdout=out, stderr=out) as process:
        try:
            at = wait_until(CLOCK, lambda: _listens(log), what="a server", bound=BOUND)
            yield f"http://{at}/api/v2"
        finally:
            process.terminate()


def _listens(log: Path) -> str | None:
    found = re.search(r"Listening on\W+address=(\S+)", log.read_text("utf-8"))
    return found[1] if found else None


def _fires(api: str, name: str, *, ended: bool = False, **labels: str) -> None:
    now = CLOCK.now()
    page = re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()
    alert = {
        "labels": {"alertname": name, "severity": "page", **labels},
        "annotations": {"runbook": f"docs/runbooks/alerts/{page}.md"},
        "startsAt": (now - timedelta(seconds=30)).isoformat(),
        "endsAt": (now if ended else now + timedelta(minutes=5)).isoformat(),
    }
    httpx.post(f"{api}/alerts", json=[alert]).raise_for_status()


def _name(alert: dict[str, Any]) -> str:
    return str(alert["labels"]["alertname"])
