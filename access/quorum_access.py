"""Makes etcd know its accounts, and refuse everybody else.

It looks before it changes, so it can be interrupted anywhere and run again. The last
change makes etcd refuse strangers. Until then every holder of a certificate of the
environment may do anything: on the first ``ndc up`` that is a few seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from access.clients.etcd import Etcd, range_under
from access.clients.etcd_auth import EtcdCredentials
from core.errors import Rejected
from inventory.etcd import ROOT, Account

_READ, _READ_AND_WRITE = "READ", "READWRITE"
_Permission = tuple[str, str]
"""first key, and the key after the last one; both as etcd's JSON has them"""


def ensure_access(etcd: Etcd, accounts: Iterable[Account], passwords: Mapping[str, str]) -> None:
    """Make ``accounts`` exist, each with its grants and no other.

    ``etcd`` asks as root; ``passwords`` are by account, root's among them.

    Raises:
        Rejected: root's password is another one; nothing was changed.
        Unreachable: some of it may be done; the same call goes on from there.
    """
    enabled = _is_enabled(etcd)
    making = _Making(etcd, enabled, _names(etcd, "role"), _names(etcd, "user"))
    for account in (Account(ROOT, ()), *accounts):
        making.ensure(account, EtcdCredentials(account.name, passwords[account.name]))
    if not enabled:
        _change(etcd, "enable", {})


@dataclass(frozen=True, slots=True)
class _Making:
    """What etcd knew before we began."""

    etcd: Etcd
    enabled: bool
    roles: frozenset[str]
    users: frozenset[str]

    def ensure(self, account: Account, login: EtcdCredentials) -> None:
        """Make role and user of ``account`` as they should be."""
        name = account.name
        if name not in self.roles:
            _change(self.etcd, "role/add", {"name": name})
        if name != ROOT:
            self._ensure_permissions(account)
        if name not in self.users:
            _change(self.etcd, "user/add", {"name": name, "password": login.password})
        elif not self._is_accepted(login):
            _change(self.etcd, "user/changepw", {"name": name, "password": login.password})
        if name not in _look(self.etcd, "user/get", {"name": name}).get("roles", []):
            _change(self.etcd, "user/grant", {"user": name, "role": name})

    def _ensure_permissions(self, account: Account) -> None:
        grants = dict(_granted(account))
        permissions = dict(_permitted(_look(self.etcd, "role/get", {"role": account.name})))
        for (key, end), kind in grants.items() - permissions.items():
            permission = {"permType": kind, "key": key, "range_end": end}
            _change(self.etcd, "role/grant", {"name": account.name, "perm": permission})
        for key, end in permissions.keys() - grants.keys():
            _change(self.etcd, "role/revoke", {"role": account.name, "key": key, "range_end": end})

    def _is_accepted(self, login: EtcdCredentials) -> bool:
        """Whether etcd takes the password; it cannot tell before accounts are enabled."""
        if not self.enabled:
            return False
        try:
            _look(self.etcd, "authenticate", {"name": login.name, "password": login.password})
        except Rejected:
            return False
        return True


def _is_enabled(etcd: Etcd) -> bool:
    try:
        return bool(_look(etcd, "status", {}).get("enabled"))
    except Rejected as error:
        raise Rejected(
            "etcd does not take root's password, so nobody's rights can be looked at",
            expected="the password that this environment was made with",
            actual=error.actual,
            next_step="restore the environment's secrets from a copy; then run `ndc up` again",
        ) from error


def _names(etcd: Etcd, kind: str) -> frozenset[str]:
    return frozenset(_look(etcd, f"{kind}/list", {}).get(f"{kind}s", []))


def _granted(account: Account) -> Iterable[tuple[_Permission, str]]:
    for grant in account.grants:
        keys = range_under(grant.prefix)
        kind = _READ_AND_WRITE if grant.writes else _READ
        yield (keys["key"], keys["range_end"]), kind


def _permitted(role: Mapping[str, Any]) -> Iterable[tuple[_Permission, str]]:
    for permission in role.get("perm", []):
        # JSON of protobuf leaves out what is zero, and READ is
        kind = permission.get("permType", _READ)
        yield (permission["key"], permission.get("range_end", "")), kind


def _look(etcd: Etcd, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return etcd.ask(f"auth/{what}", body, repeatable=True)


def _change(etcd: Etcd, what: str, body: Mapping[str, Any]) -> None:
    etcd.ask(f"auth/{what}", body, repeatable=False)
