"""What is open until it is closed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Closing(ABC):
    """Open from the beginning; the end of a ``with`` block closes it, however that ends."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """End what is open; again does no harm."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
