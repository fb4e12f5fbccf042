"""The training steps that every peer runs, how they are timed, and the line that reports them.

All end in cross-entropy over ten classes or two, under SGD with momentum 0.9 and learning rate 0.01, on one fixed batch
of uniform inputs and random labels: a step is forward, backward and update, with nothing to load.
"""

import argparse
import itertools
import json
import os
import platform
import statistics
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """A network and its batch.

    `network` is the name of a function in torch_networks.py and jax_networks.py; `inputs` the shape of a sample, of an
    image (height, width, channels); `parameters` how many numbers are learned, which every contestant has to have.
    """

    title: str
    network: str
    batch_size: int
    inputs: tuple
    parameters: int
    widths: tuple = ()  # of a perceptron
    normalizes_batches: bool = False

    @property
    def has_images(self):
        return len(self.inputs) == 3

    @property
    def classes(self):
        return self.widths[-1] if self.widths else 10


def perceptron(batch_size, *widths):
    parameters = sum((inputs + 1) * outputs for inputs, outputs in itertools.pairwise(widths))
    return Workload(
        f"MLP {'-'.join(map(str, widths))}", "perceptron", batch_size, widths[:1], parameters, widths=widths
    )


WORKLOADS = {
    "mlp-128": perceptron(128, 784, 512, 256, 10),
    "mlp-4096": perceptron(4096, 784, 512, 256, 10),
    "wide-2048": perceptron(2048, 784, 2048, 2048, 10),
    "moons-100": perceptron(100, 2, 16, 16, 2),
    "cnn-256": Workload("CNN 1-32-pool-64-pool-128-10, 28×28", "small_cnn", 256, (28, 28, 1), 421_642),
    "resnet20-128": Workload("ResNet-20, 32×32×3", "resnet20", 128, (32, 32, 3), 272_474, normalizes_batches=True),
    "lenet5-64": Workload("LeNet-5, 28×28", "lenet5", 64, (28, 28, 1), 61_706),
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


def resident_mib():
    """Memory that this process has now: what a library takes for itself, asked right after importing it."""
    with open("/proc/self/statm", encoding="utf-8") as file:
        return round(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def processor():
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def report(peer, workload, milliseconds, parameters, threads, import_mib, versions):
    """Prints one line of JSON, with the keys of `lockstep benchmark step --json`."""
    median = statistics.median(milliseconds)
    batch_size = WORKLOADS[workload].batch_size
    result = {
        "peer": peer,
        "workload": workload,
        "batchSize": batch_size,
        "parameters": parameters,
        "stepMillisecondsBest": round(min(milliseconds), 4),
        "stepMillisecondsMedian": round(median, 4),
        "samplesPerSecond": round(1e3 * batch_size / median, 1),
        "steps": len(milliseconds),
        "threads": threads,
        "importMemoryMiB": import_mib,
        "processor": processor(),
        "versions": versions | {"python": platform.python_version()},
    }
    print(json.dumps(result), flush=True)
