"""The benchmarks of recovery: what citizens feel of a move, a lost host, a site, a region."""

from __future__ import annotations

from tests.benchmarks import citizens, lending, losses, yardstick
from tests.benchmarks.benchmark import Benchmark
from tests.benchmarks.figures import Figure, Judged

RECOVERY = (
    Benchmark(
        "switchover",
        (
            Figure("gap of a planned switchover", "s", 2.5, Judged.MEDIAN),
            Figure("the longest of them", "s", 6),
            Figure("writes lost in a switchover", "", 0, decimals=0),
            Figure("gap of `patronictl switchover` alone", "s"),
        ),
        citizens.switchover,
        "`ndc dr switchover` there and back; gap and loss are those of its report: what the probe "
        "noticed, twenty writes a second, every acknowledged one read back; before each, Patroni "
        "alone moves the database there and back, and the mean of both gaps is the value",
        rounds=30,
    ),
    Benchmark(
        "patroni",
        (
            Figure("the same, of a Patroni as it comes", "s"),
            Figure("share of it that a planned switchover takes", "", 0.5, Judged.MEDIAN),
        ),
        yardstick.alone,
        "`patronictl switchover`, there and back, each Patroni being its own program, with its own "
        "sleeps and a voter drawn by lot, PostgreSQL's default for wal_retrieve_retry_interval, "
        "and HAProxy's for retries and fastinter; the share is that of the median gap of the "
        "switchovers of the same run, and void without them",
        rounds=1,
    ),
    Benchmark(
        "host-loss",
        (
            Figure("gap when the leader's host dies, proven", "s", 5, Judged.MEDIAN),
            Figure("the same, the longest", "s", 10),
            Figure("writes lost when the leader's host dies", "", 0, decimals=0),
        ),
        citizens.host_lost,
        "`ndc lab kill` of the database leader's host; the probe's longest time between two "
        "acknowledged writes; every acknowledged write is read back when the host is there again",
        rounds=30,
    ),
    Benchmark(
        "lease",
        (
            Figure("gap when the leader's host dies, unproven", "s", 25, Judged.MEDIAN),
            Figure("the longest of these", "s", 30),
            Figure("writes lost in that case", "", 0, decimals=0),
        ),
        citizens.host_lost_unproven,
        "as host-loss, while the power port is cut: the leader's lease has to end",
        rounds=30,
    ),
    Benchmark(
        "site-loss",
        (
            Figure("site lost: from the command until all is served", "s", 60),
            Figure("the longest that citizens waited, the command included", "s"),
            Figure("writes lost with a site", "", 0, decimals=0),
        ),
        losses.site,
        "`ndc lab kill` of every host of the site that serves the portal, with the lever pulled, "
        "and `ndc dr failover --lost` as soon as that is done; until each service acknowledges a "
        "write again; every acknowledged write is read back, and one of which nobody can tell "
        "counts as lost; then all of it is admitted and moved home",
        rounds=3,
    ),
    Benchmark(
        "region-loss",
        (
            Figure("region lost: from the last write until a plan is ready", "s", 60),
            Figure("from the second person's word until all is served", "s", 90),
            Figure("writes lost beyond what the plan announced", "", 0, decimals=0),
        ),
        losses.region,
        "both sites of the region at once; a plan is ready when controllers called for a person "
        "and `ndc dr plan` printed it; then `ndc dr failover` waits at its gate, and the second "
        "person's `ndc dr approve` carries it out; of a service that loses nothing by promise, "
        "each lost write is one beyond; then all is admitted, copied anew, and moved home",
        rounds=1,
    ),
    Benchmark(
        "lending",
        (
            Figure("times that a lent address went in an hour", "", 0, decimals=0),
            Figure("the longest time between two renewals", "s"),
        ),
        lending.renewed,
        "of each store, whose address is lent for 30 s and renewed every 7.5 s while nothing is "
        "wrong; by what the kernels of all hosts that may have it tell of each change",
        rounds=1,
    ),
)
