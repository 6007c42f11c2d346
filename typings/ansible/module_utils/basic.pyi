from collections.abc import Mapping
from typing import Any, NoReturn

class AnsibleModule:
    params: dict[str, Any]
    check_mode: bool
    def __init__(
        self,
        argument_spec: Mapping[str, Mapping[str, Any]],
        *,
        supports_check_mode: bool = ...,
    ) -> None: ...
    def exit_json(self, **kwargs: object) -> NoReturn: ...
    def fail_json(self, msg: str, **kwargs: object) -> NoReturn: ...
