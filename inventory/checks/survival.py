"""After each loss that the policy promises to survive, a quorum and a place for all are left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inventory.checks.causes import blamed
from inventory.checks.policy import as_allowed
from inventory.derive import copies_at, failure_sets
from inventory.documents import Document, Path
from inventory.hosts import DeclaredHost, hosts_of
from inventory.model import Inventory
from inventory.names import ProfileName, SiteName
from inventory.network import Role
from inventory.problems import Problem, Related, listed
from inventory.promises import FailureSet


def survival(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every promised loss that takes the quorum or a workload's last place."""
    failures = failure_sets(as_allowed(inventory))
    lost: list[_Quorum] = []
    for profile in inventory.profiles:
        hosts = hosts_of(inventory, profile)
        voters = [host for host in hosts if Role.VOTER in host.roles]
        if {host.site for host in hosts} != inventory.sites.keys():
            continue  # nobody knows how many would vote at a site without hosts
        if voters:
            lost += _quorums(failures, profile, voters, inventory)
        elif inventory.databases or inventory.services:
            yield _voteless(profile, document)
    yield from _without_quorum(lost, document)
    yield from _single_copies(failures, inventory, document)
    for failure in failures:
        yield from _places_left(failure, inventory, document)
        yield from _copies_left(failure, inventory, document)


def _voteless(profile: ProfileName, document: Document) -> Problem:
    """Return the problem that workloads have nobody who decides where they are."""
    return Problem(
        document.key_at("profiles", profile),
        "NDC-E0701",
        f"nobody votes under profile {profile}",
        expected="voters at three sites or more",
        actual="no host with role voter",
        next_step="give the role to hosts under the profile's additions",
    )


@dataclass(frozen=True, slots=True)
class _Quorum:
    """A promised loss that leaves no majority under a profile."""

    failure: FailureSet
    profile: ProfileName
    voters: Sequence[DeclaredHost]
    promise: Path

    @property
    def votes(self) -> Path:
        return "profiles", self.profile, "additions"


def _quorums(
    failures: Iterable[FailureSet],
    profile: ProfileName,
    voters: Sequence[DeclaredHost],
    inventory: Inventory,
) -> Iterator[_Quorum]:
    for failure in failures:
        left = [host for host in voters if host.site not in failure.sites]
        if len(left) < len(voters) // 2 + 1:
            yield _Quorum(failure, profile, voters, _promise(failure, inventory))


def _without_quorum(lost: Sequence[_Quorum], document: Document) -> Iterator[Problem]:
    """Yield the problems of ``lost``: of a profile's votes, or of a promise, whatever has more."""
    pairs = list(dict.fromkeys((quorum.votes, quorum.promise) for quorum in lost))
    for wrong, other in blamed(pairs):
        for quorum in lost:
            if {quorum.votes, quorum.promise} == {wrong, other}:
                failure, voters = quorum.failure, quorum.voters
                survivors = [host.name for host in voters if host.site not in failure.sites]
                yield Problem(
                    document.at(*wrong),
                    "NDC-E0702",
                    "the quorum is lost",
                    expected=f"{len(voters) // 2 + 1} of {len(voters)} votes at other sites",
                    actual=f"{len(survivors)}: {listed(survivors)}",
                    next_step=f"move votes away from {' and '.join(sorted(failure.sites))}, "
                    "or do not promise this",
                    related=Related(
                        "promise" if wrong == quorum.votes else "votes", document.at(*other)
                    ),
                    conditions=(f"with {failure.name} under profile {quorum.profile}",),
                    about=f"{failure.name} under {quorum.profile}",
                )


def _places_left(
    failure: FailureSet, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    for section, name, sites in _workloads(inventory):
        if sites <= failure.sites:
            yield Problem(
                document.key_at(section, name),
                "NDC-E0703",
                f"no place is left for {name}",
                expected=f"a site besides {listed(failure.sites)}",
                actual=f"only at {listed(sites)}",
                next_step="name a further site for it, or do not promise this",
                related=Related("promise", document.at(*_promise(failure, inventory))),
                conditions=(f"after the loss of {failure.name}",),
            )


def _copies_left(
    failure: FailureSet, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem for a database that promises to lose nothing, and could lose the last.

    Where no copy at all is left, that is told.
    """
    for name, entry in inventory.databases.items():
        point = inventory.tiers[entry.tier].recovery_point
        is_left = not failure.sites.issuperset(entry.asynchronous)
        if is_left and not point and failure.sites.issuperset(entry.synchronous):
            yield Problem(
                document.at("databases", name, "tier"),
                "NDC-E0704",
                f"{name} is {entry.tier}, and what it wrote last is lost",
                expected=f"a synchronous copy at a site besides {listed(failure.sites)}",
                actual=f"synchronous only at {listed(entry.synchronous)}",
                next_step="name a further site in synchronous, or a tier that may lose something",
                related=Related("promise", document.at(*_promise(failure, inventory))),
                conditions=(f"with {failure.name}",),
            )


def _single_copies(
    failures: Sequence[FailureSet], inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem for a database that promises to lose nothing, and writes it to one host.

    Where a promised loss takes that host, that is told.
    """
    for name, entry in inventory.databases.items():
        point = inventory.tiers[entry.tier].recovery_point
        is_told = any(failure.sites.issuperset(entry.synchronous) for failure in failures)
        if not point and not is_told and sum(copies_at(entry, x) for x in entry.synchronous) == 1:
            yield Problem(
                document.at("databases", name, "synchronous"),
                "NDC-E0705",
                f"{name} is {entry.tier}, and a single host holds what it wrote last",
                expected="two synchronous copies or more",
                actual=f"one, at {listed(entry.synchronous)}",
                next_step="name a further site, or two copies of this one in copies, "
                "or a tier that may lose something",
            )


def _workloads(inventory: Inventory) -> Iterator[tuple[str, str, set[SiteName]]]:
    """Yield each workload's section, name and every site that may carry it."""
    for database, copies in inventory.databases.items():
        yield "databases", database, {*copies.synchronous, *copies.asynchronous}
    for service, entry in inventory.services.items():
        yield "services", service, {entry.home, *entry.refuges}
    for store, held in inventory.stores.items():
        yield "stores", store, {held.home, *held.refuges}


def _promise(failure: FailureSet, inventory: Inventory) -> Path:
    """Return where the policy promises to survive ``failure``."""
    regions = [str(region) for region in inventory.failure_policy.regions]
    if failure.name in regions:
        return "failure_policy", "regions", regions.index(failure.name)
    return "failure_policy", "any_site"
