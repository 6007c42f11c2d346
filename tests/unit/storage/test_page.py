from __future__ import annotations

from datetime import timedelta

from inventory.names import PoolName, SiteName
from storage.hindrance import Hindrance
from storage.page import ApartWord, CopyWord, PoolWord, page
from storage.points import CopyComparison, PointDifference
from tests.unit.storage.two_sites import NOON, STORE

BETA = SiteName("beta")
READ_BACK = f"{STORE.read_back.total_seconds():g}"


def test_a_copy_is_told_of_with_its_age_and_its_promise() -> None:
    read_back = CopyComparison(NOON - timedelta(minutes=1), equal=True)

    text = page([CopyWord(STORE, BETA, NOON, read_back, timedelta(seconds=0.25))], ())

    assert text.splitlines() == [
        'ndc_rpo_objective_seconds{workload="maps",target="beta"} 30',
        f'ndc_store_read_back_objective_seconds{{workload="maps",target="beta"}} {READ_BACK}',
        (
            'ndc_replication_recovery_point_timestamp_seconds{workload="maps",target="beta",'
            'source="alpha",kind="store"} 1905224400.0'
        ),
        'ndc_store_read_back_timestamp_seconds{workload="maps",target="beta"} 1905224340.0',
        'ndc_store_read_back_differs{workload="maps",target="beta"} 0',
        'ndc_store_transfer_seconds{workload="maps",target="beta"} 0.250',
    ]


def test_what_is_not_known_has_no_line() -> None:
    text = page([CopyWord(STORE, BETA, None, None, None)], ())

    assert text.splitlines() == [
        'ndc_rpo_objective_seconds{workload="maps",target="beta"} 30',
        f'ndc_store_read_back_objective_seconds{{workload="maps",target="beta"}} {READ_BACK}',
    ]


def test_a_copy_that_differs_is_told_as_such() -> None:
    text = page([CopyWord(STORE, BETA, NOON, CopyComparison(NOON, equal=False), None)], ())

    assert 'ndc_store_read_back_differs{workload="maps",target="beta"} 1' in text


def test_what_hinders_a_copy_is_one_of_a_list_of_which_all_is_told() -> None:
    word = CopyWord(STORE, BETA, None, None, None, Hindrance.FULL, has_looked=True)

    lines = [line for line in page([word], ()).splitlines() if "hindered" in line]

    of = 'ndc_store_copy_hindered{workload="maps",target="beta",because='
    assert lines == [
        f'{of}"source-silent"}} 0',
        f'{of}"no-common-point"}} 0',
        f'{of}"no-room"}} 1',
        f'{of}"other"}} 0',
    ]


def test_what_is_kept_apart_is_told_of_until_nothing_is() -> None:
    words = [ApartWord(STORE, BETA, 2, PointDifference(3, 4096)), ApartWord(STORE, BETA, 1, None)]

    lines = page((), (), words).splitlines()

    of = '{workload="maps",target="beta"}'
    assert lines == [
        f"ndc_store_kept_apart{of} 2",
        f"ndc_store_kept_apart_files{of} 3",
        f"ndc_store_kept_apart_bytes{of} 4096",
        f"ndc_store_kept_apart{of} 1",
    ]


def test_a_pool_is_told_of_with_its_errors_and_when_it_was_read() -> None:
    name = PoolName("alpha-pool")

    fresh, old = page((), [PoolWord(name, None, 0)]), page((), [PoolWord(name, NOON, 2)])

    assert fresh == 'ndc_pool_errors{pool="alpha-pool"} 0\n'
    assert old.splitlines() == [
        'ndc_pool_errors{pool="alpha-pool"} 2',
        'ndc_pool_scrub_timestamp_seconds{pool="alpha-pool"} 1905224400.0',
    ]
