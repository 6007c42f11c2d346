"""What people ask of a run while it is carried: a file a request, in the run's folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from core import files
from core.errors import PlanRefused
from core.formats import Format
from core.runs.journal import Request

_REQUEST: Final[TypeAdapter[Request]] = TypeAdapter(Request)


@dataclass(frozen=True, slots=True)
class FileInbox:
    """Requests as files; one that is whole bears its last name."""

    path: Path

    def post(self, request: Request) -> None:
        """Ask; whoever carries the run, or carries it next, will read it.

        Raises:
            Rejected: it could not be written.
        """
        files.write(self.path / f"{request.id}.json", request_text(request))

    def requests(self) -> Sequence[Request]:
        """Return what has been asked and not been put away, oldest first.

        A file that is not named after its request could never be put away: it is put aside.
        """
        files_and_requests = [
            (path, read_request(path)) for path in sorted(self.path.glob("*.json"))
        ]
        for path, request in files_and_requests:
            if request and path.stem != request.id:
                path.replace(path.with_suffix(".misnamed"))
        return [
            request for path, request in files_and_requests if request and path.stem == request.id
        ]

    def put_away(self, request: Request) -> None:
        """Forget ``request``: it is in the journal, or cannot be obeyed."""
        (self.path / f"{request.id}.json").unlink(missing_ok=True)


def request_text(request: Request) -> str:
    """Return ``request`` as it is kept in a file."""
    return Format.JOURNAL.text(_REQUEST.dump_python(request, mode="json")) + "\n"


def read_request(path: Path) -> Request | None:
    """Return the request in ``path``; None: there is none that we understand."""
    try:
        text = path.read_bytes()
        Format.JOURNAL.demand(text, path)
        request = _REQUEST.validate_json(text)
    except (FileNotFoundError, ValidationError, PlanRefused):
        # taken a moment ago, or no request of ours: people write here, and nonsense is not obeyed
        return None
    # until when without a zone is no moment
    return None if request.until and request.until.utcoffset() is None else request
