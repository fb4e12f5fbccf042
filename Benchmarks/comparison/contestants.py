"""Who competes, with which commands, and what is read from their output."""

import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from comparison import children
from comparison.children import ChildFailure
from comparison.schema import is_number, is_positive
from peers.workloads import WORKLOADS

BENCHMARKS = Path(__file__).resolve().parent.parent
ROOT = BENCHMARKS.parent
PEERS = BENCHMARKS / "peers"
COMPILING = 1200  # seconds that torch.compile may take for a workload on a busy machine

DATASET = "datasets/fashion-mnist.h5"  # where the configurations have it, from ROOT


@dataclass(frozen=True)
class Run:
    """A whole training run: a configuration of ours, and what the peer's script calls its network."""

    title: str
    configuration: Path
    network: str
    epochs: int
    parameters: int


RUNS = {
    "fashion-mnist": Run("Fashion-MNIST end to end", BENCHMARKS / "fashion-mnist.yaml", "mlp", 5, 535_818),
    "fashion-mnist-cnn": Run(
        "Fashion-MNIST end to end, CNN", BENCHMARKS / "fashion-mnist-cnn.yaml", "cnn", 3, 421_642
    ),
}

# A library, and after a dot the ways in which it is used: compiled, images with channels last.
TITLES = {
    "lockstep": "Lockstep",
    "torch": "PyTorch",
    "torch.channels-last": "PyTorch NHWC",
    "torch.compile": "torch.compile",
    "torch.compile.channels-last": "torch.compile NHWC",
    "jax": "JAX",
}
OURS = "lockstep"


def workload_title(workload):
    if run := RUNS.get(workload):
        return f"{run.title}, {run.epochs} epochs"
    return f"{WORKLOADS[workload].title}, batch {WORKLOADS[workload].batch_size}"


def package(contestant):
    """The library of a contestant, for a peer the Python package that it needs."""
    return contestant.partition(".")[0]


def flags(contestant):
    """What a peer's script is told of the way its library is used."""
    return [f"--{way}" for way in contestant.split(".")[1:]]


def competes(contestant, workload):
    """Channels are last in images only. JAX is not asked to train end to end, nor is torch.compile, which would spend
    the time compiling."""
    if run := RUNS.get(workload):
        has_images, is_known = run.network == "cnn", contestant == OURS or package(contestant) == "torch"
        if not is_known or "--compile" in flags(contestant):
            return False
    else:
        has_images = WORKLOADS[workload].has_images
    return has_images or "--channels-last" not in flags(contestant)


@dataclass(frozen=True)
class Setup:
    """What all measurements of a run have in common."""

    lockstep: Path
    python: Path
    workers: int
    seconds: float

    def measure(self, contestant, workload, seed):
        """Runs a contestant once; returns its numbers by their JSON keys. Raises `ChildFailure`.

        The seed is that of an end-to-end run, where it moves the test accuracy by about a percent.
        """
        if run := RUNS.get(workload):
            return self.measure_end_to_end(contestant, run, seed)
        timeout = (COMPILING if "--compile" in flags(contestant) else 300) + 10 * self.seconds
        child = children.run(self.step_command(contestant, workload), ROOT, timeout)
        return read_step(child.output, workload) | {"peakMemoryMiB": round(child.peak_memory_mib, 1)}

    def step_command(self, contestant, workload):
        if contestant == OURS:
            arguments = ["--workers", self.workers, "--seconds", self.seconds, "--json"]
            return [self.lockstep, "benchmark", "step", workload, *arguments]
        script = PEERS / f"{package(contestant)}_steps.py"
        arguments = ["--threads", self.workers, "--seconds", self.seconds, *flags(contestant)]
        return [self.python, script, workload, *arguments]

    def measure_end_to_end(self, contestant, run, seed):
        """Wall time, peak memory and test accuracy of a whole training run, the process's start and end included."""
        with tempfile.TemporaryDirectory(prefix="lockstep-compare-") as folder:
            child = children.run(self.end_to_end_command(contestant, run, seed, folder), ROOT, timeout=1800)
        read = read_run(child.output, child.messages) if contestant == OURS else read_peer_run(child.output)
        numbers = {"seconds": round(child.seconds, 3), "peakMemoryMiB": round(child.peak_memory_mib, 1)}
        return numbers | expecting({"parameters": run.parameters}, read)

    def end_to_end_command(self, contestant, run, seed, folder):
        arguments = ["--epochs", run.epochs, "--batch-size", 256, "--seed", seed]
        if contestant == OURS:
            arguments += ["--workers", self.workers, "--run", Path(folder) / "run"]
            return [self.lockstep, "train", run.configuration, *arguments]
        arguments += ["--network", run.network, "--threads", self.workers, "--test", "at-end", *flags(contestant)]
        return [self.python, PEERS / "torch_fashion_mnist.py", *arguments]


def expecting(values, found):
    """`found`, if it has these values: contestants that train something else are not compared."""
    for key, value in values.items():
        if found.get(key) != value:
            raise ChildFailure(f"{key}: expected {value}, found {found.get(key)!r}")
    return found


def objects(output):
    """The JSON objects among the lines of an output."""
    for line in output.splitlines():
        if line.lstrip().startswith("{"):
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise ChildFailure(f"printed a line that is not JSON: {line[:100]}") from error


def read_step(output, workload):
    """The numbers of a workload from what `lockstep benchmark step --json` or a peer's script prints."""
    for result in objects(output):
        if result.get("workload") == workload:
            for key in ("stepMillisecondsMedian", "stepMillisecondsBest", "samplesPerSecond"):
                if not is_positive(result.get(key)):
                    raise ChildFailure(f"{key}: expected a positive number, found {result.get(key)!r}")
            expected = WORKLOADS[workload]
            return expecting({"batchSize": expected.batch_size, "parameters": expected.parameters}, result)
    raise ChildFailure(f"printed no line of JSON with workload {workload}")


def read_run(output, messages):
    """From what `lockstep train` prints at the end, and what it says of the network on standard error."""
    # Where the best checkpoint is not that of the last step, a line of its own stands before that of the last step.
    found = re.findall(r"^test accuracy\s+([\d.]+)%", output, re.MULTILINE)
    if not found:
        raise ChildFailure("printed no line with its test accuracy")
    parameters = re.search(r"^network\s+([\d,]+) parameters", messages, re.MULTILINE)
    return {
        "testAccuracy": round(float(found[-1]) / 100, 6),
        "parameters": int(parameters.group(1).replace(",", "")) if parameters else None,
    }


def read_peer_run(output):
    """Of all lines of JSON, for each key what the last of them has that has it."""
    numbers = {}
    for result in objects(output):
        numbers |= {key: result[key] for key in ("testAccuracy", "parameters", "importMemoryMiB") if key in result}
    if not is_number(numbers.get("testAccuracy")):
        raise ChildFailure("printed no line of JSON with testAccuracy")
    return numbers
