"""Where things lie on every host: once for our programs, for templates and for the image."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final, TypeAlias

HostPath: TypeAlias = PurePosixPath
"""a place on a host; on the machine where this runs it may be anything"""

VENV: Final = HostPath("/opt/ndc/venv")
"""Python libraries and our interpreter; part of the golden image"""
PYTHON: Final = VENV / "bin/python"
PROGRAMS: Final = HostPath("/opt/ndc/programs")
"""our own code, a folder a wheel"""
PROGRAM_IN_USE: Final = VENV / "lib/python3.11/site-packages/ndc.pth"
"""one line: the folder of the wheel in use"""

STATE: Final = HostPath("/var/lib/ndc")
"""what our programs remember"""
AGENT_STATE: Final = STATE / "agent"
"""the agent's, and its fellow's that recovery asks"""
AGENT_WORD: Final = HostPath("/run/ndc-agent/agent.prom")
"""what the agent tells the host's exporter"""
STORE_PLACES: Final = HostPath("/run/ndc-agent/stores.json")
"""where the agent says of which stores it read what since the host booted"""
STORE_ORDERS: Final = AGENT_STATE / "orders"
"""a file a store that recovery ordered to begin here"""
DETOUR_STATE: Final = STATE / "detour"
"""what a border router was told to refuse"""
STORAGE_STATE: Final = STATE / "storage"
"""what a host remembers of its stores, and their refuges of what they received"""
STORAGE_SOCKET: Final = HostPath("/run/ndc-storage/source.socket")
"""where its program is asked for them"""
STORAGE_WORD: Final = HostPath("/run/ndc-storage/storage.prom")
"""what it tells the host's exporter of them"""
SETTINGS: Final = HostPath("/etc/ndc")
"""what ``ndc up`` tells them"""
HOST_FILE: Final = SETTINGS / "host.json"
NETWORK_FILE: Final = SETTINGS / "network.json"
AUTHORITY: Final = SETTINGS / "ca.crt"
CERTIFICATE: Final = SETTINGS / "tls.crt"
KEY: Final = SETTINGS / "tls.key"
REVOKED: Final = SETTINGS / "ca.crl"
"""which certificates the authority has revoked, PEM; beside the authority"""
ASKERS: Final = SETTINGS / "askers.crt"
"""the certificates, each by itself, that are answered by who reads no list of revoked ones"""
REVOKED_DER: Final = HostPath("/etc/etcd/ca.crl")
"""the same as etcd reads it"""
AGENT_CERTIFICATE: Final = SETTINGS / "agent.crt"
AGENT_KEY: Final = SETTINGS / "agent.key"
CONTROLLER_CERTIFICATE: Final = SETTINGS / "controller.crt"
CONTROLLER_KEY: Final = SETTINGS / "controller.key"
STORAGE_KEY: Final = SETTINGS / "storage_key"
"""by which this host fetches recovery points of stores from others"""
KNOWN_HOSTS: Final = SETTINGS / "known_hosts"
"""the SSH keys of all hosts, by their names"""
CLOCK_SETTINGS: Final = SETTINGS / "chrony.conf"
CLOCK_KEYS: Final = SETTINGS / "chrony.keys"
PASSWORDS: Final = SETTINGS / "passwords"
"""a file a password, called as the password is"""
SERVICES: Final = SETTINGS / "services"
"""certificates and keys of services"""

TRACING: Final = HostPath("/run/ndc-tracing")
"""where citizens stand, while a drill writes tracers: a folder a drill; no boot leaves one"""
STORES: Final = SETTINGS / "stores"
"""settings, certificates and keys of stores"""
SEATS: Final = HostPath("/run/ndc-storage/seats")
"""a file a store: it is served as long as the file is there; no boot leaves one"""
LEFT_SEATS: Final = HostPath("/run/ndc-storage/left-seats")
"""a file a store that is not served here any more"""
INCOMING: Final = ".incoming"
"""in a pool: what is being sent to its stores, and is not whole; a folder a dataset"""

PATRONI_SETTINGS: Final = HostPath("/etc/patroni")
PATRONI_DECLARED: Final = "declared.yml"
"""in the folder that a Patroni reads: a link to what ``ndc up`` wrote"""
PATRONI_LEAVE: Final = "leave.yml"
"""in the same folder, read after it: what a recovery wrote, and nobody else writes or removes"""
PATRONI_VERSION: Final = "4.1.5"
"""whose sleeps were read: our way of starting it is made for no other"""
POSTGRESQL_VERSION: Final = "15"
"""Debian 12's"""
POSTGRESQL_PROGRAMS: Final = HostPath("/usr/lib/postgresql", POSTGRESQL_VERSION, "bin")
POSTGRESQL_COPIES: Final = HostPath("/var/lib/postgresql", POSTGRESQL_VERSION)
"""a data directory a database"""
POSTGRESQL_KEPT: Final = HostPath("/var/lib/postgresql/kept")
"""what a copy of a database held that no other copy has, a folder a database"""
REWIND: Final = PATRONI_SETTINGS / "pg_rewind"
"""what Patroni runs instead of PostgreSQL's"""

POOLS: Final = HostPath("/srv/pools")
"""a storage pool a folder"""

LEASES: Final = HostPath("/run/ndc-lease")
"""where Patroni says of each renewal of a leader's lease, and what our program there tells"""

HANDED_OVER: Final = HostPath("/etc/frr/.ndc-handed-over")
"""where this file is, the router's text belongs to the layer *say*, and Ansible leaves it alone"""


def patroni_folder(database: str) -> HostPath:
    """Return the folder that the Patroni of ``database`` reads, file by file."""
    return PATRONI_SETTINGS / f"{database}.d"


def places() -> dict[str, str]:
    """Return every place above by its name in small letters, as templates ask for it."""
    return {
        name.lower(): str(place) for name, place in globals().items() if isinstance(place, HostPath)
    }
