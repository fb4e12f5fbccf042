"""Writes the PyTorch traces that the Swift tests replay: layers.h5, images.h5, losses.h5,
networks.h5, optimizers.h5, schedules.h5.

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0 numpy==2.4.6 h5py==3.16.0
    .venv/bin/python Tests/Fixtures/make_traces.py [directory]

The stored files come from those versions (Python 3.11, torch's CPU-only build). On the same versions the script
writes the same bytes again; `directory` (default: where the script is) lets one compare with `cmp`.

Inputs are float32 and every reference is computed in float64 from exactly those inputs, so a reference is good to
about 1e-15 and all of a difference is the tested code's. Only optimizers.h5 also holds a float32 run. Weights are
[inputs, outputs], the transpose of torch's. Files open with HDF5 1.10: contiguous data, little-endian float32,
float64 and int32, numbers and UTF-8 strings as attributes. README.md lists every group and data set.
"""

import json
import sys
from pathlib import Path

import h5py
import numpy as np
import torch
import torch.nn.functional as F

from image_traces import write_images
from optimizer_traces import write_optimizers
from schedule_traces import write_schedules
from tracing import constant, float32, forward, gradients, initial_parameters, leaf, write

EXTREMES = [sign * x for x in (0, 1e-8, 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100) for sign in (1.0, -1.0)]


def write_layers(file):
    random = np.random.default_rng(1)

    def trace(path, layers, x):
        parameters, _ = initial_parameters(layers, x.shape[-1], random)
        input, leaves = leaf(x), {name: leaf(values) for name, values in parameters.items()}
        output = forward(layers, input, leaves)
        output_gradient = float32(random.standard_normal(output.shape))
        output.backward(constant(output_gradient))
        group = file.create_group(path)
        group.attrs.update(network=json.dumps(layers), parameters="\n".join(parameters))
        write(group, input=x, outputGradient=output_gradient, output=output, inputGradient=input.grad)
        write(group, parameters=parameters, gradients=gradients(leaves))

    def normal(*shape, scale=1):
        return float32(scale * random.standard_normal(shape))

    for rows, inputs, outputs in [(1, 1, 1), (1, 7, 3), (5, 3, 7), (5, 33, 1), (17, 7, 33), (17, 33, 7)]:
        trace(f"linear/{rows}x{inputs}x{outputs}", [{"linear": outputs}], normal(rows, inputs))
    activations = ["relu", {"leakyRelu": 0.01}, {"leakyRelu": 0.2}, "sigmoid", "tanh", "gelu", "silu", "softmax"]
    for layer in activations:
        name = layer if isinstance(layer, str) else f"leakyRelu-{layer['leakyRelu']}"
        for rows, width in [(1, 1), (5, 3), (17, 7), (5, 33)]:
            trace(f"{name}/{rows}x{width}", [layer], normal(rows, width, scale=2))
        trace(f"{name}/extremes", [layer], float32([EXTREMES]))
    for rows in [1, 5, 17]:
        trace(f"flatten/{rows}x2x3x4", ["flatten"], normal(rows, 2, 3, 4))
    for rows, width, hidden in [(1, 1, 3), (5, 7, 33), (17, 33, 7)]:
        block = [{"residual": [{"linear": hidden}, "tanh", {"linear": width}]}]
        trace(f"residual/{rows}x{width}x{hidden}", block, normal(rows, width))


# Name -> function, what its targets are, options ("weight" is filled in for each case).
LOSSES = {
    "crossEntropy": (F.cross_entropy, "labels", {}),
    "crossEntropySmoothed": (F.cross_entropy, "labels", {"label_smoothing": 0.1}),
    "crossEntropyWeighted": (F.cross_entropy, "labels", {"weight": None}),
    "crossEntropyWeightedSmoothed": (F.cross_entropy, "labels", {"label_smoothing": 0.1, "weight": None}),
    "binaryCrossEntropy": (F.binary_cross_entropy_with_logits, "flags", {}),
    "meanSquaredError": (F.mse_loss, "values", {}),
    "huber-0.5": (F.huber_loss, "values", {"delta": 0.5}),
    "huber-1.0": (F.huber_loss, "values", {"delta": 1.0}),
}


def random_targets(kind, shape, random):
    if kind == "labels":
        return random.integers(shape[1], size=shape[0], dtype=np.int32)
    return float32(random.integers(2, size=shape) if kind == "flags" else random.standard_normal(shape))


def extreme_case(kind):
    """Predictions and targets at the ends of the range of float32."""
    if kind == "labels":
        logits = [[1e4, -1e4, 0], [-1e4, 1e4, 0], [-1e3, -1e3, -1e3], [88, 89, 90], [0, 0, 0], [-104, 0, 104]]
        return float32(logits), np.array([0, 0, 1, 2, 1, 0], dtype=np.int32)
    predictions = float32([EXTREMES + [1e4, -1e4]] * 3)
    return predictions, float32([[0], [1], [0.3 if kind == "flags" else -100]]) + 0 * predictions


def write_losses(file):
    random = np.random.default_rng(2)
    for name, (function, kind, options) in LOSSES.items():
        for shape in [(1, 1), (1, 3), (5, 7), (17, 33), "extremes"]:
            if shape == "extremes":
                predictions, targets = extreme_case(kind)
            else:
                predictions = float32(3 * random.standard_normal(shape))
                targets = random_targets(kind, shape, random)
            group = file.create_group(f"{name}/{shape if shape == 'extremes' else 'x'.join(map(str, shape))}")
            if "weight" in options:
                weights = float32(random.uniform(0.25, 2, predictions.shape[1]))
                weights[4:5] = 0  # where there are so many classes
                options = options | {"weight": constant(weights)}
                write(group, classWeights=weights)
            x, t = leaf(predictions), constant(targets)
            loss = function(x, t, **options)
            loss.backward()
            elements = function(x, t, reduction="none", **options)
            group.attrs["loss"] = loss.item()
            if kind == "labels":
                group.attrs["labelSmoothing"] = options.get("label_smoothing", 0.0)
            if "delta" in options:
                group.attrs["delta"] = options["delta"]
            write(group, predictions=predictions, gradient=x.grad)
            write(group, rowLosses=elements.reshape(len(elements), -1).sum(1))
            write(group, **{"labels" if kind == "labels" else "targets": targets})


def write_networks(file):
    random = np.random.default_rng(3)
    residual = {"residual": [{"linear": 12}, "silu", {"linear": 12}]}
    networks = {
        "classifier": ([7, {"linear": 16}, "relu", {"linear": 8}, "relu", {"linear": 3}], "crossEntropy"),
        "regression": ([5, {"linear": 12}, "tanh", {"linear": 12}, "tanh", {"linear": 1}], "meanSquaredError"),
        "residual": ([6, {"linear": 12}, "gelu", residual, {"linear": 4}], "binaryCrossEntropy"),
    }
    rows = 17
    for name, ((width, *layers), loss_name) in networks.items():
        function, kind, _ = LOSSES[loss_name]
        parameters, outputs = initial_parameters(layers, width, random)
        leaves = {name: leaf(values) for name, values in parameters.items()}
        x = float32(random.standard_normal((rows, width)))
        targets = random_targets(kind, (rows, outputs), random)
        output = forward(layers, constant(x), leaves)
        loss = function(output, constant(targets))
        loss.backward()
        group = file.create_group(name)
        group.attrs.update(network=json.dumps(layers), parameters="\n".join(parameters))
        group.attrs.update(lossName=loss_name, loss=loss.item())
        write(group, input=x, output=output, **{"labels" if kind == "labels" else "targets": targets})
        write(group, parameters=parameters, gradients=gradients(leaves))


def main():
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    writers = (write_layers, write_images, write_losses, write_networks, write_optimizers, write_schedules)
    for writer in writers:
        path = directory / (writer.__name__.removeprefix("write_") + ".h5")
        with h5py.File(path, "w", libver=("earliest", "v110")) as file:
            file.attrs["madeBy"] = (
                f"make_traces.py with torch {torch.__version__.split('+')[0]}, numpy {np.__version__}"
            )
            writer(file)
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
