"""Patroni's client of etcd, which asks the voters in the order in which its settings name them.

Patroni asks one that it draws by lot, until that fails. Whoever is to lead in place of a host that
was lost may have drawn the voter on that very host: then it hears of the loss by a timeout, and of
the free key late. A voter of its own host is lost only together with it.
"""

from __future__ import annotations

from typing import Final

from patroni.dcs.etcd3 import PatroniEtcd3Client

_ANSWERED: Final = PatroniEtcd3Client._get_machines_list  # noqa: SLF001 - Patroni's own, kept


def install() -> None:
    """Have a Patroni that is started next in this process ask so."""
    # its classes call each other by their names: one that took a name would be called by itself
    PatroniEtcd3Client._get_machines_list = _near_first  # type: ignore[assignment] # noqa: SLF001


def _near_first(client: PatroniEtcd3Client, voters: list[str]) -> list[str]:
    """Return where all voters are reached, by the word of the first of ``voters`` that answers.

    The one that is in use is asked first.
    """
    named = client._get_machines_cache_from_config()  # noqa: SLF001 - its settings

    def place(voter: str) -> int:
        return named.index(voter) if voter in named else len(named)

    in_use = client._base_uri  # noqa: SLF001 - Patroni has no other name for it
    here_first = sorted(voters, key=lambda voter: (voter != in_use, place(voter)))
    return sorted(_ANSWERED(client, here_first), key=place)
