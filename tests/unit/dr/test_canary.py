"""The canary writes until it is acknowledged, and says what it can read back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from typing_extensions import override

from dr.onhost import canary_main as canary
from dr.onhost.canary_main import Application


@dataclass
class Rows:
    """What the application keeps, and how often it first says 503."""

    kept: list[str] = field(default_factory=list)
    refuses: int = 0


class Desk(ThreadingHTTPServer):
    """An application that speaks as the reference one does."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.rows = rows


class _Conversation(BaseHTTPRequestHandler):
    server: Desk

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        rows, key = self.server.rows, self.headers["idempotency-key"]
        if rows.refuses:
            rows.refuses -= 1
            self._say(503, {"outcome": "refused"})
            return
        if key not in rows.kept:
            rows.kept.append(key)
        self._say(201, {"key": key})

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)["key"]
        self._say(200, {"submissions": [k for k in self.server.rows.kept if k in asked]})

    def _say(self, status: int, body: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def port(rows: Rows) -> Iterator[int]:
    with Desk(rows) as desk:
        threading.Thread(target=desk.serve_forever, args=(0.01,), daemon=True).start()
        yield desk.server_address[1]
        desk.shutdown()


def _said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> object:
    monkeypatch.setattr("sys.argv", ["canary", *words])
    canary.main()
    return json.loads(capsys.readouterr().out)


def test_a_row_is_written_and_read_back(
    port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _said(monkeypatch, capsys, str(port), "key", "5") == {"rows": 1}


def test_a_second_canary_with_the_same_key_adds_nothing(
    port: int, rows: Rows, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        _said(monkeypatch, capsys, str(port), "key", "5")

    assert rows.kept == ["key"]


def test_a_write_is_tried_again_until_it_is_acknowledged(
    port: int, rows: Rows, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows.refuses = 3

    assert _said(monkeypatch, capsys, str(port), "key", "5") == {"rows": 1}


def test_looking_writes_nothing(
    port: int, rows: Rows, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _said(monkeypatch, capsys, str(port), "key", "5", "--look") == {"rows": 0}
    assert rows.kept == []


def test_an_application_that_is_not_there_says_nothing() -> None:
    assert Application(9).rows("key") is None
    assert not Application(9).write("key")
