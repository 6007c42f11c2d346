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
"""the line in which vtysh or a daemon of FRR refuses a command"""

DEAFNESS = r"(?m)^Warning: (?:closing connection|connecting) to \w+.*"
"""the line in which vtysh says that a daemon of FRR died; its part of the answer is missing"""

DAEMONS = frozenset({"zebra", "staticd", "bgpd", "bfdd"})
"""the daemons whose configurations together are the router's"""

HANG_SECONDS = 30
"""a router answers in a fraction of a second, and later on a machine that starts a network"""


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
        answer = super().save_config(cmd, confirm, confirm_response)
        if "[OK]" not in answer:
            raise ConfigInvalidException(f"{cmd}: {answer}")
        return answer

    def running_config(self) -> str:
        """Return the configuration that runs.

        Raises:
            ConnectionException: a daemon was not there when we connected, or died since.
        """
        daemons = set(self.show("show daemons").split())
        if absent := sorted(DAEMONS - daemons):
            raise ConnectionException(f"{' and '.join(absent)} cannot be asked; watchfrr starts it")
        return self.show("show running-config")

    def show(self, command: str) -> str:
        """Return what ``command`` prints.

        Raises:
            ConfigInvalidException: vtysh does not know it.
            ConnectionException: a daemon died; what was printed is not all.
        """
        text = self._answer(command, "# *$")
        if refusal := re.match(REFUSAL, text.lstrip()):
            raise ConfigInvalidException(f"{command}: {refusal.group()}")
        return text

    def configure(self, commands: Sequence[str]) -> None:
        """Have ``commands`` obeyed in configuration mode, one by one.

        Raises:
            ConfigInvalidException: one was refused; those before it were obeyed.
            ConnectionException: a daemon died; nobody knows which commands it obeyed.
        """
        self.config_mode()
        try:
            for command in commands:
                answer = self._answer(command, r"\(config[^)]*\)# *$")
                if refusal := re.search(REFUSAL, answer):
                    raise ConfigInvalidException(f"{command}: {refusal.group()}")
        finally:
            if self.check_config_mode():
                self.exit_config_mode()

    def _answer(self, command: str, prompt: str) -> str:
        answer = self.send_command(
            command,
            expect_string=re.escape(self.base_prompt) + prompt,
            read_timeout=HANG_SECONDS,
        )
        text = answer if isinstance(answer, str) else str(answer)
        if warning := re.search(DEAFNESS, text):
            raise ConnectionException(f"{command}: {warning.group()}")
        return text


def register() -> None:
    """Make netmiko know ``ndc_frr``; a second call changes nothing."""
    CLASS_MAPPER[DEVICE_TYPE] = Frr
    if DEVICE_TYPE not in platforms:
        platforms.append(DEVICE_TYPE)
