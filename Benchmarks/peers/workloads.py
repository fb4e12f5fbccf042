"""The training steps that every peer runs, how they are timed, and the line that reports them.

All are multilayer perceptrons with ReLU and cross-entropy under SGD with momentum 0.9 and learning rate 0.01, on one
fixed batch of uniform inputs and random labels: a step is forward, backward and update, with nothing to load.
"""

import argparse
import json
import os
import platform
import statistics
import time

WORKLOADS = {  # name -> (widths, batch size)
    "mlp-128": ([784, 512, 256, 10], 128),
    "mlp-4096": ([784, 512, 256, 10], 4096),
    "wide-2048": ([784, 2048, 2048, 10], 2048),
    "moons-100": ([2, 16, 16, 2], 100),
}
LEARNING_RATE = 0.01
MOMENTUM = 0.9
WARM_UP_STEPS = 5


def argument_parser(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("workloads", nargs="*", metavar="workload", help=f"default: all of {', '.join(WORKLOADS)}")
    parser.add_argument("--seconds", type=float, default=5, help="how long to time each workload (default 5)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all cores")
    return parser


def parse_arguments(parser):
    arguments = parser.parse_args()
    for name in arguments.workloads:
        if name not in WORKLOADS:
            parser.error(f"unknown workload '{name}'; there are {', '.join(WORKLOADS)}")
    cores = sorted(os.sched_getaffinity(0))
    if not 1 <= arguments.threads <= len(cores):
        parser.error(f"--threads must be between 1 and {len(cores)}, the cores this process may use")
    os.sched_setaffinity(0, cores[: arguments.threads])  # XLA sizes its thread pool by this
    arguments.workloads = arguments.workloads or list(WORKLOADS)
    return arguments


def time_steps(step, seconds):
    """Milliseconds of each call of `step`, which returns when its work is done."""
    for _ in range(WARM_UP_STEPS):
        step()
    times = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def processor():
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def report(peer, workload, milliseconds, threads, versions):
    """Prints one line of JSON, with the keys of `lockstep benchmark step --json`."""
    median = statistics.median(milliseconds)
    result = {
        "peer": peer,
        "workload": workload,
        "batchSize": WORKLOADS[workload][1],
        "stepMillisecondsBest": round(min(milliseconds), 4),
        "stepMillisecondsMedian": round(median, 4),
        "samplesPerSecond": round(1e3 * WORKLOADS[workload][1] / median, 1),
        "steps": len(milliseconds),
        "threads": threads,
        "processor": processor(),
        "versions": versions | {"python": platform.python_version()},
    }
    print(json.dumps(result), flush=True)
