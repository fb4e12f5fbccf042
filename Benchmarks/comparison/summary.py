"""From the numbers of every round to one line a workload: medians, and ratios within a round."""

import statistics
from dataclasses import dataclass

from comparison.contestants import OURS, RUNS, package
from comparison.schema import is_number, is_positive


@dataclass(frozen=True)
class Summary:
    """A workload over all rounds.

    A ratio is time of a peer over time of Lockstep in the same round, above 1 where Lockstep is faster. What a round
    did not measure is missing from it: `ratios` has None there, and medians are over the other rounds.
    """

    workload: str
    medians: dict  # contestant -> {JSON key: median over rounds}
    quartiles: dict  # contestant -> the first and the third quartile of its times over rounds
    shares: dict  # contestant -> median over rounds of its best step's share of the peak that Lockstep measured
    relative: dict  # contestant -> median over rounds of its time over ours; 1 for ours
    ratios: list  # per round: time of the fastest peer of that round over ours
    best_ratios: list  # the same of best step times instead of median ones
    memory_ratios: list  # per round: least peak of memory among PyTorch's modes over ours

    @property
    def ratio(self):
        return median_of(self.ratios)

    @property
    def best_ratio(self):
        return median_of(self.best_ratios)

    @property
    def memory_ratio(self):
        return median_of(self.memory_ratios)

    def fastest(self, library):
        """The contestant with the least time among those of a library; None if none was measured."""
        key = time_key(self.workload)
        times = {name: medians.get(key) for name, medians in self.medians.items() if package(name) == library}
        return min((name for name, time in times.items() if time is not None), key=times.get, default=None)


def time_key(workload):
    return "seconds" if workload in RUNS else "stepMillisecondsMedian"


def summarize(results):
    """A summary for each workload of the run."""
    return [summarize_workload(workload, results) for workload in results["workloads"]]


def summarize_workload(workload, results):
    rounds = [entry["workloads"].get(workload, {}) for entry in results["rounds"]]
    key = time_key(workload)
    measured = [name for name in results["contestants"] if any(name in entry for entry in rounds)]
    return Summary(
        workload=workload,
        medians={name: medians_of_numbers([entry[name] for entry in rounds if name in entry]) for name in measured},
        quartiles={name: quartiles_of([entry.get(name, {}).get(key) for entry in rounds]) for name in measured},
        shares={name: median_of([share_of_peak(entry, name) for entry in rounds]) for name in measured},
        relative={
            name: median_of([relative(entry, name, key) for entry in rounds])
            for name in measured
            if any(name in entry and OURS in entry for entry in rounds)
        },
        ratios=[ratio_of_round(entry, key) for entry in rounds],
        best_ratios=[ratio_of_round(entry, "stepMillisecondsBest") for entry in rounds],
        memory_ratios=[ratio_of_round(entry, "peakMemoryMiB", libraries=["torch"]) for entry in rounds],
    )


def medians_of_numbers(entries):
    """The median of every key that is a number wherever it occurs."""
    values = {}
    for entry in entries:
        for key, value in entry.items():
            if is_number(value):
                values.setdefault(key, []).append(value)
    return {key: statistics.median(found) for key, found in values.items()}


def relative(entry, name, key):
    """A number of a contestant over ours in a round; None where one of them is missing."""
    theirs, ours = (entry.get(who, {}).get(key) for who in (name, OURS))
    return theirs / ours if is_positive(theirs) and is_positive(ours) else None


def ratio_of_round(entry, key, libraries=("torch", "jax")):
    """The least number of a peer of these libraries over ours; None where we or all of them are missing."""
    ratios = [relative(entry, name, key) for name in entry if package(name) in libraries]
    return min((ratio for ratio in ratios if ratio is not None), default=None)


def share_of_peak(entry, name):
    """Multiply-adds that the mathematics needs in the best step, as a share of what the cores can do.

    Lockstep counts the operations and measures the peak; all contestants need the same operations.
    """
    share, ratio = entry.get(OURS, {}).get("shareOfPeak"), relative(entry, name, "stepMillisecondsBest")
    return share / ratio if is_positive(share) and is_positive(ratio) else None


def median_of(values):
    """The median of those that are not None."""
    present = [value for value in values if value is not None]
    return statistics.median(present) if present else None


def quartiles_of(values):
    """The first and the third quartile of those that are not None; None of fewer than two."""
    present = [value for value in values if value is not None]
    return tuple(statistics.quantiles(present, n=4, method="inclusive")[::2]) if len(present) > 1 else None
