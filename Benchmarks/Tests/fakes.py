"""Results that are made up, and programs that pretend to be Lockstep and a Python with PyTorch and JAX."""

import json
from pathlib import Path

from peers.workloads import WORKLOADS


def step(median, best=None, **others):
    numbers = {"stepMillisecondsMedian": median, "stepMillisecondsBest": best or median, "samplesPerSecond": 1000.0}
    return numbers | {"peakMemoryMiB": 50.0} | others


def run(seconds, accuracy=0.88):
    return {"seconds": seconds, "peakMemoryMiB": 140.0, "testAccuracy": accuracy}


def results(*rounds, contestants=("lockstep", "torch", "jax"), workloads=("mlp-128",), **others):
    """Each round is a mapping from workload to contestant to numbers."""
    return {
        "format": 1,
        "date": "2026-03-01T12:00:00+00:00",
        "settings": {"rounds": len(rounds), "seconds": 1.0, "workers": 2},
        "machine": {
            "processor": "Fake <CPU> & Co",
            "architecture": "x86_64",
            "cores": 2,
            "memoryGiB": 8.0,
            "system": "Linux 6",
            "instructionSet": "avx2",
        },
        "versions": {"swift": "6.3", "python": "3.11.7", "torch": "2.0", "jax": None},
        "revision": {"commit": "0123456789abcdef", "dirty": True},
        "load": {"oneMinuteBefore": 0.1},
        "contestants": list(contestants),
        "workloads": list(workloads),
        "complete": True,
        "rounds": [
            {"order": list(contestants), "workloads": entry, "othersShare": 0.02, "stealShare": 0.01}
            for entry in rounds
        ],
        "problems": [],
    } | others


def program(path: Path, *lines):
    """A shell script that can be executed."""
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)
    return path


def answer(argument, median):
    """Prints the numbers of the workload that an argument of the script names."""
    line = (
        f'{{"workload": "%s", "batchSize": %s, "parameters": %s, "stepMillisecondsMedian": {median}, '
        f'"stepMillisecondsBest": {median}, "samplesPerSecond": 100, "shareOfPeak": 0.5, "instructionSet": "avx2"}}\\n'
    )
    cases = [f"{name}) numbers='{w.batch_size} {w.parameters}';;" for name, w in WORKLOADS.items()]
    return [f'case "${argument}" in', *cases, "esac", f"printf '{line}' \"${argument}\" $numbers"]


def lockstep(path, *before, median=1.0):
    """As `lockstep benchmark step WORKLOAD …` and `lockstep train …` answer, after what `before` does."""
    training = "echo 'network     421,642 parameters' >&2; echo 'test accuracy  90.00%'; exit"
    return program(path, *before, f'if [ "$1" = train ]; then {training}; fi', *answer(3, median))


def python(path, torch="2.0", jax="0.5", before_torch="true", median=2.0):
    """As an interpreter: the versions of its packages, and the peers' scripts."""
    versions = json.dumps({"python": "3.11.7", "torch": torch, "jax": jax})
    trained = json.dumps({"testAccuracy": 0.875, "parameters": 421_642, "importMemoryMiB": 200})
    return program(
        path,
        f"if [ \"$1\" = -c ]; then echo '{versions}'; exit; fi",
        f'case "$1" in *torch_*) {before_torch};; esac',
        f'case "$1" in *fashion*) echo \'{trained}\'; exit;; esac',
        *answer(2, median),
    )
