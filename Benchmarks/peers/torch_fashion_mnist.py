"""Trains an MLP 784-512-256-10 or a CNN on Fashion-MNIST with PyTorch, timed from the start of the process.

Prints a line of JSON an epoch, and one at the end with the time to the first step, the total and the peak memory.
"""

import time


def seconds_since_process_start():
    """Linux: now less field 22 of /proc/self/stat, both on the clock that starts at boot; good to 10 ms."""
    with open("/proc/self/stat", encoding="utf-8", errors="replace") as file:
        ticks = int(file.read().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


import argparse
import gzip
import json
import os
import resource
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import torch_networks
from workloads import resident_mib

IMPORT_MIB = resident_mib()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--network",
        choices=["mlp", "cnn"],
        default="mlp",
        help="mlp is 784-512-256-10; cnn is 1-32-pool-64-pool-128-10 (default mlp)",
    )
    parser.add_argument("--channels-last", action="store_true", help="keep images and their filters as NHWC")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--learning-rate", type=float, default=0.001)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--dropout", type=float, default=0, help="after each hidden layer of the mlp (default 0)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all cores")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--loader",
        choices=["fast", "standard"],
        default="fast",
        help="fast gathers a batch by its indices; standard is torch's DataLoader (default fast)",
    )
    parser.add_argument(
        "--test",
        choices=["every-epoch", "at-end"],
        default="every-epoch",
        help="when to compute the accuracy on the test split (default every-epoch)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default="/usr/share/datasets/fashion-mnist",
        help="folder of the four .gz files (default: where Debian's dataset-fashion-mnist puts them)",
    )
    return parser.parse_args()


def read_split(folder, name):
    """Images as float32 [count, 784] in 0...1, labels as int64 [count]; IDX headers are 16 and 8 bytes."""
    images = gzip.decompress((folder / f"{name}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{name}-labels-idx1-ubyte.gz").read_bytes())
    pixels = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255
    return torch.from_numpy(pixels), torch.from_numpy(np.frombuffer(labels, np.uint8, offset=8).astype(np.int64))


def make_perceptron(dropout):
    def hidden(inputs, outputs):
        return [nn.Linear(inputs, outputs), nn.ReLU()] + ([nn.Dropout(dropout)] if dropout else [])

    return nn.Sequential(*hidden(784, 512), *hidden(512, 256), nn.Linear(256, 10))


def make_network(arguments):
    """For rows of 784 pixels."""
    if arguments.network == "mlp":
        return make_perceptron(arguments.dropout)
    network = nn.Sequential(nn.Unflatten(1, (1, 28, 28)), *torch_networks.small_cnn())
    return network.to(memory_format=torch.channels_last) if arguments.channels_last else network


def batches(images, labels, size, loader):
    """One epoch of shuffled batches."""
    if loader == "standard":
        yield from DataLoader(TensorDataset(images, labels), batch_size=size, shuffle=True)
    else:
        for rows in torch.randperm(len(images)).split(size):
            yield images[rows], labels[rows]


@torch.no_grad()
def accuracy(network, images, labels):
    network.eval()
    correct = sum((network(x).argmax(1) == y).sum().item() for x, y in zip(images.split(1000), labels.split(1000)))
    network.train()
    return correct / len(images)


def main():
    arguments = parse_arguments()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    images, labels = read_split(arguments.data, "train")
    test_images, test_labels = read_split(arguments.data, "t10k")
    network = make_network(arguments)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=arguments.learning_rate, weight_decay=arguments.weight_decay, fused=True
    )
    first_step = None
    for epoch in range(1, arguments.epochs + 1):
        start = time.perf_counter()
        for x, y in batches(images, labels, arguments.batch_size, arguments.loader):
            optimizer.zero_grad()
            F.cross_entropy(network(x), y).backward()
            optimizer.step()
            first_step = first_step or seconds_since_process_start()
        seconds = time.perf_counter() - start
        report = {"epoch": epoch, "seconds": round(seconds, 3)}
        if arguments.test == "every-epoch" or epoch == arguments.epochs:
            report["testAccuracy"] = accuracy(network, test_images, test_labels)
        print(json.dumps(report), flush=True)
    result = {
        "peer": "torch",
        "loader": arguments.loader,
        "threads": torch.get_num_threads(),
        "firstStepSeconds": first_step and round(first_step, 2),
        "totalSeconds": round(seconds_since_process_start(), 2),
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "importMemoryMiB": IMPORT_MIB,
        "peakMemoryMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "versions": {"torch": torch.__version__},
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
