"""What numbers depend on besides the programs: the machine, versions, the revision, and who else computes meanwhile."""

import json
import os
import platform
import re
import resource
import subprocess
import time
from dataclasses import dataclass

from peers.workloads import processor

QUIET_CORES = 0.2  # what a machine that does nothing else may use
QUIET_SHARE = 0.1  # the share of a round's processor time beyond which it is not worth publishing


def describe():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": processor(),
        "architecture": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memoryGiB": round(pages / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
    }


def output_of(*command, folder=None):
    """What a program prints, or nothing where it is missing or fails."""
    try:
        child = subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return child.stdout.decode("utf-8", errors="replace")


def swift_version():
    found = re.search(r"Swift version (\S+)", output_of("swift", "--version") or "")
    return found and found.group(1)


PEER_VERSIONS = """
import json, platform
from importlib.metadata import PackageNotFoundError, version
def find(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None
print(json.dumps({"python": platform.python_version(), "torch": find("torch"), "jax": find("jax")}))
"""


def peer_versions(python):
    """Versions of Python, PyTorch and JAX for an interpreter; none of a package it has not, {} if it does not run."""
    output = output_of(python, "-c", PEER_VERSIONS)
    try:
        return json.loads(output or "{}")
    except json.JSONDecodeError:
        return {}


# What decides the numbers: Lockstep, what it is compared with, and what compares them.
MEASURED = ["Package.swift", "Sources", "Benchmarks", ":!Benchmarks/results", ":!Benchmarks/README.md"]


def revision(root):
    """The commit of the sources, and whether what decides the numbers was changed since; None where git cannot tell."""
    commit = output_of("git", "rev-parse", "HEAD", folder=root)
    if commit is None:
        return {"commit": None, "dirty": None}
    changes = output_of("git", "status", "--porcelain", "--untracked-files=normal", "--", *MEASURED, folder=root)
    return {"commit": commit.strip(), "dirty": None if changes is None else bool(changes.strip())}


def newest_source(root):
    """When a source of the program was last changed, in seconds as `os.stat` has them."""
    paths = [root / "Package.swift", *(root / "Sources").rglob("*")]
    return max((path.stat().st_mtime for path in paths if path.is_file()), default=0)


@dataclass(frozen=True)
class CPUTime:
    """Seconds of all cores since the machine started, and of them what this process and its children took."""

    total: float
    busy: float
    stolen: float
    own: float

    @classmethod
    def now(cls):
        with open("/proc/stat", encoding="utf-8") as file:
            return cls.parse(file.readline(), own_seconds())

    @classmethod
    def parse(cls, line, own):
        """From the first line of /proc/stat: user nice system idle iowait irq softirq steal, in ticks (see proc(5))."""
        ticks = os.sysconf("SC_CLK_TCK")
        times = [int(field) / ticks for field in line.split()[1:9]]
        user, nice, system, idle, waiting, interrupts, soft_interrupts, stolen = times
        return cls(sum(times), user + nice + system + interrupts + soft_interrupts, stolen, own)

    def shares_until(self, end):
        """Of the time of all cores: what other processes took, and what other machines on the same hardware took."""
        total = max(end.total - self.total, 1e-9)
        others = (end.busy - self.busy) - (end.own - self.own)
        return {
            "othersShare": round(min(max(others / total, 0), 1), 4),
            "stealShare": round((end.stolen - self.stolen) / total, 4),
        }


def disturbance(rounds):
    """The share of processor time that others took of the round in which they took most."""
    return max((entry.get("othersShare", 0) + entry.get("stealShare", 0) for entry in rounds), default=0)


def own_seconds():
    """CPU time of this process and of those of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def busy_cores(seconds=1.0):
    """How many cores others keep busy at the moment."""
    before = CPUTime.now()
    time.sleep(seconds)
    shares = before.shares_until(CPUTime.now())
    return (shares["othersShare"] + shares["stealShare"]) * (os.cpu_count() or 1)


def wait_until_quiet(seconds):
    """Waits at most so long for a second in which others leave the cores alone; returns the busy cores of the last."""
    end = time.monotonic() + seconds
    while True:
        busy = busy_cores()
        if busy <= QUIET_CORES or time.monotonic() >= end:
            return busy
