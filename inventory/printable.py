"""Text that a person may write: one printable line, never a program for whoever reads it on."""

from __future__ import annotations

import base64
import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

UNPRINTABLE = "unprintable"
"""pydantic's type of the problem"""

_WEBHOOK: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s@]*)?")
_MAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_PORT: Final = r"(6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3})"
_RELAY: Final = re.compile(rf"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*:{_PORT}")
_DOMAIN: Final = re.compile(r"([A-Za-z0-9-]{1,63}\.)+(?!\d+$)[A-Za-z0-9-]{1,63}")
_TEMPLATE_MARKS = ("{{", "{%", "{#")
_LENGTH_BYTES = 4
_KEY_BYTES = 32
_SECURITY_KEY = "sk-ssh-ed25519@openssh.com"
_KINDS = ("ssh-ed25519", _SECURITY_KEY)
_NO_KEY = "an Ed25519 key in OpenSSH's format"


def _one_line(text: str) -> str:
    place = next((at for at, letter in enumerate(text) if not letter.isprintable()), None)
    if place is not None:
        obstacle = f"U+{ord(text[place]):04X}"
    else:
        obstacle = next((mark for mark in _TEMPLATE_MARKS if mark in text), "")
        place = text.find(obstacle)
    if obstacle:
        raise PydanticCustomError(
            UNPRINTABLE,
            "a line of printable text",
            {"obstacle": obstacle, "at": place + 1},
        )
    return text


def _public_key(text: str) -> str:
    """Return ``text`` if it is a whole public key, with or without a comment."""
    kind, _, rest = text.partition(" ")
    encoded = rest.partition(" ")[0]
    try:
        blob = base64.b64decode(encoded, validate=True)
        names = list(_strings(blob))
    except ValueError:
        raise ValueError(_NO_KEY) from None
    # a security key names its application besides
    is_whole = len(names) == (3 if kind == _SECURITY_KEY else 2)
    if kind in _KINDS and is_whole and names[0] == kind.encode() and len(names[1]) == _KEY_BYTES:
        return text
    raise ValueError(_NO_KEY)


def _like(pattern: re.Pattern[str], wanted: str) -> AfterValidator:
    def demanded(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(wanted)
        return text

    return AfterValidator(demanded)


def _strings(blob: bytes) -> list[bytes]:
    """Return the strings of ``blob``, each of which begins with its length (RFC 4251)."""
    strings: list[bytes] = []
    while blob:
        end = _LENGTH_BYTES + int.from_bytes(blob[:_LENGTH_BYTES], "big")
        if len(blob) < end:
            raise ValueError("a string breaks off")
        strings.append(blob[_LENGTH_BYTES:end])
        blob = blob[end:]
    return strings


PrintableLine = Annotated[str, AfterValidator(_one_line)]
"""no control characters, nothing that hides or turns text, no marks of a template"""
Title = Annotated[PrintableLine, Field(min_length=1, max_length=120)]
PublicKey = Annotated[
    PrintableLine,
    AfterValidator(_public_key),
    WithJsonSchema({"type": "string", "pattern": r"^(ssh-ed25519|sk-ssh-ed25519@openssh\.com) "}),
]
Webhook = Annotated[
    PrintableLine,
    _like(_WEBHOOK, "a URL with http or https and a host, and no name or password in it"),
    WithJsonSchema({"type": "string", "format": "uri"}),
]
MailAddress = Annotated[
    PrintableLine,
    _like(_MAIL, "a mail address: duty@example.org"),
    WithJsonSchema({"type": "string", "format": "email"}),
]
DomainName = Annotated[
    PrintableLine,
    _like(_DOMAIN, "a domain name: time.example.org"),
    WithJsonSchema({"type": "string", "format": "hostname"}),
]
MailRelay = Annotated[
    PrintableLine,
    _like(_RELAY, "a host and its port: relay.example.org:25"),
    WithJsonSchema({"type": "string", "examples": ["relay.example.org:25"]}),
]
