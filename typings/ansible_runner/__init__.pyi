from collections.abc import Callable, Mapping
from typing import Any

class Runner:
    status: str
    rc: int

def run(
    *,
    private_data_dir: str,
    playbook: str,
    inventory: str,
    cmdline: str,
    envvars: Mapping[str, str],
    settings: Mapping[str, object],
    timeout: int,
    quiet: bool,
    suppress_env_files: bool,
    event_handler: Callable[[dict[str, Any]], bool],
    cancel_callback: Callable[[], bool],
) -> Runner: ...
