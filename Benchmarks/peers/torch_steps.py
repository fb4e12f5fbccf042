"""Times training steps of PyTorch: one line of JSON a workload. See workloads.py for what they are."""

import torch
import torch.nn.functional as F

import torch_networks
from workloads import (
    LEARNING_RATE,
    MOMENTUM,
    WORKLOADS,
    argument_parser,
    parse_arguments,
    report,
    resident_mib,
    time_steps,
)

IMPORT_MIB = resident_mib()


def make_step(workload, network, memory_format, compiled):
    if compiled:
        network.compile()
    optimizer = torch.optim.SGD(network.parameters(), LEARNING_RATE, MOMENTUM, fused=True)
    inputs = torch.rand(workload.batch_size, *workload.inputs[-1:], *workload.inputs[:-1])
    if workload.has_images:
        network.to(memory_format=memory_format)
        inputs = inputs.contiguous(memory_format=memory_format)
    labels = torch.randint(workload.classes, (workload.batch_size,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(network(inputs), labels).backward()
        optimizer.step()

    return step


def main():
    parser = argument_parser(__doc__)
    parser.add_argument("--compile", action="store_true", help="compile the network with torch.compile; needs g++")
    parser.add_argument("--channels-last", action="store_true", help="keep images and their filters as NHWC")
    arguments = parse_arguments(parser)
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    memory_format = torch.channels_last if arguments.channels_last else torch.contiguous_format
    peer = "torch.compile" if arguments.compile else "torch"
    peer += ".channels-last" if arguments.channels_last else ""
    versions = {"torch": torch.__version__, "oneDNN": torch.backends.mkldnn.is_available()}
    for name in arguments.workloads:
        network = torch_networks.make(WORKLOADS[name])
        step = make_step(WORKLOADS[name], network, memory_format, arguments.compile)
        milliseconds = time_steps(step, arguments.seconds)
        parameters = sum(parameter.numel() for parameter in network.parameters())
        report(peer, name, milliseconds, parameters, torch.get_num_threads(), IMPORT_MIB, versions)


if __name__ == "__main__":
    main()
