from collections.abc import Callable, Iterator

STOP_POLLING_INTERVAL: float
polling_loop: Callable[[float], Iterator[int]]
