"""A comparison as Markdown: the whole of it, and the table of the README."""

from comparison.contestants import OURS, RUNS, TITLES, competes, package, workload_title
from comparison.summary import quartiles_of, summarize
from peers.workloads import WORKLOADS

MISSING = "–"
MEDIANS = (
    "Medians over rounds; quartiles are those of the rounds' times. Memory is the largest resident set of the process, "
    "and what a peer's has right after importing its library."
)
INSTRUCTION_SETS = {"avx2": "AVX2", "avx512": "AVX-512", "neon": "NEON"}


def report(results):
    """Everything that was measured, for the terminal and the results folder."""
    summaries = summarize(results)
    steps = [summary for summary in summaries if summary.workload not in RUNS]
    runs = [summary for summary in summaries if summary.workload in RUNS]
    parts = ["# Lockstep beside its peers", conditions(results)]
    if steps:
        parts += ["## Training steps", MEDIANS, step_table(steps, results), *batch_notes(steps)]
    for summary in runs:
        parts += [f"## {workload_title(summary.workload)}", MEDIANS, run_table(summary, results)]
    parts += ["## Time of the best peer over that of Lockstep", ratio_table(summaries, results)]
    if results["problems"]:
        parts += ["## Not measured", "\n".join(f"- {describe_problem(problem)}" for problem in results["problems"])]
    return "\n\n".join(parts) + "\n"


def conditions(results):
    """Where and with what, a line each."""
    machine, versions, revision = results["machine"], results["versions"], results["revision"]
    commit = (revision["commit"] or "unknown")[:12] + (", changed since" if revision["dirty"] else "")
    rounds, load = results["rounds"], results["load"]["oneMinuteBefore"]
    worst = {key: max((entry.get(key, 0) for entry in rounds), default=0) for key in ("othersShare", "stealShare")}
    settings = results["settings"]
    lines = [
        f"- {hardware(machine)}, {machine['memoryGiB']} GiB, {machine['system']}",
        f"- Lockstep {commit}; {', '.join(software(versions))}",
        f"- {results['date']}; {len(rounds)} of {settings['rounds']} rounds, {settings['seconds']:g} s each, "
        f"threads: {settings['workers']}{'' if results['complete'] else '; interrupted'}",
        f"- load {load:.2f} before; at most {percent(worst['othersShare'])} of a round's processor time taken by "
        f"other processes, {percent(worst['stealShare'])} by other virtual machines",
    ]
    return "\n".join(lines)


def hardware(machine):
    name = machine.get("instructionSet")
    instruction_set = f", {INSTRUCTION_SETS.get(name, name)}" if name else ""
    return f"{machine['processor']}, {machine['cores']} cores{instruction_set}"


def count_rounds(results):
    count = len(results["rounds"])
    return "1 round" if count == 1 else f"{count} rounds"


def software(versions):
    titles = {"swift": "Swift", "python": "Python", "torch": "PyTorch", "jax": "JAX"}
    return [f"{title} {versions[key]}" for key, title in titles.items() if versions.get(key)]


def step_table(summaries, results):
    header = ["workload", "contestant", "median ms", "quartiles ms", "best ms", "samples/s", "share of FMA peak"]
    header += ["peak MiB", "after import MiB"]
    rows = []
    for summary in summaries:
        for name in results["contestants"]:
            if not competes(name, summary.workload):
                continue
            numbers = summary.medians.get(name, {})
            rows.append(
                [
                    workload_title(summary.workload),
                    TITLES[name],
                    number(numbers.get("stepMillisecondsMedian")),
                    span(summary.quartiles.get(name), number),
                    number(numbers.get("stepMillisecondsBest")),
                    f"{numbers['samplesPerSecond']:,.0f}" if numbers else MISSING,
                    percent(summary.shares.get(name)),
                    whole(numbers.get("peakMemoryMiB")),
                    whole(numbers.get("importMemoryMiB")),
                ]
            )
    return table(header, rows, texts=2)


def batch_notes(summaries):
    """Over how many samples batch normalization takes its statistics, for workloads that have it."""
    for summary in summaries:
        workload, shards = WORKLOADS[summary.workload], summary.medians.get(OURS, {}).get("shards")
        if workload.normalizes_batches and shards:
            yield (
                f"Batch normalization in {workload.title}: PyTorch and JAX over {workload.batch_size} samples, Lockstep "
                f"over {workload.batch_size / shards:g} in each of {shards:g} shards."
            )


def run_table(summary, results):
    header = ["contestant", "seconds", "quartiles s", "peak MiB", "after import MiB", "test accuracy"]
    rows = []
    for name in results["contestants"]:
        if numbers := summary.medians.get(name):
            accuracy = f"{100 * numbers['testAccuracy']:.2f}%"
            memory = [whole(numbers["peakMemoryMiB"]), whole(numbers.get("importMemoryMiB"))]
            quartiles = span(summary.quartiles.get(name), number)
            rows.append([TITLES[name], number(numbers["seconds"]), quartiles, *memory, accuracy])
    return table(header, rows, texts=1)


def ratio_table(summaries, results):
    """Ratios of median step times a round, their median and quartiles, the median of ratios of best step times, and that
    of PyTorch's least memory over ours."""
    rounds = [f"round {index + 1}" for index in range(len(results["rounds"]))]
    header = ["workload", *rounds, "median", "quartiles", "of best steps", "of memory"]
    rows = [
        [
            workload_title(summary.workload),
            *map(times, summary.ratios),
            times(summary.ratio),
            span(quartiles_of(summary.ratios), times),
            times(summary.best_ratio),
            times(summary.memory_ratio),
        ]
        for summary in summaries
    ]
    return table(header, rows, texts=1)


def readme_table(results):
    """A line a workload, with times where the contestants meet: of each library, that of its fastest mode."""
    libraries = list(dict.fromkeys(map(package, results["contestants"])))
    header = ["workload", *[TITLES[name] for name in libraries], "best peer ÷ Lockstep", "share of FMA peak"]
    rows = []
    for summary in summarize(results):
        key, unit = ("seconds", "s") if summary.workload in RUNS else ("stepMillisecondsMedian", "ms")
        medians = [summary.medians.get(summary.fastest(library), {}).get(key) for library in libraries]
        cells = [MISSING if value is None else f"{number(value)} {unit}" for value in medians]
        share = percent(summary.medians.get(OURS, {}).get("shareOfPeak"))
        rows.append([workload_title(summary.workload), *cells, times(summary.ratio), share])
    return table(header, rows, texts=1)


def describe_problem(problem):
    place = f" on {problem['workload']}" if problem["workload"] else ""
    when = f" in round {problem['round']}" if problem["round"] else ""
    return f"{TITLES[problem['contestant']]}{place}{when}: {problem['message']}"


def table(header, rows, texts):
    """Aligned Markdown; the first `texts` columns to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(cells):
        aligned = [
            cell.ljust(width) if column < texts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths))
        ]
        return f"| {' | '.join(aligned)} |"

    rule = ["-" * width if column < texts else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
    return "\n".join([line(header), line(rule), *map(line, rows)])


def number(value):
    """Three significant digits, never in scientific notation."""
    if value is None:
        return MISSING
    exponent = int(f"{value:.2e}".partition("e")[2])  # of the rounded value: 9.996 becomes 10.0
    return f"{value:.{max(0, 2 - exponent)}f}"


def milliseconds(value):
    return f"{number(value)} ms"


def times(ratio):
    return MISSING if ratio is None else f"{ratio:.2f}"


def span(quartiles, text):
    return MISSING if quartiles is None else f"{text(quartiles[0])} to {text(quartiles[1])}"


def whole(value):
    return MISSING if value is None else f"{value:.0f}"


def percent(share):
    return MISSING if share is None else f"{100 * share:.0f}%"
