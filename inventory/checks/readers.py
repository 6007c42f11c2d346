"""Whom stores name, and whether that says who may read them."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.documents import Document
from inventory.model import Inventory
from inventory.names import StoreName
from inventory.problems import Problem, Related, listed
from inventory.storage import DataClass
from inventory.storing import StoreEntry


def readers(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every store of which nobody can tell who is to read it."""
    for name, store in inventory.stores.items():
        yield from _of_its_class(name, store, document)
        yield from _twice(name, store, document)


def _of_its_class(name: StoreName, store: StoreEntry, document: Document) -> Iterator[Problem]:
    """Yield a problem where the readers of ``store`` are not those of its class."""
    place = document.at("stores", name, "access")
    if store.access is DataClass.SHARED and not store.readers:
        yield Problem(
            place,
            "NDC-E1010",
            f"{name} is shared, and with nobody",
            expected="readers: who may read it besides its owner",
            actual="no reader",
            next_step="name one or more, or call it specialised",
        )
    if store.access is DataClass.OPEN and store.readers:
        yield Problem(
            place,
            "NDC-E1011",
            f"{name} is open to everybody, and names readers",
            expected="no reader, since nobody is asked who he is",
            actual=listed(store.readers),
            next_step="remove them, or call it shared",
            related=Related("readers", document.at("stores", name, "readers")),
        )


def _twice(name: StoreName, store: StoreEntry, document: Document) -> Iterator[Problem]:
    """Yield a problem for every reader who may read ``store`` already."""
    for index, reader in enumerate(store.readers):
        if reader in (store.owner, *store.readers[:index]):
            yield Problem(
                document.at("stores", name, "readers", index),
                "NDC-E1012",
                f"{name} names {reader} twice",
                expected="each party once; its owner reads it anyway",
                actual=reader,
                next_step="remove it, or write the name that was meant",
                related=Related("the owner", document.at("stores", name, "owner")),
            )
