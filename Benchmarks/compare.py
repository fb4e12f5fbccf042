#!/usr/bin/env python3
"""Compares Lockstep with PyTorch and JAX on this machine: runs them in turn, several rounds, and saves what it found.

Results go to Benchmarks/results as JSON, as a Markdown table and as a picture. README.md in this folder explains them.
"""

import argparse
import datetime
import math
import os
import signal
import sys
from pathlib import Path

if sys.version_info < (3, 10):
    sys.exit("compare.py: needs Python 3.10 or later")
if sys.platform != "linux":
    sys.exit("compare.py: needs Linux, for what /proc tells of the processor")

from comparison import machine, picture, readme, results, table
from comparison.contestants import DATASET, OURS, ROOT, RUNS, Setup, competes, package
from comparison.results import ResultsError
from comparison.rounds import measure_rounds, problem
from peers.workloads import WORKLOADS

CONTESTANTS = [OURS, "torch", "torch.channels-last", "jax"]
COMPILED = ["torch.compile", "torch.compile.channels-last"]
MAKE_ENVIRONMENT = """make one with PyTorch and JAX:
  python3 -m venv .venv
  .venv/bin/pip install numpy "jax[cpu]"
  .venv/bin/pip install torch --index-url https://download.pytorch.org/whl/cpu
or name another with --python"""


class UsageError(Exception):
    """What has to be there before anything is measured, and is not."""


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: saves what there is
    try:
        if arguments.update_readme:
            readme.check(arguments.readme)
        return draw(arguments) if arguments.draw else compare(arguments)
    except (UsageError, ResultsError) as error:
        note(f"compare.py: {error}")
        return 1
    except KeyboardInterrupt:
        note("interrupted")
        return 130


def parse_arguments():
    workloads = [*WORKLOADS, *RUNS]
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("workloads", nargs="*", metavar="workload", help=f"of {', '.join(workloads)}; default: the steps")
    add("--end-to-end", action="store_true", help=f"also {', '.join(RUNS)}: whole training runs")
    add("--rounds", type=int, default=5, help="default 5")
    add("--seconds", type=float, default=5, help="how long to time a workload, a contestant and round (default 5)")
    add("--workers", type=int, default=cores, help=f"threads of every contestant (default: all cores, {cores})")
    add("--compile", action="store_true", help="torch.compile too; needs g++, and minutes for a network the first time")
    add("--wait", type=float, default=0, metavar="SECONDS", help="wait at most so long for other processes to end")
    add("--lockstep", type=Path, default=ROOT / ".build/release/lockstep", help="default .build/release/lockstep")
    add("--python", type=Path, default=ROOT / ".venv/bin/python", help="has torch and jax (default .venv/bin/python)")
    add("--results", type=Path, default=ROOT / "Benchmarks/results", help="folder (default Benchmarks/results)")
    add("--draw", type=Path, metavar="RESULTS.json", help="measure nothing, draw table and picture of earlier results")
    add("--update-readme", action="store_true", help="put table and picture into the README")
    add("--readme", type=Path, default=ROOT / "README.md", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for name in arguments.workloads:
        if name not in workloads:
            parser.error(f"unknown workload '{name}'; there are {', '.join(workloads)}")
    if arguments.rounds < 1:
        parser.error(f"--rounds: expected at least 1, found {arguments.rounds}")
    if not (math.isfinite(arguments.seconds) and arguments.seconds > 0):
        parser.error(f"--seconds: expected a number above 0, found {arguments.seconds:g}")
    if not arguments.wait >= 0:
        parser.error(f"--wait: expected 0 or more, found {arguments.wait:g}")
    if not 1 <= arguments.workers <= cores:
        parser.error(f"--workers: expected 1 to {cores}, the cores this process may use, found {arguments.workers}")
    chosen = arguments.workloads or list(WORKLOADS)
    chosen += RUNS if arguments.end_to_end else []
    arguments.workloads = list(dict.fromkeys(chosen))
    return arguments


def compare(arguments):
    """Measures and saves; the exit status is 1 where something is missing."""
    contestants = CONTESTANTS + (COMPILED if arguments.compile else [])
    contestants = [name for name in contestants if any(competes(name, workload) for workload in arguments.workloads)]
    check_programs(arguments)
    found = new_results(arguments, contestants)
    present = [name for name in contestants if name == OURS or found["versions"].get(package(name))]
    for name in contestants:
        if name not in present:
            message = f"{package(name)} is not installed for {arguments.python}"
            found["problems"].append(problem(name, message))
    path = results.free_path(arguments.results, results.stem(found["machine"]["processor"], found["date"]))
    setup = Setup(arguments.lockstep, arguments.python, arguments.workers, arguments.seconds)
    save(path, found)  # where that cannot be done, it shows before minutes of measuring
    interrupted = False
    try:
        warn_if_busy(arguments.wait)
        measure_rounds(found, setup, arguments.workloads, present, arguments.rounds, note, lambda: save(path, found))
        found["complete"] = True
    except KeyboardInterrupt:
        interrupted = True
    if not any(numbers for entry in found["rounds"] for numbers in entry["workloads"].values()):
        path.unlink(missing_ok=True)
        note("nothing was measured")
        for failure in found["problems"]:
            note(table.describe_problem(failure))
        return 130 if interrupted else 1
    save(path, found)
    published = publish(path, found, arguments)
    return 130 if interrupted else 0 if published and not found["problems"] else 1


def check_programs(arguments):
    if not os.access(arguments.lockstep, os.X_OK) or arguments.lockstep.is_dir():
        raise UsageError(f"{arguments.lockstep} is missing: build it with 'make build', or name it with --lockstep")
    if not os.access(arguments.python, os.X_OK) or arguments.python.is_dir():
        raise UsageError(f"{arguments.python} is missing: {MAKE_ENVIRONMENT}")
    arguments.lockstep, arguments.python = arguments.lockstep.absolute(), arguments.python.absolute()
    if any(name in RUNS for name in arguments.workloads) and not (ROOT / DATASET).exists():
        raise UsageError(f"{DATASET} is missing: make it with 'lockstep import fashion-mnist' in {ROOT}")
    if arguments.lockstep.stat().st_mtime < machine.newest_source(ROOT):
        note(f"warning: {arguments.lockstep} is older than the sources; 'make build' makes it anew")


def new_results(arguments, contestants):
    versions = machine.peer_versions(arguments.python)
    if not versions:
        raise UsageError(f"{arguments.python} is no Python that works: {MAKE_ENVIRONMENT}")
    return {
        "format": results.FORMAT,
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "settings": {"rounds": arguments.rounds, "seconds": arguments.seconds, "workers": arguments.workers},
        "machine": machine.describe(),
        "versions": {"swift": machine.swift_version(), **versions},
        "revision": machine.revision(ROOT),
        "load": {"oneMinuteBefore": os.getloadavg()[0]},
        "contestants": contestants,
        "workloads": arguments.workloads,
        "complete": False,
        "rounds": [],
        "problems": [],
    }


def warn_if_busy(wait):
    busy = machine.wait_until_quiet(wait)
    if busy > machine.QUIET_CORES:
        note(f"warning: other processes keep {busy:.1f} cores busy; what is measured beside them is not worth much")


def save(path, found):
    """Saves the results, with the instruction set that Lockstep says it used."""
    for entry in found["rounds"]:
        for numbers in entry["workloads"].values():
            if instruction_set := numbers.get(OURS, {}).get("instructionSet"):
                found["machine"]["instructionSet"] = instruction_set
    results.save(path, found)


def publish(path, found, arguments):
    """Table and picture beside the results, the table on standard output, and both in the README if asked for.

    Returns whether all of that was done.
    """
    report = table.report(found)
    results.write(path.with_suffix(".md"), report)
    results.write(path.with_suffix(".svg"), picture.draw(found))
    print(report, end="", flush=True)
    note(f"saved {path}, and .md and .svg beside it")
    if not arguments.update_readme:
        return True
    if reason := reason_to_keep_readme(found):
        note(f"the README is as it was: {reason}")
        return False
    readme.update(arguments.readme, found, path.with_suffix(".svg"))
    return True


def reason_to_keep_readme(found):
    """Why results are not for the public, if so."""
    if not found["complete"] or found["problems"]:
        return "these results are not complete"
    disturbance = machine.disturbance(found["rounds"])
    if disturbance > machine.QUIET_SHARE:
        return f"other processes took {table.percent(disturbance)} of the processor time of a round"
    return None


def draw(arguments):
    found = results.load(arguments.draw)
    return 0 if publish(arguments.draw, found, arguments) else 1


def note(message):
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # as standard error does: a terminal may lack dashes
    sys.exit(main())
