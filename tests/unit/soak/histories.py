"""Short histories that break one invariant each, and such as come close and break none."""

from __future__ import annotations

from typing import Final

from tests.soak.checkers.data import Line

DB, SERVICE, ONE, TWO = "general-db", "portal", "ndc01-data", "ndc02-data"


def a_line(what: str, subject: str, host: str = "", number: int = 0, text: str = "") -> Line:
    return (0.0, what, subject, host, number, text)


def a_history(*lines: Line) -> list[Line]:
    """Return ``lines`` as they follow each other, a second each."""
    return [(float(at), *line[1:]) for at, line in enumerate(lines)]


def happening_at(at: float, line: Line) -> Line:
    return (at, *line[1:])


def acknowledged(host: str, timeline: int, row: str) -> Line:
    return a_line("acknowledged", DB, host, timeline, row)


def a_step(event: str, words: str, run: str = "run-1", step: str = "step") -> Line:
    return a_line("journal", run, step, text=f"{event} {words}")


LEADS: Final = a_line("leads", DB, ONE, 1)
FOLLOWED: Final = (
    LEADS,
    acknowledged(ONE, 1, "row-1"),
    a_line("forked", DB, TWO, 2, "switched"),
    a_line("leads", DB, TWO, 2),
    acknowledged(TWO, 2, "row-2"),
)
ANNOUNCED: Final = (a_line("announces", SERVICE, "a", 1), a_line("announces", SERVICE, "b", 1))
SWITCH: Final = "switch-database database=general-db candidate=ndc02-data"
FAILOVER: Final = a_line("planned", "run-1", text="failover a b")
STORE: Final = "archive"
BEGIN: Final = "begin-store store=archive host=ndc02-data point=archive-1 epoch=2"


def written_by(host: str, epoch: int) -> Line:
    return a_line("store-written", STORE, host, epoch)


def announced_loss(milliseconds: int) -> Line:
    """Return that so much may be lost of what was written: -1, nobody can say."""
    return a_line("store-loss", STORE, TWO, 2, str(milliseconds))


BEGUN: Final = a_line("store-begins", STORE, TWO, 2, "archive-1")
POINT: Final = a_line("store-point", STORE, ONE, 0, "archive-1")

BROKEN: Final[dict[str, list[Line]]] = {
    "I14 what is kept out announces": a_history(
        a_line("excluded", "a", text="run-1"),
        a_line("placed", SERVICE, "ndc02", 2),
        a_line("placed", SERVICE, "ndc02", 2),
        a_line("announces", SERVICE, "a", 2),
    ),
    "I15 citizens come to what was given up": a_history(
        a_line("placed", SERVICE, "ndc01", 1),
        a_line("excluded", "a", text="run-1"),
        a_line("placed", SERVICE, "ndc02", 2),
        a_line("comes-to", SERVICE, "a", text="ndc01"),
    ),
    "I1 two writers": a_history(
        LEADS, acknowledged(ONE, 1, "row-1"), acknowledged(TWO, 1, "row-2")
    ),
    "I2 an old epoch is obeyed": a_history(
        a_line("obeyed", SERVICE, "a", 3, "withdraw-service run-2"),
        a_line("obeyed", SERVICE, "a", 2, "announce-service run-1"),
    ),
    "I3 a planned switch loses a write": a_history(*FOLLOWED, a_line("log", DB, TWO, 2, "row-2")),
    "I4 a loss that nobody named": a_history(
        LEADS,
        acknowledged(ONE, 1, "row-1"),
        a_line("forked", DB, TWO, 2, "taken-over"),
        a_line("log", DB, TWO, 2, "row-2"),
    ),
    "I5 dead on one word": a_history(FAILOVER, a_line("sight-of", "run-1", "a", 1, "")),
    "I6 two runs at once": a_history(
        a_line("claimed", DB, "", 1, "run-1"),
        a_line("effect", DB, "run-2/promote", 1, SWITCH),
    ),
    "I7 the last serving site is taken away": a_history(
        *ANNOUNCED, a_line("withdraws", SERVICE, "a", 2), a_line("withdraws", SERVICE, "b", 2)
    ),
    "I8 a guess": a_history(LEADS, a_line("overtaken", DB, ONE, 1)),
    "I9 stale status is believed": a_history(LEADS, a_step("succeeded", SWITCH)),
    "I10 recovery needs what is lost": a_history(
        FAILOVER, a_step("started", "withdraw-service service=portal host=a epoch=2")
    ),
    "I11 a tail is wiped, or a former leader writes": a_history(
        a_line("kept", DB, ONE, 1, "row-1"), a_line("rewound", DB, ONE, 1, "row-1,row-2")
    ),
    "I12 a step is done twice": a_history(
        a_line("effect", "a", "run-1/fence-a", 1, "cut-power host=a"),
        a_line("power-on", "a"),
        a_line("effect", "a", "run-1/fence-a", 2, "cut-power host=a"),
    ),
    "I13 a copy leads that was only waited for": a_history(
        a_line("widened", DB, TWO, 2), a_line("forked", DB, TWO, 2, "elected")
    ),
    "I16 two write a store": a_history(
        announced_loss(1000), written_by(ONE, 1), written_by(TWO, 2), written_by(ONE, 1)
    ),
    "I17 a store begins from another point": a_history(
        written_by(ONE, 1),
        a_line("store-ends", STORE, ONE, 0, "archive-2"),
        a_line("store-begins", STORE, TWO, 2, "archive-1"),
    ),
    "I18 a store loses more than was announced": a_history(
        announced_loss(1000),
        POINT,
        written_by(ONE, 1),
        written_by(ONE, 1),
        a_step("started", BEGIN),
        BEGUN,
    ),
}

WELL: Final[dict[str, list[Line]]] = {
    "I14 what is kept out announces": a_history(
        a_line("excluded", "a", text="run-1"),
        a_line("placed", SERVICE, "ndc02", 2),
        a_line("admitted", "a"),
        a_line("announces", SERVICE, "a", 2),
    ),
    "I15 citizens come to what was given up": a_history(
        a_line("placed", SERVICE, "ndc01", 1),
        a_line("excluded", "a", text="run-1"),
        a_line("comes-to", SERVICE, "a", text="ndc01"),
        a_line("placed", SERVICE, "ndc02", 2),
        a_line("comes-to", SERVICE, "b", text="ndc02"),
        a_line("admitted", "a"),
        a_line("comes-to", SERVICE, "a", text="ndc01"),
        a_line("excluded", "a", text="run-2"),
        a_line("comes-to", SERVICE, "a", text="ndc01"),
    ),
    "I1 two writers": a_history(*FOLLOWED),
    "I2 an old epoch is obeyed": a_history(
        a_line("obeyed", SERVICE, "a", 2, "announce-service run-1"),
        a_line("obeyed", SERVICE, "b", 1, "announce-service run-1"),
        a_line("obeyed", SERVICE, "a", 3, "withdraw-service run-2"),
    ),
    "I3 a planned switch loses a write": a_history(
        *FOLLOWED, a_line("log", DB, TWO, 2, "row-1 row-2")
    ),
    "I4 a loss that nobody named": a_history(
        LEADS,
        a_line("waits-for", DB, ONE, 0),
        acknowledged(ONE, 1, "row-that-had-no-copy"),
        a_line("forked", DB, TWO, 2, "taken-over"),
        a_line("log", DB, TWO, 2, ""),
    ),
    "I5 dead on one word": a_history(FAILOVER, a_line("sight-of", "run-1", "a", 2, "")),
    "I6 two runs at once": a_history(
        a_line("claimed", DB, "", 1, "run-1"),
        a_line("effect", DB, "run-1/promote", 1, SWITCH),
        a_line("released", DB, "", 1),
        a_line("claimed", DB, "", 2, "run-2"),
        a_line("effect", DB, "run-2/promote", 1, SWITCH),
    ),
    "I7 the last serving site is taken away": a_history(
        *ANNOUNCED,
        a_line("withdraws", SERVICE, "a", 2),
        a_line("announces", SERVICE, "a", 2),
        a_line("falls-silent", SERVICE, "b"),
        a_line("withdraws", SERVICE, "a", 2),
        a_line("announces", SERVICE, "b", 3),
        a_line("falls-silent", SERVICE, "b"),
    ),
    "I8 a guess": a_history(
        LEADS, a_line("stops", DB, ONE, 1), a_line("forked", DB, TWO, 2, "elected")
    ),
    "I9 stale status is believed": a_history(*FOLLOWED, a_step("succeeded", SWITCH)),
    "I10 recovery needs what is lost": a_history(
        FAILOVER,
        a_step("started", "cut-power host=a life=1"),
        a_step("started", "announce-service service=portal host=c epoch=2"),
    ),
    "I11 a tail is wiped, or a former leader writes": a_history(
        a_line("kept", DB, ONE, 1, "row-1,row-2"), a_line("rewound", DB, ONE, 1, "row-1,row-2")
    ),
    "I12 a step is done twice": a_history(
        a_line("effect", DB, "run-1/promote", 1, SWITCH),
        a_line("forked", DB, TWO, 2, "switched"),
        a_line("leads", DB, TWO, 2),
        a_line("forked", DB, ONE, 3, "elected"),
        a_line("leads", DB, ONE, 3),
        a_line("effect", DB, "run-1/promote", 2, SWITCH),
        a_line("forked", DB, TWO, 4, "switched"),
        a_line("leads", DB, TWO, 4),
    ),
    "I13 a copy leads that was only waited for": a_history(
        a_line("widened", DB, TWO, 2),
        a_line("forked", DB, ONE, 2, "elected"),
        a_line("allowed", DB, TWO, 3),
        a_line("forked", DB, TWO, 3, "taken-over"),
    ),
    "I16 two write a store": a_history(
        announced_loss(-1),
        written_by(ONE, 1),
        written_by(TWO, 2),
        written_by(TWO, 2),
    ),
    "I17 a store begins from another point": a_history(
        written_by(ONE, 1),
        a_step("started", BEGIN),
        BEGUN,
        written_by(TWO, 2),
        a_line("store-ends", STORE, ONE, 0, "archive-2"),
        a_line("store-ends", STORE, TWO, 0, "archive-3"),
        a_line("store-begins", STORE, ONE, 3, "archive-3"),
    ),
    "I18 a store loses more than was announced": a_history(
        announced_loss(2000),
        POINT,
        written_by(ONE, 1),
        written_by(ONE, 1),
        a_step("started", BEGIN),
        BEGUN,
    ),
}
