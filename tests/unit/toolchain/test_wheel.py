"""What reaches hosts."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core.errors import Rejected
from tests.conftest import Golden
from toolchain.build.places import CHECKOUT
from toolchain.build.wheel import demand_patroni, ensure_wheel, on_hosts

GOLDEN = Path(__file__).resolve().parents[2] / "golden/wheel/modules.txt"


def test_the_wheel_holds_what_hosts_run_and_what_that_needs(golden: Golden) -> None:
    told = "".join(f"{path.relative_to(CHECKOUT)}\n" for path in on_hosts())

    golden(GOLDEN, told)


def test_the_wheel_is_built_of_these_files_alone(tmp_path: Path) -> None:
    wheel = ensure_wheel(tmp_path, print)

    packed = zipfile.ZipFile(wheel).namelist()
    ours = {name for name in packed if ".dist-info/" not in name}
    assert ours == {str(path.relative_to(CHECKOUT)) for path in on_hosts()}


@pytest.mark.parametrize("lock", ["patroni==4.1.4 \\\n", "psycopg==3.3.9 \\\n"])
def test_no_wheel_is_made_for_hosts_with_another_patroni(lock: str) -> None:
    with pytest.raises(Rejected, match="not made for the one that hosts would get"):
        demand_patroni(lock)
