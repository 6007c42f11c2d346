"""What an agent tells the storage program of its host: where the stores there are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dr.placement import Placement
from inventory.names import ServiceName, StoreName
from storage.orders import StorePlaces
from storage.placed import StorePlace


@dataclass(frozen=True, slots=True)
class StoreRecords:
    """The records of ``stores``, which are kept in ``places`` each time that all were read."""

    stores: tuple[StoreName, ...]
    places: StorePlaces

    def tell(self, placements: Mapping[ServiceName, Placement]) -> None:
        """Keep those of ``placements`` that are of a store here.

        Raises:
            Rejected: they could not be written.
        """
        by_name = {str(name): StorePlace(one.site, one.epoch) for name, one in placements.items()}
        if self.stores:
            self.places.write({name: by_name[name] for name in self.stores if name in by_name})
