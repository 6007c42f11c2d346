"""A netmiko driver for FRR: vtysh as the login of a restricted user."""

from __future__ import annotations

import re
from collections.abc import Sequence

from netmiko.cisco_base_connection import CiscoSSHConnection
from netmiko.exceptions import ConfigInvalidException, ConnectionException
from netmiko.ssh_dispatcher import CLASS_MAPPER, platforms
from typing_extensions import override

DEVICE_TYPE = "ndc_frr"

REFUSAL = r"(?m)^(?:% ?|Error |BGP is already running).*"
"""how vtysh and FRR's daemons begin the line that says no"""

DEAFNESS = r"(?m)^Warning: (?:closing connection|connecting) to \w+.*"
"""how vtysh says that a daemon of FRR died; of what that one runs, the answer holds nothing"""

DAEMONS = frozenset({"zebra", "staticd", "bgpd", "bfdd"})
"""whose configurations together are the router's"""

HANG_SECONDS = 30
"""a router answers in a fraction of a second; only on a machine that starts a network, later"""


class Frr(CiscoSSHConnection):
    """vtysh: prompts like a Cisco router, and neither pages nor asks to be enabled."""

    @override
    def session_preparation(self) -> None:
        """Wait for the prompt; its text is the router's name.

        Raises:
            ConnectionException: vtysh gave up, because no daemon of FRR runs.
        """
        greeting = self.read_until_pattern(r"[>#] *$|Exiting: .*", read_timeout=HANG_SECONDS)
        if "Exiting: " in greeting:
            raise ConnectionException(greeting.strip().splitlines()[-1])
        self.set_base_prompt()

    @override
    def check_config_mode(
        self, check_string: str = ")#", pattern: str = r"#\s*$", force_regex: bool = False
    ) -> bool:
        """Whether commands change the configuration now."""
        return super().check_config_mode(check_string, pattern, force_regex)

    @override
    def save_config(
        self, cmd: str = "write memory", confirm: bool = False, confirm_response: str = ""
    ) -> str:
        """Make what runs be what starts; return what vtysh said.

        Raises:
            ConfigInvalidException: it could not be written.
        """
        said = super().save_config(cmd, confirm, confirm_response)
        if "[OK]" not in said:
            raise ConfigInvalidException(f"{cmd}: {said}")
        return said

    def running_config(self) -> str:
        """Return the configuration that runs.

        Raises:
            ConnectionException: a daemon was not there when we connected, or died since.
        """
        there = set(self.show("show daemons").split())
        if absent := sorted(DAEMONS - there):
            raise ConnectionException(f"{' and '.join(absent)} cannot be asked; watchfrr starts it")
        return self.show("show running-config")

    def show(self, command: str) -> str:
        """Return what ``command`` prints.

        Raises:
            ConfigInvalidException: vtysh does not know it.
            ConnectionException: a daemon died; what was printed is not all.
        """
        text = self._asked(command, "# *$")
        if refused := re.match(REFUSAL, text.lstrip()):
            raise ConfigInvalidException(f"{command}: {refused.group()}")
        return text

    def configure(self, commands: Sequence[str]) -> None:
        """Have ``commands`` obeyed in configuration mode, one by one.

        Raises:
            ConfigInvalidException: one was refused; those before it were obeyed.
            ConnectionException: a daemon died; nothing is known of what it was told.
        """
        self.config_mode()
        try:
            for command in commands:
                said = self._asked(command, r"\(config[^)]*\)# *$")
                if refused := re.search(REFUSAL, said):
                    raise ConfigInvalidException(f"{command}: {refused.group()}")
        finally:
            if self.check_config_mode():
                self.exit_config_mode()

    def _asked(self, command: str, prompt: str) -> str:
        said = self.send_command(
            command,
            expect_string=re.escape(self.base_prompt) + prompt,
            read_timeout=HANG_SECONDS,
        )
        text = said if isinstance(said, str) else str(said)
        if deaf := re.search(DEAFNESS, text):
            raise ConnectionException(f"{command}: {deaf.group()}")
        return text


def register() -> None:
    """Make netmiko know ``ndc_frr``; once or often."""
    CLASS_MAPPER[DEVICE_TYPE] = Frr
    if DEVICE_TYPE not in platforms:
        platforms.append(DEVICE_TYPE)
