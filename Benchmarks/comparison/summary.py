"""From the numbers of every round to one line a workload: medians, and ratios within a round."""

import statistics
from dataclasses import dataclass

from comparison.contestants import END_TO_END, OURS
from comparison.schema import is_number, is_positive


@dataclass(frozen=True)
class Summary:
    """A workload over all rounds.

    A ratio is time of a peer over time of Lockstep in the same round, above 1 where Lockstep is faster. What a round
    did not measure is missing from it: `ratios` has None there, and medians are over the other rounds.
    """

    workload: str
    medians: dict  # contestant -> {JSON key: median over rounds}
    relative: dict  # contestant -> median over rounds of its time over ours; 1 for ours
    ratios: list  # per round: time of the fastest peer of that round over ours
    best_ratios: list  # the same of best step times instead of median ones

    @property
    def ratio(self):
        return median_of(self.ratios)

    @property
    def best_ratio(self):
        return median_of(self.best_ratios)


def time_key(workload):
    return "seconds" if workload == END_TO_END else "stepMillisecondsMedian"


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
        relative={
            name: median_of([relative_time(entry, name, key) for entry in rounds])
            for name in measured
            if any(name in entry and OURS in entry for entry in rounds)
        },
        ratios=[ratio_of_round(entry, key) for entry in rounds],
        best_ratios=[ratio_of_round(entry, "stepMillisecondsBest") for entry in rounds],
    )


def medians_of_numbers(entries):
    """The median of every key that is a number wherever it occurs."""
    values = {}
    for entry in entries:
        for key, value in entry.items():
            if is_number(value):
                values.setdefault(key, []).append(value)
    return {key: statistics.median(found) for key, found in values.items()}


def relative_time(entry, name, key):
    """Time of a contestant over ours in a round; None where one of them is missing."""
    theirs, ours = (entry.get(who, {}).get(key) for who in (name, OURS))
    return theirs / ours if is_positive(theirs) and is_positive(ours) else None


def ratio_of_round(entry, key):
    """Time of the fastest peer over ours; None where we or all peers are missing."""
    ratios = [relative_time(entry, name, key) for name in entry if name != OURS]
    return min((ratio for ratio in ratios if ratio is not None), default=None)


def median_of(values):
    """The median of those that are not None."""
    present = [value for value in values if value is not None]
    return statistics.median(present) if present else None
