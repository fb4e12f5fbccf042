"""What the traces share: networks in Lockstep's notation run by PyTorch, float64 tensors, HDF5 data sets.

A network is a list such as `[{"linear": 16}, "relu", {"residual": [...]}, {"linear": 3}]`; linear weights are
[inputs, outputs], the transpose of torch's.
"""

import math
import os

import numpy as np
import torch
import torch.nn.functional as F

# One code path on every x86-64 processor, so that the last bits do not depend on its vector width. PyTorch and MKL
# read these variables at their first operation.
os.environ.update(ATEN_CPU_CAPABILITY="default", MKL_CBWR="COMPATIBLE")
torch.set_num_threads(1)
torch.backends.mkldnn.enabled = False

ACTIVATIONS = {
    "relu": F.relu,
    "leakyRelu": F.leaky_relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "gelu": F.gelu,
    "silu": F.silu,
    "softmax": lambda x: F.softmax(x, dim=1),
    "flatten": lambda x: x.flatten(1),
}


def named(layers):
    """Yields (kind, argument or None, name), the name counting layers of one kind: linear1, linear2, residual1."""
    counts = {}
    for layer in layers:
        kind, argument = (layer, None) if isinstance(layer, str) else next(iter(layer.items()))
        counts[kind] = counts.get(kind, 0) + 1
        yield kind, argument, f"{kind}{counts[kind]}"


def initial_parameters(layers, width, random, prefix=""):
    """Random float32 parameters by name, in layer order, and the width of the output."""
    parameters = {}
    for kind, argument, name in named(layers):
        if kind == "linear":
            scale = 1 / math.sqrt(width)
            parameters[f"{prefix}{name}/weight"] = float32(scale * random.standard_normal((width, argument)))
            parameters[f"{prefix}{name}/bias"] = float32(0.1 * random.standard_normal(argument))
            width = argument
        elif kind == "residual":
            inner, width = initial_parameters(argument, width, random, f"{prefix}{name}/")
            parameters |= inner
    return parameters, width


def forward(layers, x, parameters, prefix=""):
    """The output of `layers` for `x` [rows, ...], parameters as tensors by name."""
    for kind, argument, name in named(layers):
        path = f"{prefix}{name}/"
        if kind == "linear":
            x = F.linear(x, parameters[path + "weight"].T, parameters[path + "bias"])
        elif kind == "residual":
            x = x + forward(argument, x, parameters, path)
        else:
            x = ACTIVATIONS[kind](x) if argument is None else ACTIVATIONS[kind](x, argument)
    return x


def float32(values):
    return np.asarray(values, dtype=np.float32)


def leaf(values, dtype=torch.float64):
    """A tensor to differentiate by."""
    return torch.tensor(values, dtype=dtype).requires_grad_()


def constant(values):
    """A tensor not to differentiate by: float64, or int64 labels."""
    return torch.tensor(values, dtype=torch.int64 if values.dtype == np.int32 else torch.float64)


def write(group, **datasets):
    """Writes arrays and tensors; a dictionary becomes a group, its keys paths inside."""
    for name, values in datasets.items():
        if isinstance(values, dict):
            write(group.create_group(name), **values)
        else:
            group.create_dataset(name, data=values.detach().numpy() if torch.is_tensor(values) else values)


def gradients(leaves):
    """What backward() left, by the names of the parameters."""
    return {name: tensor.grad for name, tensor in leaves.items()}
