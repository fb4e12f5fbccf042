"""Times training steps of PyTorch: one line of JSON a workload. See workloads.py for what they are."""

import itertools

import torch
import torch.nn.functional as F
from torch import nn

from workloads import LEARNING_RATE, MOMENTUM, WORKLOADS, argument_parser, parse_arguments, report, time_steps


def make_network(widths):
    pairs = [(nn.Linear(inputs, outputs), nn.ReLU()) for inputs, outputs in itertools.pairwise(widths)]
    return nn.Sequential(*[layer for pair in pairs for layer in pair][:-1])


def make_step(widths, batch_size, compiled):
    network = make_network(widths)
    if compiled:
        network.compile()
    optimizer = torch.optim.SGD(network.parameters(), LEARNING_RATE, MOMENTUM, fused=True)
    inputs = torch.rand(batch_size, widths[0])
    labels = torch.randint(widths[-1], (batch_size,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(network(inputs), labels).backward()
        optimizer.step()

    return step


def main():
    parser = argument_parser(__doc__)
    parser.add_argument("--compile", action="store_true", help="compile the network with torch.compile; needs g++")
    arguments = parse_arguments(parser)
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    for name in arguments.workloads:
        milliseconds = time_steps(make_step(*WORKLOADS[name], arguments.compile), arguments.seconds)
        peer = "torch.compile" if arguments.compile else "torch"
        report(peer, name, milliseconds, torch.get_num_threads(), {"torch": torch.__version__})


if __name__ == "__main__":
    main()
