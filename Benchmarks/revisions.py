#!/usr/bin/env python3
"""Compares the steps of two revisions of Lockstep on this machine, in pairs that run one right after the other.

Builds each revision once, in a worktree of its own under .build-revisions, and prints for each workload the median of
the pairs' ratios, time of the old over time of the new: above 1 where the new one is faster.
"""

import argparse
import json
import math
import os
import signal
import statistics
import subprocess
import sys
from pathlib import Path

from comparison import machine
from comparison.children import ChildFailure, run

ROOT = Path(__file__).resolve().parent.parent
WORKLOADS = ["mlp-128", "mlp-4096", "wide-2048", "moons-100", "cnn-256", "resnet20-128", "lenet5-64"]
TIME = "stepMillisecondsMedian"


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        old, new = (build(revision) for revision in (arguments.old, arguments.new))
        busy = machine.wait_until_quiet(arguments.wait)
        if busy > machine.QUIET_CORES:
            note(f"warning: other processes keep {busy:.1f} cores busy; what is measured beside them is not worth much")
        measured = {}
        for workload in arguments.workloads:
            measured[workload] = pairs(old, new, workload, arguments)
            note(f"{workload}: {line(measured[workload])}")
    except (ChildFailure, subprocess.CalledProcessError) as error:
        note(f"revisions.py: {error}")
        return 1
    except KeyboardInterrupt:
        note("interrupted")
        return 130
    print(report(measured, arguments, old, new))
    return 0


def parse_arguments():
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("old", help="revision to compare with, by any name that git knows")
    add("new", nargs="?", default="HEAD", help="revision to judge (default HEAD)")
    add("--workloads", nargs="+", default=WORKLOADS, choices=WORKLOADS, metavar="WORKLOAD", help=", ".join(WORKLOADS))
    add("--pairs", type=int, default=20, help="default 20")
    add("--seconds", type=float, default=2, help="how long to time a workload, a revision and pair (default 2)")
    add("--workers", type=int, default=cores, help=f"default: all cores, {cores}")
    add("--wait", type=float, default=0, metavar="SECONDS", help="wait at most so long for other processes to end")
    arguments = parser.parse_args()
    if arguments.pairs < 1:
        parser.error(f"--pairs: expected at least 1, found {arguments.pairs}")
    if not (math.isfinite(arguments.seconds) and arguments.seconds > 0):
        parser.error(f"--seconds: expected a number above 0, found {arguments.seconds:g}")
    if not 1 <= arguments.workers <= cores:
        parser.error(f"--workers: expected 1 to {cores}, the cores this process may use, found {arguments.workers}")
    return arguments


def build(revision):
    """The release program of a revision, made unless it is there."""
    commit = git("rev-parse", "--verify", f"{revision}^{{commit}}")
    folder = ROOT / ".build-revisions" / commit[:12]
    program = folder / ".build/release/lockstep"
    if not program.exists():
        if not folder.exists():
            git("worktree", "prune")
            git("worktree", "add", "--detach", str(folder), commit)
        note(f"building {commit[:12]}")
        run(["swift", "build", "--configuration", "release", "--product", "lockstep"], folder=folder)
    return program


def git(*words):
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def pairs(old, new, workload, arguments):
    """Time of the old over time of the new, pair by pair. Who begins alternates."""
    ratios = []
    for index in range(arguments.pairs):
        times = {}
        for program in (old, new) if index % 2 == 0 else (new, old):
            times[program] = step_time(program, workload, arguments)
        ratios.append(times[old] / times[new])
    return ratios


def step_time(program, workload, arguments):
    child = run(
        [program, "benchmark", "step", workload, "--json", "--seconds", arguments.seconds, "--workers", arguments.workers]
    )
    return json.loads(child.output)[TIME]


def interval(values, confidence=0.95):
    """An interval for the median that needs no distribution, by order statistics; and its true confidence.

    The k-th smallest and the k-th largest of n values have the median between them with a probability of
    1 - 2 · P(fewer than k of n fair coins show heads).
    """
    values, n = sorted(values), len(values)

    def confidence_of(k):
        return 1 - 2 * sum(math.comb(n, heads) for heads in range(k)) / 2**n

    k = max((k for k in range(1, n // 2 + 1) if confidence_of(k) >= confidence), default=1)
    return values[k - 1], values[n - k], confidence_of(k)


def line(ratios):
    low, high, _ = interval(ratios)
    return f"{statistics.median(ratios):.3f} ({low:.3f} to {high:.3f})"


def report(measured, arguments, old, new):
    description = machine.describe()
    _, _, confidence = interval(next(iter(measured.values())))
    rows = [f"| {workload} | {line(ratios).replace(' (', ' | ').rstrip(')')} |" for workload, ratios in measured.items()]
    return "\n".join(
        [
            f"| workload | {old.parents[2].name} ÷ {new.parents[2].name} | {confidence:.1%} interval |",
            "| --- | ---: | --- |",
            *rows,
            "",
            f"{description['processor']}, {arguments.workers} workers; medians of {arguments.pairs} pairs of "
            f"{arguments.seconds:g} s each.",
        ]
    )


def note(message):
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
