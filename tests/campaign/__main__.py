"""``python -m tests.campaign SEED``: rounds of random faults in the lab, one after the other.

Rounds that ``--into`` tells of already are left out, so that it may be broken off and begun again.
Beside it lies what each stint was judged by, and of each round that failed what was left of it.
Ends with 1 if something was lost, did not come right, or must never have happened.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import traceback
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.system_clock import SystemClock
from ndc.settings import settings
from tests.campaign.judging import judged, keep
from tests.campaign.report import report
from tests.campaign.rounds import Fate, Round, round_of
from tests.campaign.stint import Stint, stint
from tests.soak.checkers.data import Line


def main() -> int:
    """Return the exit code."""
    # whoever ends it has the network taken down
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--rounds", type=int, default=60, help="how many, from the first on")
    parser.add_argument("--fate", type=Fate, choices=[*Fate], help="only rounds of that fate")
    parser.add_argument("--minutes", type=float, default=600, help="begin no round after that")
    parser.add_argument("--env", default="campaign")
    parser.add_argument("--profile", default="tiny")
    parser.add_argument("--into", type=Path, help="what was played; a line a round")
    asked = parser.parse_args()
    into = asked.into or settings().home / "var" / f"campaign-{asked.seed}.jsonl"
    _play(asked, into)
    played = _told(into)
    sys.stdout.write(report(played) + "\n")
    failed = [one for one in played if one["fails"]]
    return 1 if failed else 0


def _play(asked: argparse.Namespace, into: Path) -> None:
    """Play what is missing in ``into`` of what is ``asked`` for, as far as time allows."""
    done = {one["number"] for one in _told(into) if one["what"] == "round"}
    missing = [number for number in range(asked.rounds) if number not in done]
    if not missing:
        return
    clock = SystemClock()
    until = clock.elapsed() + timedelta(minutes=asked.minutes)
    with stint(asked.env, asked.profile, clock) as made:
        with made.sampled():
            for number in missing:
                what = round_of(made.network, asked.seed, number)
                if clock.elapsed() > until:
                    break
                if asked.fate in {None, what.fate}:
                    _round(made, what, into)
        _judge(made, asked, into)


def _round(made: Stint, what: Round, into: Path) -> None:
    _say(what.text)
    result = made.play(what)
    _say(*(f"  {event}" for event in result.events))
    _keep(into, {"what": "round", "fails": result.fails, **asdict(result)})
    if result.fails:
        made.keep(into.with_name(f"{into.stem}-{what.number}.tar.gz"))


def _judge(made: Stint, asked: argparse.Namespace, into: Path) -> None:
    """Judge a stint, and keep what it was judged by."""
    ended = made.clock.now()
    lines: list[Line] = []
    try:
        lines += made.history()
        found = judged(lines)
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody can say that all was well
        traceback.print_exc()
        found = [f"nobody could judge it: {error!r}"]
    keep(lines, into.with_name(f"{into.stem}-{ended:%H%M%S}.history.gz"))
    _say(*found, f"{len(found)} violations, by {len(lines)} lines")
    plain = {"what": "judged", "fails": bool(found), "at": ended.isoformat(), "violations": found}
    counted = {"lines": Counter(line[1] for line in lines)}
    _keep(into, {**plain, **counted, "profile": asked.profile, "seed": asked.seed})


def _told(into: Path) -> list[dict[str, Any]]:
    lines = into.read_text("utf-8").splitlines() if into.exists() else []
    return [json.loads(line) for line in lines]


def _keep(into: Path, plain: dict[str, Any]) -> None:
    with into.open("a", encoding="utf-8") as file:
        file.write(json.dumps(plain, ensure_ascii=False) + "\n")


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
