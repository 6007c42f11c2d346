"""What the lab needs of a machine: Debian 12 on amd64, root, its packages, room, and a kernel."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import unicodedata
from glob import glob
from pathlib import Path

from core.surroundings import surroundings
from toolchain.check_needs import python
from toolchain.finding import LACKING, MISSING, OK, Finding

_GIB = 2**30
_MEMORY_BYTES = 3 * _GIB  # the default lab takes 2.5, its first build 1.7
_BUILT_BYTES = 2 * _GIB  # image, wheel, programs
_FIRST_BUILD_BYTES = 6 * _GIB  # what Go fetches and compiles on top
_VAR_BYTES = 3 * _GIB  # overlays of the hosts, databases included
_LAB_ADDRESSES = "198.18.0.0/15"
_PROC = Path("/proc")
_MARKS = "/._-+@=~"  # in names of folders, beside letters and digits of any script


def lab_needs(
    checkout: Path, cache: Path, os_release: Path = Path("/etc/os-release")
) -> list[Finding]:
    """Return the findings, the most fundamental one first; a foreign distribution is the last."""
    first = distribution(_text(os_release), platform.machine())
    if first.verdict != OK:
        return [first]
    findings = [first, python(sys.version_info), paths(checkout, cache)]
    findings += [*packages(checkout / "toolchain/packages.txt"), root(os.geteuid())]
    findings += [memory(_text(_PROC / "meminfo")), *space(checkout, cache)]
    if os.geteuid() == 0:
        findings += [*kernel(), addresses()]
    return findings


def distribution(os_release: str, machine: str) -> Finding:
    """Judge the text of /etc/os-release and the name of the processor."""
    fields = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    fields = {key: value.strip('"') for key, value in fields.items()}
    fits = (fields.get("ID"), fields.get("VERSION_ID"), machine) == ("debian", "12", "x86_64")
    return Finding(
        "distribution",
        OK if fits else LACKING,
        "Debian 12 on amd64",
        f"{fields.get('PRETTY_NAME', 'an unknown system')} on {machine}",
        "use a machine or a virtual machine with Debian 12 on amd64",
    )


def paths(*folders: Path) -> Finding:
    """Judge the names of ``folders``: make, ssh, mount and apt read some marks as their own.

    A letter that this locale cannot read is none.
    """
    wrong = [str(folder) for folder in folders if not all(map(_is_plain, str(folder)))]
    return Finding(
        "paths",
        LACKING if wrong else OK,
        f"folders named by letters, digits and {' '.join(_MARKS[1:])}",
        repr(wrong[0]) if wrong else "plain",
        "move the checkout, or set XDG_CACHE_HOME to a folder with a plain name",
    )


def _is_plain(letter: str) -> bool:
    # a letter may be written as two: one and its accent
    return letter.isalnum() or letter in _MARKS or unicodedata.category(letter) == "Mn"


def root(user: int) -> Finding:
    """Judge the effective user id."""
    return Finding(
        "root",
        OK if user == 0 else LACKING,
        "root: the lab makes namespaces, mounts and links",
        "root" if user == 0 else f"user {user}",
        "run it as root; without root there is `make check`",
    )


def memory(meminfo: str) -> Finding:
    """Judge the text of /proc/meminfo."""
    kilobytes = [line.split()[1] for line in meminfo.splitlines() if line[:13] == "MemAvailable:"]
    available_bytes = int(kilobytes[0]) * 1024 if kilobytes else 0
    return Finding(
        "memory",
        OK if available_bytes >= _MEMORY_BYTES else LACKING,
        f"{_gib(_MEMORY_BYTES)} available",
        _gib(available_bytes),
        "end other programs, or give the machine more memory",
    )


def space(checkout: Path, cache: Path) -> list[Finding]:
    """Judge each file system that the lab writes to."""
    executables = glob(f"{cache}/pulumi/*/pulumi")  # noqa: PTH207 - pathlib raises where it may not look
    first_build = not executables and not shutil.which("pulumi")
    cache_bytes = _BUILT_BYTES + first_build * _FIRST_BUILD_BYTES
    needs: dict[int, list[tuple[Path, int]]] = {}
    for folder, size_bytes in ((cache, cache_bytes), (checkout / "var", _VAR_BYTES)):
        parent = next(p for p in [folder, *folder.parents] if os.path.exists(p))  # noqa: PTH110 - as above
        needs.setdefault(parent.stat().st_dev, []).append((parent, size_bytes))
    return [
        _room([path for path, _ in group], sum(s for _, s in group)) for group in needs.values()
    ]


def _room(folders: list[Path], needed_bytes: int) -> Finding:
    free_bytes = shutil.disk_usage(folders[0]).free
    return Finding(
        "space",
        OK if free_bytes >= needed_bytes else LACKING,
        f"{_gib(needed_bytes)} free for {' and '.join(map(str, folders))}",
        _gib(free_bytes),
        "free some space, or set XDG_CACHE_HOME to a larger file system",
    )


def packages(file: Path) -> list[Finding]:
    """Judge each package that ``file`` lists, with the reason given there."""
    lines = [line.partition("#") for line in file.read_text("utf-8").splitlines()]
    reasons = {name.strip(): reason.strip() for name, _, reason in lines if name.strip()}
    form = "--showformat=${Package} ${db:Status-Status}\n"
    answer = _output("dpkg-query", "--show", form, *reasons)
    names = {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}
    return [
        Finding(
            name,
            OK if name in names else MISSING,
            reason,
            "installed" if name in names else "not installed",
            f"make up installs it (apt-get install {name})",
        )
        for name, reason in reasons.items()
    ]


def kernel() -> list[Finding]:
    """Judge the features of the kernel, by trying each in a namespace that ends with the trial.

    A feature that cannot be tried, because a program is not installed yet, is left out.
    """
    findings = [
        _feature("tun", "links end in TAPs", Path("/dev/net/tun").is_char_device()),
        _feature("overlayfs", "hosts lie over the golden image", _file_system("overlay")),
        _feature("btrfs", "storage pools", _file_system("btrfs")),
        _feature("loop devices", "storage pools", Path("/dev/loop-control").exists()),
        _feature("freezer", "hosts are frozen and limited", _has_freezer(_text(_PROC / "mounts"))),
        _feature("network namespaces", "each host has its own", _inside("true")),
    ]
    if shutil.which("ip"):
        add = ("ip", "link", "add", "ndc-trial")
        bridge, veth = _inside(*add, "type", "bridge"), _inside(*add, "type", "veth")
        findings.append(_feature("bridge", "sites' segments", bridge))
        findings.append(_feature("veth", "hosts' interfaces", veth))
    if shutil.which("nft"):
        can_list = _inside("nft", "list", "ruleset")
        findings.append(_feature("nftables", "the hosts' firewall", can_list))
    return findings


def _feature(name: str, reason: str, is_there: bool) -> Finding:  # noqa: FBT001 - what was looked at
    return Finding(
        name,
        OK if is_there else LACKING,
        reason,
        "there" if is_there else "not there",
        "use a kernel that has it; Debian's own does",
    )


def addresses() -> Finding:
    """Judge whether the addresses of the lab are free on this machine."""
    answer = _output("ip", "-oneline", "route", "show", "table", "all", "root", _LAB_ADDRESSES)
    foreign = [line.strip() for line in answer.splitlines() if not _is_of_a_lab(line)]
    return Finding(
        "address range",
        LACKING if foreign else OK,
        f"no other use of {_LAB_ADDRESSES}",
        foreign[0] if foreign else "free, or a lab's",
        "remove that route or address",
    )


def _is_of_a_lab(route: str) -> bool:
    return route.startswith("unreachable ") or " dev ndc" in route


def _has_freezer(mounts: str) -> bool:
    fields = [line.split() for line in mounts.splitlines()]
    return any(f[2] == "cgroup2" or (f[2] == "cgroup" and "freezer" in f[3]) for f in fields)


def _file_system(name: str) -> bool:
    kinds = _text(_PROC / "filesystems").split()
    return name in kinds or _works("modprobe", "--dry-run", "--quiet", name)


def _inside(*command: str) -> bool:
    """Whether ``command`` works in a network namespace of its own."""
    return _works("unshare", "--net", *command)


def _works(*command: str) -> bool:
    try:
        done = subprocess.run(command, env=surroundings(), capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _output(*command: str) -> str:
    """Return what ``command`` prints; nothing if it cannot be started."""
    try:
        done = subprocess.run(
            command, env=surroundings(), capture_output=True, encoding="utf-8", check=False
        )
    except OSError:
        return ""
    return done.stdout


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


def _gib(size_bytes: int) -> str:
    return f"{size_bytes / _GIB:.1f} GiB"
