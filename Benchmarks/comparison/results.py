"""The file of a comparison: one JSON object, of which table and picture are drawn."""

import contextlib
import json
import os
import re

from comparison.contestants import RUNS, TITLES
from comparison.schema import FLAG, NUMBER, POSITIVE, TEXT, Only, Optional, SchemaError, check, nullable, one_of
from peers.workloads import WORKLOADS

FORMAT = 1

STEP = {"stepMillisecondsMedian": POSITIVE, "stepMillisecondsBest": POSITIVE, "samplesPerSecond": POSITIVE}
RUN = {"seconds": POSITIVE, "peakMemoryMiB": POSITIVE, "testAccuracy": NUMBER}
NUMBERS = {workload: Only(dict.fromkeys(TITLES, STEP)) for workload in WORKLOADS} | {
    run: Only(dict.fromkeys(TITLES, RUN)) for run in RUNS
}
SCHEMA = {
    "date": TEXT,
    "settings": {"rounds": NUMBER, "seconds": NUMBER, "workers": NUMBER},
    "machine": {
        "processor": TEXT,
        "cores": NUMBER,
        "memoryGiB": NUMBER,
        "system": TEXT,
        "instructionSet": Optional(TEXT),
    },
    "versions": {name: Optional(nullable(TEXT)) for name in ("swift", "python", "torch", "jax")},
    "revision": {"commit": nullable(TEXT), "dirty": nullable(FLAG)},
    "load": {"oneMinuteBefore": NUMBER},
    "contestants": [one_of(TITLES)],
    "workloads": [one_of(NUMBERS)],
    "complete": FLAG,
    "rounds": [{"workloads": Only(NUMBERS), "othersShare": NUMBER, "stealShare": NUMBER}],
    "problems": [
        {"contestant": one_of(TITLES), "workload": nullable(TEXT), "round": nullable(NUMBER), "message": TEXT}
    ],
}


class ResultsError(Exception):
    """A file that is not the result of a comparison, or that cannot be read or written."""


def stem(processor, date):
    """A file name: `amd-epyc-7b13-2026-03-01`."""
    name = re.sub(r"\((r|tm|c)\)|\bcpu\b|\bprocessor\b|@.*|\d+-core", " ", processor.lower())
    return "-".join(re.findall(r"[a-z0-9]+", name) or ["unknown"]) + f"-{date[:10]}"


def free_path(folder, name):
    """`name`.json in `folder`, or with -2, -3 and so on: a run never replaces another."""
    number = 1
    while True:
        path = folder / (f"{name}.json" if number == 1 else f"{name}-{number}.json")
        if not os.path.exists(path):  # unlike Path.exists, never an error: `write` has better words for it
            return path
        number += 1


def write(path, text):
    """Whole or not at all. Raises `ResultsError`."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with contextlib.suppress(FileExistsError):  # where it is no folder, the next line says so
            path.parent.mkdir(parents=True)
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise ResultsError(f"cannot write {path}: {error.strerror}") from error


def save(path, results):
    write(path, json.dumps(results, indent=2) + "\n")


def load(path):
    """Raises `ResultsError` unless the file has all that table and picture are made of."""
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # UTF-8 that is none, too, and lists within lists without end
        raise ResultsError(f"{path}: not JSON ({error})") from error
    if not isinstance(results, dict) or results.get("format") != FORMAT:
        raise ResultsError(f"{path}: expected results of compare.py, format {FORMAT}")
    try:
        check(results, SCHEMA)
    except SchemaError as error:
        raise ResultsError(f"{path}: {error}") from error
    return results
