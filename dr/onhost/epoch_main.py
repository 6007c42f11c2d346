"""``ndc-epoch``: the forced command through which recovery acts on a host.

sshd starts it for the one key that may do nothing else, by a line of root's authorized_keys
(role ``base``). It is the agent's account then, and may change addresses: what the two share
is that account's.
"""

from __future__ import annotations

from pathlib import Path

from core import host_paths
from core.errors import Rejected
from core.system_clock import SystemClock
from dr.hosts.epochs import GuardAnswer, GuardVerdict
from dr.onhost.addresses import Loopback
from dr.onhost.epoch_record import FOLDER, EpochRecord
from dr.onhost.forced_command import answer_over_ssh
from dr.onhost.guard import HOST_FILE, Guard, Lending, serving_in
from storage.orders import StoreOrders


def main() -> None:
    """Answer what sshd was asked to run."""
    answer_over_ssh("ndc-epoch", _answered)


def _answered(text: str) -> tuple[GuardVerdict, GuardAnswer]:
    try:
        serves, lent = serving_in(HOST_FILE)
    except Rejected as error:
        return GuardVerdict.FAILED, GuardAnswer(None, refused=f"{error.what}: {error.actual}")
    orders = StoreOrders(Path(host_paths.STORE_ORDERS))
    clock = SystemClock()
    record, loopback = EpochRecord(FOLDER, clock), Loopback(clock)
    guard = Guard(serves, record, loopback, lending=Lending(lent, loopback), orders=orders)
    return guard.answer(text)


if __name__ == "__main__":
    main()
