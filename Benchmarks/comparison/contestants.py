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

END_TO_END = "fashion-mnist"
EPOCHS = 5
CONFIGURATION = BENCHMARKS / "fashion-mnist.yaml"
DATASET = "datasets/fashion-mnist.h5"  # where CONFIGURATION has it, from ROOT

TITLES = {"lockstep": "Lockstep", "torch": "PyTorch", "torch.compile": "torch.compile", "jax": "JAX"}
OURS = "lockstep"


def workload_title(workload):
    if workload == END_TO_END:
        return f"Fashion-MNIST end to end, {EPOCHS} epochs"
    widths, batch_size = WORKLOADS[workload]
    return f"MLP {'-'.join(map(str, widths))}, batch {batch_size}"


def package(contestant):
    """The Python package that a peer needs."""
    return contestant.partition(".")[0]


def competes(contestant, workload):
    """JAX is not asked to train end to end, nor is torch.compile, which would spend the time compiling."""
    return workload != END_TO_END or contestant in ("lockstep", "torch")


@dataclass(frozen=True)
class Setup:
    """What all measurements of a run have in common."""

    lockstep: Path
    python: Path
    workers: int
    seconds: float

    def measure(self, contestant, workload, seed):
        """Runs a contestant once; returns its numbers by their JSON keys. Raises `ChildFailure`.

        The seed is that of the end-to-end run, where it moves the test accuracy by about a percent.
        """
        if workload == END_TO_END:
            return self.measure_end_to_end(contestant, seed)
        child = children.run(self.step_command(contestant, workload), ROOT, timeout=300 + 10 * self.seconds)
        return read_step(child.output, workload) | {"peakMemoryMiB": round(child.peak_memory_mib, 1)}

    def step_command(self, contestant, workload):
        if contestant == OURS:
            arguments = ["--workers", self.workers, "--seconds", self.seconds, "--json"]
            return [self.lockstep, "benchmark", "step", workload, *arguments]
        flags = ["--compile"] if contestant == "torch.compile" else []
        script = PEERS / f"{package(contestant)}_steps.py"
        return [self.python, script, workload, "--threads", self.workers, "--seconds", self.seconds, *flags]

    def measure_end_to_end(self, contestant, seed):
        """Wall time, peak memory and test accuracy of a whole training run, the process's start and end included."""
        with tempfile.TemporaryDirectory(prefix="lockstep-compare-") as folder:
            child = children.run(self.end_to_end_command(contestant, seed, folder), ROOT, timeout=1800)
        read = read_accuracy if contestant == OURS else read_peer_accuracy
        return {
            "seconds": round(child.seconds, 3),
            "peakMemoryMiB": round(child.peak_memory_mib, 1),
            "testAccuracy": read(child.output),
        }

    def end_to_end_command(self, contestant, seed, folder):
        arguments = ["--epochs", EPOCHS, "--batch-size", 256, "--seed", seed]
        if contestant == OURS:
            arguments += ["--workers", self.workers, "--run", Path(folder) / "run", "--quiet"]
            return [self.lockstep, "train", CONFIGURATION, *arguments]
        arguments += ["--threads", self.workers, "--test", "at-end"]
        return [self.python, PEERS / "torch_fashion_mnist.py", *arguments]


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
            return result
    raise ChildFailure(f"printed no line of JSON with workload {workload}")


def read_accuracy(output):
    """From the last lines of `lockstep train`."""
    found = re.search(r"^test accuracy\s+([\d.]+)%", output, re.MULTILINE)
    if not found:
        raise ChildFailure("printed no line with its test accuracy")
    return round(float(found.group(1)) / 100, 6)


def read_peer_accuracy(output):
    accuracies = [result.get("testAccuracy") for result in objects(output)]
    accuracies = [accuracy for accuracy in accuracies if is_number(accuracy)]
    if not accuracies:
        raise ChildFailure("printed no line of JSON with testAccuracy")
    return accuracies[-1]
