"""Signatures by SSH keys, made and verified by the system's ssh-keygen.

Who signs shows a key file, or the public half of a key that their ssh-agent holds. Who verifies
needs the public key alone.
"""

from __future__ import annotations

import subprocess
from base64 import b64decode, b64encode
from binascii import Error
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from core.errors import Rejected
from core.surroundings import surroundings

_BOUND_SECONDS: Final = 60
"""a person may have to type a passphrase, or touch a key"""


def sign(text: str, key: Path, namespace: str) -> str:
    """Return a signature of ``text`` by ``key``, for ``namespace`` and nothing else.

    Raises:
        Rejected: nothing was signed.
    """
    command = ["ssh-keygen", "-Y", "sign", "-q", "-f", str(key), "-n", namespace]
    completed = _ran(command, text)
    if completed.returncode or "BEGIN SSH SIGNATURE" not in completed.stdout:
        raise Rejected(
            f"nothing was signed with {key}",
            expected="a private SSH key, or a public one whose private half the ssh-agent holds",
            actual=(completed.stderr.strip().splitlines() or ["no signature"])[-1][:200],
            next_step="name the key with --key FILE, or ssh-add it",
        )
    return completed.stdout


def is_signed(text: str, signature: str, public_key: str, namespace: str) -> bool:
    """Tell whether ``signature`` of ``text`` was made for ``namespace`` with ``public_key``.

    Raises:
        Rejected: nobody could look.
    """
    with TemporaryDirectory(prefix="ndc-verify-") as folder:
        signer, signed = Path(folder, "signer"), Path(folder, "signature")
        kind_and_key = " ".join(public_key.split()[:2])
        signer.write_text(f'signer namespaces="{namespace}" {kind_and_key}\n', "utf-8")
        signed.write_text(signature, "utf-8")
        files = ["-f", str(signer), "-s", str(signed)]
        command = ["ssh-keygen", "-Y", "verify", "-q", *files, "-I", "signer", "-n", namespace]
        return _ran(command, text).returncode == 0


def fingerprint(public_key: str) -> str:
    """Return the fingerprint of ``public_key``, as ssh-keygen shows it; "" if it is no key."""
    try:
        _, coded, *_ = public_key.split()
        digest = sha256(b64decode(coded, validate=True)).digest()
    except (ValueError, Error):
        return ""
    return f"SHA256:{b64encode(digest).decode().rstrip('=')}"


def _ran(command: list[str], text: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=surroundings(),
            timeout=_BOUND_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Rejected(
            "ssh-keygen did not answer",
            expected="OpenSSH's ssh-keygen on this machine",
            actual=str(error),
            next_step="ndc doctor",
        ) from error
