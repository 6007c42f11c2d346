"""The password of each BGP session, from the one secret of an environment. Pure.

A host knows the passwords of its own sessions, and from them nobody else's.
"""

from __future__ import annotations

import hashlib
import hmac
from ipaddress import IPv4Address

_DIGITS = 32
"""as many random bits as the secret has; FRR takes up to 80 characters"""


def session_password(secret: str, one: IPv4Address, other: IPv4Address) -> str:
    """Return the password of the session between two addresses, whichever end asks."""
    session = " ".join(str(address) for address in sorted((one, other)))
    return hmac.new(secret.encode(), session.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
