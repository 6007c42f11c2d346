import time as time
from collections.abc import Iterator

def polling_loop(timeout: float, interval: float = ...) -> Iterator[int]: ...
