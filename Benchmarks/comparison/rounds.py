"""Lets the contestants run in turn, for several rounds."""

from comparison.children import ChildFailure
from comparison.contestants import TITLES, competes
from comparison.machine import CPUTime
from comparison.table import milliseconds


def order_of_round(contestants, index):
    """Who begins differs from round to round, so that no one always runs on a machine another has warmed."""
    first = index % len(contestants)
    return contestants[first:] + contestants[:first]


def measure_rounds(results, setup, workloads, contestants, rounds, note, save):
    """Appends to `results["rounds"]`, and to `results["problems"]` what failed; the others go on.

    A workload's contestants run one right after the other, so that their ratio is of the same minute. `note` gets lines
    of progress; `save` is called after each round.
    """
    for index in range(rounds):
        order = order_of_round(contestants, index)
        entry = {"order": order, "workloads": {workload: {} for workload in workloads}}
        results["rounds"].append(entry)
        start = CPUTime.now()
        try:
            for workload in workloads:
                for contestant in order:
                    if not competes(contestant, workload):
                        continue
                    try:
                        numbers = setup.measure(contestant, workload, seed=index + 1)
                    except ChildFailure as failure:
                        results["problems"].append(problem(contestant, str(failure), workload, index + 1))
                        outcome = f"failed: {failure}"
                    else:
                        entry["workloads"][workload][contestant] = numbers
                        outcome = headline(numbers)
                    note(f"round {index + 1}/{rounds}  {workload:<14} {TITLES[contestant]:<14} {outcome}")
        finally:  # of an interrupted round too
            entry |= start.shares_until(CPUTime.now())
        save()


def headline(numbers):
    if "seconds" in numbers:
        return f"{numbers['seconds']:.2f} s"
    return milliseconds(numbers["stepMillisecondsMedian"])


def problem(contestant, message, workload=None, round_number=None):
    return {"contestant": contestant, "workload": workload, "round": round_number, "message": message}
