"""The networks of the workloads in PyTorch. Images come as [batch, channels, height, width], in either memory format.

ReLU is in place, as in torchvision's networks: it saves memory and the time to touch it.
"""

import itertools

import torch
from torch import nn


def perceptron(widths):
    pairs = [(nn.Linear(inputs, outputs), nn.ReLU()) for inputs, outputs in itertools.pairwise(widths)]
    return nn.Sequential(*[layer for pair in pairs for layer in pair][:-1])


def small_cnn():
    """1-32-pool-64-pool-128-10 on 28 × 28."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(7 * 7 * 64, 128),
        nn.ReLU(inplace=True),
        nn.Linear(128, 10),
    )


def lenet5():
    """On 28 × 28, with tanh and means of 2 × 2 as in 1998, and linear layers at the end."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(5 * 5 * 16, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )


class Block(nn.Module):
    """Two convolutions with batch normalization, added to the input or, where the shape changes, to a projection of it."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.branch = nn.Sequential(
            *normalized_convolution(channels, filters, 3, stride),
            nn.ReLU(inplace=True),
            *normalized_convolution(filters, filters, 3, 1),
        )
        changes = stride > 1 or channels != filters
        self.skip = nn.Sequential(*normalized_convolution(channels, filters, 1, stride)) if changes else nn.Identity()

    def forward(self, x):
        return torch.relu_(self.branch(x) + self.skip(x))


def normalized_convolution(channels, filters, kernel, stride):
    convolution = nn.Conv2d(channels, filters, kernel, stride, padding=kernel // 2, bias=False)
    return convolution, nn.BatchNorm2d(filters)


def resnet20():
    """He and others 2015, section 4.2, on 32 × 32 × 3, with projections."""
    layers = [*normalized_convolution(3, 16, 3, 1), nn.ReLU(inplace=True)]
    channels = 16
    for filters in (16, 32, 64):
        for block in range(3):
            layers.append(Block(channels, filters, stride=2 if block == 0 and filters > 16 else 1))
            channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def make(workload):
    """The network of a workload."""
    return perceptron(workload.widths) if workload.widths else globals()[workload.network]()
