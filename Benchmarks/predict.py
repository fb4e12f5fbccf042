#!/usr/bin/env python3
"""Compares predictions of Lockstep with those of PyTorch and ONNX Runtime: the same parameters, in turn, several rounds.

One sample on one thread, and 1,000 on all cores. Prints medians over the rounds as a table, and whether all put out the
same numbers. Needs a Python with numpy, h5py, torch, onnx and onnxruntime:
  python3 -m venv .venv
  .venv/bin/pip install numpy h5py onnx onnxruntime
  .venv/bin/pip install torch --index-url https://download.pytorch.org/whl/cpu
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ["torch", "onnxruntime"]
NETWORKS = {
    "mlp-128": ("[784]", "[{linear: 512}, relu, {linear: 256}, relu, {linear: 10}]"),
    "lenet5-64": ("[28, 28, 1]", "[leNet5]"),
    "cnn-256": ("[28, 28, 1]", "[smallCNN]"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", default=["mlp-128", "lenet5-64"], metavar="workload")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="for each number of samples")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--lockstep", type=Path, default=ROOT / ".build/release/lockstep")
    parser.add_argument("--python", type=Path, default=ROOT / ".venv/bin/python")
    arguments = parser.parse_args()
    for name in arguments.workloads:
        if name not in NETWORKS:
            parser.error(f"unknown workload '{name}'; there are {', '.join(NETWORKS)}")
    with tempfile.TemporaryDirectory(prefix="lockstep-predict-") as folder:
        for name in arguments.workloads:
            compare(name, make_checkpoint(name, Path(folder), arguments), arguments)


def run(command):
    """The last line of a program's output, as JSON."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"predict.py: {command[0]}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def make_checkpoint(name, folder, arguments):
    """A network after one step of training."""
    inputs, network = NETWORKS[name]
    configuration = folder / f"{name}.yaml"
    configuration.write_text(
        f"dataset: {{synthetic: {{inputs: {inputs}, classes: 10, samples: 512}}}}\nnetwork: {network}\n"
    )
    command = [arguments.lockstep, "train", configuration, "--steps", 1, "--run", folder / name]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"predict.py: {done.stderr.strip()[-500:]}")
    return folder / name / "checkpoints/step-00000001.h5"


def compare(name, checkpoint, arguments):
    times = {library: {"one": [], "many": []} for library in ["lockstep", *LIBRARIES]}
    ways, ours, found = {}, [], {}
    for _ in range(arguments.rounds):
        options = ["--workers", arguments.workers, "--seconds", arguments.seconds, "--json"]
        result = run([arguments.lockstep, "benchmark", "predict", checkpoint, *options])
        ours.append(result)
        found["lockstep"] = result["outputs"]
        for key in ("one", "many"):
            times["lockstep"][key].append(result[key]["microsecondsMedian"])
        for library in LIBRARIES:
            options = ["--threads", arguments.workers, "--seconds", arguments.seconds]
            script = ROOT / "Benchmarks/peers/predict.py"
            result = run([arguments.python, script, library, name, checkpoint, *options])
            found[library] = result["outputs"]
            for key in ("one", "many"):
                times[library][key].append(result[f"{key}Microseconds"])
                ways[library, key] = result[f"{key}Way"]
    report(name, times, ways, ours, found, arguments)


def report(name, times, ways, ours, found, arguments):
    medians = {library: {key: statistics.median(values) for key, values in own.items()} for library, own in times.items()}
    print(f"\n{name}: medians of {arguments.rounds} rounds; {ours[0]['instructionSet']}")
    print(f"| | 1 sample, 1 thread | 1,000 samples, {arguments.workers} threads |\n| --- | ---: | ---: |")
    for library, own in medians.items():
        one = f"{own['one']:.1f} µs" + (f" ({ways[library, 'one']})" if library in LIBRARIES else "")
        many = f"{own['many'] / 1000:.2f} ms" + (f" ({ways[library, 'many']})" if library in LIBRARIES else "")
        print(f"| {library} | {one} | {many} |")
    for key, title in (("one", "1 sample"), ("many", "1,000 samples")):
        better = min(medians[library][key] for library in LIBRARIES)
        print(f"{title}: {medians['lockstep'][key] / better:.2f} of the time of the better peer")
    share = statistics.median(result["shareOfBandwidth"] for result in ours)
    rate = statistics.median(result["readGigabytesPerSecond"] for result in ours)
    first = statistics.median(result["firstAnswerMilliseconds"] for result in ours)
    print(f"1 sample reads its parameters at {share:.0%} of the {rate:.0f} GB/s that a core reads of as many bytes")
    print(f"first answer {first:.1f} ms after the path of the checkpoint")
    for library in LIBRARIES:
        distance = max(abs(a - b) for a, b in zip(found["lockstep"], found[library], strict=True))
        print(f"largest difference of an output from {library}: {distance:.1e}")


if __name__ == "__main__":
    main()
