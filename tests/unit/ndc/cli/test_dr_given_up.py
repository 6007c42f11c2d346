"""``ndc dr`` about what was given up, as it is typed against stub servers: attest, admit."""

from __future__ import annotations

import json

import pytest

from core.runs.plan import RunName
from dr.live.run_folder import names
from dr.placement import Claim
from inventory.names import HostName, SiteName
from ndc.cli import dr_admit
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout

HOME, REFUGE = HostName("ndc01-node"), HostName("ndc02-node")
WITHOUT = ("dr", "failover", "--lost", "ndc01")
HELD, REFUSED = 7, 4


def _dies(typed: Checkout) -> None:
    with typed.stub.holding():
        plant = typed.stub.world.truth.plant
        for host in typed.stub.on.network.hosts:
            if host.site == "ndc01":
                plant.power_off(host.name)


def _goes_blind(typed: Checkout) -> None:
    """Let nobody tell power, and one site alone be asked whom it sees."""
    with typed.stub.holding():
        plant = typed.stub.world.truth.plant
        plant.mute_ports |= plant.hosts
        plant.dark |= {site.name for site in typed.stub.on.network.sites} - {
            SiteName("ndc01"),
            SiteName("ndc02"),
        }


def test_what_two_people_attest_is_served_elsewhere_and_the_report_names_both(
    typed: Checkout,
) -> None:
    _dies(typed)
    _goes_blind(typed)
    refused = typed.ndc("dr", "plan", "--lost", "ndc01")
    planned = typed.ndc("dr", "plan", "--lost", "ndc01", "--attest")
    (run,) = names(typed.environment.paths.runs)
    typed.stub.world.truth.plant.dark.clear()

    begun = typed.ndc("--yes", "--as", "an", *WITHOUT, "--attest", "--plan", run)
    nobody = typed.ndc("--yes", "dr", "attest", run)
    skipped = typed.ndc("--yes", "--as", "an", "dr", "skip", run, "attest")
    one = typed.ndc("--yes", "--as", "an", "dr", "attest", run, "--reason", "I stand before it")
    both = typed.ndc("--yes", "--as", "binh", "dr", "attest", run, "--reason", "seen dark")
    report = json.loads(typed.ndc("--json", "dr", "show", run).out)["report"]

    assert (refused.code, planned.code) == (REFUSED, 0), planned.err
    assert "--attest" in refused.err
    assert (begun.code, nobody.code, skipped.code, one.code) == (HELD, REFUSED, REFUSED, HELD)
    assert "    ndc01-node\n" in one.err
    assert "attested by   binh, proved by key" in both.out, both.out + both.err
    words = [asker for asker in report["askers"] if asker["wish"] == "attest"]
    assert [word["name"] for word in words] == ["an", "binh"]
    assert all(word["about"] == ["ndc01-edge", "ndc01-node"] for word in words)
    assert all("SSH SIGNATURE" in word["signature"] for word in words)
    assert typed.stub.world.truth.at(SERVICE).announcing == {REFUGE}


def test_nothing_is_attested_where_other_proofs_stand(typed: Checkout) -> None:
    _dies(typed)
    typed.ndc("dr", "plan", "--lost", "ndc01")
    (run,) = names(typed.environment.paths.runs)

    refused = typed.ndc("--yes", "--as", "an", "dr", "attest", run)

    assert refused.code == REFUSED
    assert f"nothing of {run} has to be attested" in refused.err


def test_what_is_back_is_moved_to_once_it_was_looked_at_and_admitted(typed: Checkout) -> None:
    _dies(typed)
    moved = typed.ndc("--yes", *WITHOUT)
    plant = typed.stub.world.truth.plant
    with typed.stub.holding():
        for host in sorted(plant.off):
            plant.power_on(host)
    kept_out = typed.ndc("--yes", "dr", "switchover", SERVICE, "--to", "ndc01")
    unanswered = typed.ndc("dr", "admit", "ndc01")
    admitted = typed.ndc("--yes", "dr", "admit", "ndc01")
    again = typed.ndc("--yes", "dr", "admit", "ndc01")
    later = typed.ndc("--yes", "dr", "switchover", SERVICE, "--to", "ndc01")

    assert moved.code in {0, 1}, moved.err
    assert kept_out.code == REFUSED
    assert "ndc dr admit ndc01" in kept_out.err.replace("--env test ", "")
    assert unanswered.code == 2
    assert f"{HOME} holds nothing of general-db that no other copy has" in unanswered.err
    assert (admitted.code, admitted.out) == (0, f"admitted: {HOME}\n")
    assert (again.code, "nothing of ndc01 waits" in again.err) == (0, True)
    assert "nobody admitted it" not in later.err


def test_nobody_is_admitted_whom_a_run_gave_up_anew_while_the_question_stood_open(
    typed: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    _dies(typed)
    typed.ndc("--yes", *WITHOUT)
    with typed.stub.holding():
        plant = typed.stub.world.truth.plant
        for host in sorted(plant.off):
            plant.power_on(host)

    def answered(*_: object) -> None:
        with typed.stub.live() as live:
            claim = live.doors.records.claim(SERVICE)
            meanwhile = Claim(RunName("meanwhile"), claim.number + 1)
            live.doors.records.swap_claim(SERVICE, claim, meanwhile)

    monkeypatch.setattr(dr_admit, "confirmed", answered)
    refused = typed.ndc("--yes", "dr", "admit", "ndc01")

    assert refused.code == REFUSED
    assert f"a run holds {SERVICE}" in refused.err
    with typed.stub.live() as live:
        assert HOME in live.doors.exclusions.excluded()
