"""A store on loopback: files over HTTPS for its owner, as nginx serves them; it can be unwell."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.stubs.https import Asked, Reply


@dataclass
class StubStore:
    """What a store holds, and how it answers now."""

    files: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    """of every answer; None: as it should be"""
    is_silent: bool = False
    """it does what is asked, and hangs up without a word"""

    def answer(self, asked: Asked) -> Reply:
        """Do what nginx does with a file."""
        if self.status is not None:
            return self.status, ""
        reply = self._obeyed(asked)
        if self.is_silent:
            raise ConnectionAbortedError("no word")
        return reply

    def _obeyed(self, asked: Asked) -> Reply:
        match asked.method:
            case "PUT":
                self.files[asked.path] = asked.body
                return 201, ""
            case "DELETE":
                gone = [file for file in self.files if file.startswith(asked.path)]
                for file in gone:
                    del self.files[file]
                return (204 if gone else 404), ""
            case _:
                held = self.files.get(asked.path)
                return (404, "none such") if held is None else (200, held)
