"""The table of benchmarks: what is measured, what is to be reached, and how it is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.benchmarks import idle, links, programs, scrape, start, stores, watching
from tests.benchmarks.benchmark import Benchmark
from tests.benchmarks.engine import engine
from tests.benchmarks.figures import Figure, Judged
from tests.benchmarks.recovery_table import RECOVERY
from tests.benchmarks.scale import SHAPES, scale

BENCHMARKS = (
    Benchmark(
        "help",
        (Figure("ndc --help", "s", 0.3, Judged.MEDIAN),),
        programs.help_,
        "the installed command, started and ended",
        rounds=20,
        needs_network=False,
    ),
    Benchmark(
        "check",
        (Figure("make check", "s", 180, decimals=0),),
        programs.check,
        "with the caches of the tools as the last run left them",
        rounds=1,
        needs_network=False,
    ),
    Benchmark(
        "image",
        (Figure("golden image", "s", 90, decimals=1),),
        programs.image,
        "into a cache that lacks it, etcd being built; packages come from the machine's own apt "
        "sources, Python libraries from uv's cache where it holds them",
        rounds=1,
        needs_network=False,
    ),
    Benchmark(
        "scale",
        (
            *(
                Figure(
                    f"CPU to check and derive {sites * hosts:,} hosts at {sites} sites", "s", goal
                )
                for (sites, hosts), goal in zip(SHAPES, (1, 4, 4), strict=True)
            ),
            Figure("the first of them by `netlab create`", "s"),
        ),
        scale,
        "in this process, from the text of one declared file to the network; the sites stand in a "
        "ring with two links between neighbours, every second one is the home of a service; netlab "
        "starts, reads a topology of as many nodes, LANs and links, with BGP and without services, "
        "and writes an Ansible inventory",
        rounds=5,
        needs_network=False,
    ),
    Benchmark(
        "engine",
        tuple(
            Figure(f"engine alone: {verb}", "s", decimals=1)
            for verb in ("preview", "up", "up, no change", "drift", "destroy")
        ),
        engine,
        "all stacks of the default network at once, on a substrate that takes no time",
        rounds=1,
        needs_network=False,
    ),
    Benchmark(
        "scrape",
        (
            Figure(f"scrape of {5 * scrape.COPIES} series", "ms", 250),
            Figure("the same, one source being dead", "s", 2),
        ),
        scrape.scrape,
        f"the application of ndc-exporter, asked in this process; a monitor with {scrape.COPIES} "
        f"copies whose servers answer at once; each value is the slowest of {scrape.SCRAPES} "
        "scrapes, each of which collects anew; of the dead source it is one scrape: a server that "
        "takes the connection and says nothing",
        rounds=1,
        needs_network=False,
    ),
    Benchmark(
        "start",
        (Figure("from image to all green", "s", 90, decimals=1),),
        start.first,
        "`ndc env create`, image and programs being built; it ends when every gate is green",
        rounds=1,
    ),
    Benchmark(
        "idle",
        (
            Figure("memory of the network", "GB", 2.5),
            Figure("idle CPU, of one core", "%", 50, Judged.MEDIAN, decimals=1),
        ),
        idle.idle,
        "memory: the control groups of all hosts without their file pages, which the kernel gives "
        "away first, and the proportional part (PSS) of labd and relay; the groups count what "
        "the kernel holds for the hosts and what lies in their tmpfs, a sum of PSS would not; "
        "1 GB is 10^9 bytes. CPU: processes of all hosts, labd and relay, over "
        f"{idle.WINDOW_SECONDS} s of /proc, ended children included; void if a host or a daemon "
        "ended; the probe writes all the time",
        rounds=3,
    ),
    Benchmark(
        "watching",
        (
            Figure("CPU of all monitoring, of all cores", "%", 15, Judged.MEDIAN, decimals=1),
            Figure("memory of all monitoring", "GB", 1.2),
        ),
        watching.watching,
        f"processes of {', '.join(unit.removesuffix('.service') for unit in watching.UNITS)} on "
        f"all hosts, over {idle.WINDOW_SECONDS} s of /proc; memory is their proportional part "
        "(PSS); each site with services and the witness have a Prometheus, which asks every 5 s",
        rounds=3,
    ),
    Benchmark(
        "store-transfer",
        (
            Figure(f"transfer of {stores.FILES:,} changed files", "s"),
            Figure("the same by `btrfs send | ssh` alone", "s"),
            Figure("the first of them over the second", "", 2, Judged.MEDIAN),
        ),
        stores.transfer,
        "files of 4 KiB, all of which change between two points; from the start of the ssh with "
        "which a refuge asks until the point is whole there; then each fetches the same once "
        "more, by `ssh SOURCE btrfs send -p | btrfs receive` over the same links; both refuges at "
        "a time, in both cases; a value for each; void if a point was made while files changed, "
        "or the start was not seen",
        rounds=5,
    ),
    Benchmark(
        "store-age",
        (Figure("age of a copy under 10,000 changed files a minute, p99", "s", 30),),
        stores.age,
        f"the store whose points are made every 10 s; over {stores.AGED_SECONDS} s a file changes "
        "every 6 ms, and two looks a second at each refuge tell how old its newest whole point "
        "is; a value for each refuge; void if the files changed more slowly",
        rounds=1,
    ),
    Benchmark(
        "excess",
        (Figure("round trip of a link over its declared value", "ms"),),
        links.excess,
        "pings every 10 ms to the other end of the link, one link after the other; every echo is "
        "a value, and ping tells no more than tenths of a millisecond from 10 ms on",
        rounds=None,
    ),
    Benchmark(
        "up",
        (Figure("ndc up without a change", "s", 30, decimals=1),),
        start.again,
        "the whole command, on a network that is green",
        rounds=3,
    ),
    Benchmark(
        "cut",
        (Figure("outage when a link is cut", "s", 0.5),),
        links.cut,
        "pings every 10 ms from both ends, from loopback to loopback, whose packets take the link "
        "until `ndc lab cut`; from the sending of the last echo that came back to that of the "
        "next; one link after the other",
        rounds=None,
    ),
    Benchmark(
        "silent",
        (Figure("outage when a link falls silent", "s", 1.5),),
        links.silent,
        "as cut, with `ndc lab silence`: carrier stays, only BFD sees it",
        rounds=None,
    ),
    Benchmark(
        "agents",
        (
            Figure("CPU of the busiest agent, of one core", "%", 1, Judged.MEDIAN),
            Figure("memory of the largest agent", "MB", 60, decimals=1),
        ),
        watching.agents,
        f"ndc-agent of each host, over {idle.WINDOW_SECONDS} s of /proc; memory is the "
        "proportional part (PSS); void if one ended",
        rounds=3,
    ),
    *RECOVERY,
)


def chosen(asked: Sequence[str], rounds: int | None = None) -> list[Benchmark]:
    """Return the benchmarks that are ``asked`` for, in the order of the table; if none is, all.

    Each is asked for as ``NAME`` or ``NAME=ROUNDS``. ``rounds`` are those of each whose own are not
    told; None: what the table says.

    Raises:
        ValueError: a name is no benchmark's, or rounds are not a number above 0.
    """
    told = dict(map(_name_and_rounds, asked))
    if unknown := told.keys() - {benchmark.name for benchmark in BENCHMARKS}:
        raise ValueError(
            f"no benchmark is called {', '.join(sorted(unknown))}; "
            f"these are: {', '.join(one.name for one in BENCHMARKS)}"
        )
    return [
        replace(one, rounds=told.get(one.name) or rounds or one.rounds)
        for one in BENCHMARKS
        if not told or one.name in told
    ]


def _name_and_rounds(asked: str) -> tuple[str, int | None]:
    name, told, rounds = asked.partition("=")
    if not told:
        return name, None
    if not rounds.isdecimal() or not int(rounds):
        raise ValueError(f"{asked}: expected NAME=ROUNDS with a number above 0, as in {name}=3")
    return name, int(rounds)
