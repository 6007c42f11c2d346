"""Mistakes in the default network, each told without regard to the others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that somebody wrote in the place of another."""

    file: str
    right: str
    wrong: str

    def spoil(self, texts: dict[str, str]) -> None:
        """Let ``texts`` hold the mistake, at the first place where there is what is right."""
        assert self.right in texts[self.file], self
        texts[self.file] = texts[self.file].replace(self.right, self.wrong, 1)


MISTAKES = tuple(
    Mistake(file, right, wrong)
    for file, right, wrong in (
        ("links.yaml", "ends: [ndc01, ndc03]", "ends: [ndc01, nd03]"),
        ("links.yaml", "ends: [witness, ndc02]", "ends: [witness, hanoi]"),
        ("links.yaml", "rtt_ms: 26", "rtt_ms: 026"),
        ("links.yaml", "[witness-entry-south, coast-railway-south, ndc03-entry-east]", "south"),
        ("links.yaml", "rtt_ms: 13", "rtt_ms: -13"),
        ("links.yaml", "rtt_ms: 35", "rtt: 35"),
        ("network.yaml", "default_profile: compact", "default_profile: compakt"),
        ("network.yaml", "198.18.0.0/16 #", "198.18.0.0/33 #"),
        ("network.yaml", "198.19.32.0/19", "198.19.0.0/19"),
        ("network.yaml", "198.19.100.0/22", "8.8.0.0/22"),
        ("network.yaml", "controllers: automatic", "controllers: automatik"),
        ("network.yaml", "[ndc01, ndc02]", "[ndc01, ndc20]"),
        ("sites/ndc03.yaml", "region: south-east", "region: red-river-delta"),
        ("sites/ndc02.yaml", "kind: centre", "kind: center"),
        ("sites/witness.yaml", "  witness:", "  witnes:"),
        ("links.yaml", "  ndc01-ndc03-highland:", "  13:"),
        ("drills.yaml", "T3: 365 d", "T6: 365 d"),
        ("sites/ndc01.yaml", "latitude: 21.01", "latitude: 210.1"),
        ("sites/ndc01.yaml", "region: red-river-delta", "region: red-river"),
        ("profiles.yaml", "      general: {", "      genral: {"),
        ("profiles.yaml", "edge1: [border]", "edge1: [boarder]"),
        ("profiles.yaml", "      centre:\n        edge: ", "      center:\n        edge: "),
        ("profiles.yaml", "        node: [border, access", "        Node: [border, access"),
        ("profiles.yaml", "ndc02: { data: [voter] }", "ndc02: { dta: [voter] }"),
        ("profiles.yaml", "control: [monitor, probe]", "control: [monitor, probe, lights]"),
        ("stores.yaml", "interval: 10 s", "interval: 20 s"),
        ("stores.yaml", "retention: 1 d", "retention: 10 min"),
        ("stores.yaml", "home: ndc02", "home: ndc2"),
        ("stores.yaml", "tier: T3", "tier: T9"),
        ("stores.yaml", "readers: [statistics-office, f", "readers: [general-database, f"),
        ("stores.yaml", "dataset: aggregate", "dataset: specialised"),
        ("stores.yaml", "transfer: 10 min", "transfer: 10 minutes"),
        ("stores.yaml", "read_back: 1 h", "read_back: 0 s"),
        ("stores.yaml", "[ndc01, ndc03]", "[ndc01, witness]"),
        ("tiers.yaml", "recovery_time: 4 h", "recovery_time: 4h"),
        ("tiers.yaml", "stable_for: 1 h", "stable_for: 0 s"),
        ("tiers.yaml", "recovery_point: 24 h", "recovery_point: -24 h"),
        ("workloads.yaml", "synchronous_rtt_ms: 40", "synchronous_rtt_ms: 30"),
        ("workloads.yaml", "copies: { ndc03: 2 }", "copies: { ndc30: 2 }"),
        ("workloads.yaml", "database: identity-db", "database: identity-bd"),
        ("workloads.yaml", "needs: [identity]", "needs: [public-service-portal]"),
        ("workloads.yaml", "port: 8002", "port: 8001"),
        ("workloads.yaml", "last_copy: continue", "last_copy: go-on"),
        ("drills.yaml", "takes: leader", "takes: leadr"),
        ("drills.yaml", "moved, within-bound", "moved, stayed, within-bound"),
        ("drills.yaml", "T1: 30 d", "T1: 30 days"),
        ("operators.yaml", "[observe, approve]", "[obsreve, approve]"),
    )
)
