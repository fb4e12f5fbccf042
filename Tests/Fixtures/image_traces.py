"""The PyTorch traces of layers for images and signals: images.h5. Called by make_traces.py.

Images are [rows, height, width, channels] and signals [rows, length, channels]; torch's have their channels before the
pixels. Weights of a convolution are [height, width, channels / groups, filters], torch's [filters, channels / groups,
height, width].
"""

import json
import math

import numpy as np
import torch
import torch.nn.functional as F

from tracing import constant, float32, gradients, leaf, write

CONVOLUTIONS = {
    "plain": ([5, 6, 3], {"filters": 4, "kernel": 3}),
    "grey": ([6, 5, 1], {"filters": 5, "kernel": [3, 2]}),
    "padded": ([5, 4, 7], {"filters": 3, "kernel": 3, "padding": 1}),
    "stride-3": ([8, 7, 3], {"filters": 4, "kernel": 3, "stride": 3, "padding": 1}),
    "stride-2-wide": ([9, 9, 17], {"filters": 18, "kernel": 3, "stride": 2, "padding": 1, "bias": False}),
    "asymmetrical": ([4, 5, 2], {"filters": 3, "kernel": [2, 4], "padding": {"top": 1, "left": 0, "bottom": 0, "right": 3}}),
    "kernel-larger-than-image": ([2, 3, 3], {"filters": 2, "kernel": 5, "padding": 2}),
    "one-pixel": ([1, 1, 5], {"filters": 3, "kernel": 3, "padding": 1}),
    "pointwise": ([3, 4, 6], {"filters": 5, "kernel": 1}),
    "pointwise-stride-2": ([5, 5, 4], {"filters": 3, "kernel": 1, "stride": 2}),
    "dilated": ([7, 8, 3], {"filters": 2, "kernel": 3, "dilation": [2, 3], "padding": [2, 3]}),
    "groups": ([5, 5, 6], {"filters": 9, "kernel": 3, "groups": 3, "padding": 1}),
    "depthwise": ([6, 6, 7], {"filters": 7, "kernel": 3, "groups": 7, "stride": 2, "padding": 1}),
    "depthwise-doubled": ([5, 4, 5], {"filters": 10, "kernel": 3, "groups": 5, "padding": 1}),
}
SIGNALS = {
    "plain": ([11, 3], {"filters": 4, "kernel": 4}),
    "strided": ([10, 2], {"filters": 3, "kernel": 3, "stride": 2, "padding": 1, "dilation": 2}),
}
POOLS = {
    "2": ([6, 4, 3], {"size": 2}),
    "overlapping": ([7, 6, 5], {"size": 3, "stride": 2, "padding": 1}),
    "oblong": ([5, 7, 2], {"size": [1, 3], "stride": [2, 1]}),
}


def pair(value):
    return list(value) if isinstance(value, list) else [value, value]


def edges(padding):
    """Padding as torch's `F.pad` wants it: left, right, top, bottom."""
    if isinstance(padding, dict):
        return [padding["left"], padding["right"], padding["top"], padding["bottom"]]
    rows, columns = pair(padding)
    return [columns, columns, rows, rows]


def convolution(x, parameters, filters, kernel, stride=1, padding=0, dilation=1, groups=1, bias=True):
    weight = parameters["weight"].permute(3, 2, 0, 1)
    return F.conv2d(
        F.pad(x, edges(padding)), weight, parameters.get("bias"), pair(stride), 0, pair(dilation), groups)


def convolution_1d(x, parameters, filters, kernel, stride=1, padding=0, dilation=1):
    return F.conv1d(x, parameters["weight"].permute(2, 1, 0), parameters["bias"], stride, padding, dilation)


def max_pool(x, _, size, stride=None, padding=0):
    return F.max_pool2d(x, pair(size), pair(stride or size), pair(padding))


def average_pool(x, _, size, stride=None, padding=0):
    return F.avg_pool2d(x, pair(size), pair(stride or size), pair(padding), count_include_pad=False)


def batch_normalization(x, parameters, epsilon=1e-5):
    return F.batch_norm(x, None, None, parameters["scale"], parameters["offset"], training=True, eps=epsilon)


def group_normalization(x, parameters, groups, epsilon=1e-5):
    return F.group_norm(x, groups, parameters["scale"], parameters["offset"], epsilon)


def layer_normalization(x, parameters, epsilon=1e-5):
    last = x.movedim(1, -1)
    return F.layer_norm(last, last.shape[-1:], parameters["scale"], parameters["offset"], epsilon).movedim(-1, 1)


LAYERS = {
    "convolution": convolution,
    "convolution1D": convolution_1d,
    "maxPool": max_pool,
    "averagePool": average_pool,
    "globalAveragePool": lambda x, _: x.flatten(2).mean(2),
    "upsample": lambda x, _, factor: F.interpolate(x, scale_factor=factor, mode="nearest"),
    "batchNormalization": batch_normalization,
    "groupNormalization": group_normalization,
    "layerNormalization": layer_normalization,
}


def initial_parameters(kind, shape, options, random):
    """Random float32 parameters of a layer, in its order."""
    channels = shape[-1]
    if kind.startswith("convolution"):
        kernel = [options["kernel"]] if kind.endswith("1D") else pair(options["kernel"])
        inputs = channels // options.get("groups", 1)
        scale = 1 / math.sqrt(inputs * math.prod(kernel))
        parameters = {"weight": float32(scale * random.standard_normal((*kernel, inputs, options["filters"])))}
        if options.get("bias", True):
            parameters["bias"] = float32(0.1 * random.standard_normal(options["filters"]))
        return parameters
    if kind.endswith("Normalization"):
        return {
            "scale": float32(1 + 0.3 * random.standard_normal(channels)),
            "offset": float32(0.3 * random.standard_normal(channels)),
        }
    return {}


def write_images(file):
    random = np.random.default_rng(5)

    def trace(kind, case, rows, shape, options, short=None):
        x = float32(random.standard_normal((rows, *shape)))
        parameters = initial_parameters(kind, shape, options, random)
        input, leaves = leaf(x), {name: leaf(values) for name, values in parameters.items()}
        output = LAYERS[kind](input.movedim(-1, 1), leaves, **options)
        if output.dim() > 2:
            output = output.movedim(1, -1)
        output_gradient = float32(random.standard_normal(output.shape))
        output.backward(constant(output_gradient))
        found = gradients(leaves)
        if kind == "batchNormalization":
            # What a shard adds to the running statistics goes the way of gradients.
            pixels = constant(x).flatten(0, -2)
            parameters |= {"mean": float32(0 * x[0].reshape(-1, shape[-1])[0]), "variance": float32(np.ones(shape[-1]))}
            found |= {"mean": pixels.mean(0), "variance": pixels.var(0, unbiased=True)}

        def named(tensors):
            return {f"{kind}1/{name}": values for name, values in tensors.items()}

        group = file.create_group(f"{kind}/{case}")
        layer = {kind: short if short is not None else options} if short is not None or options else kind
        group.attrs.update(network=json.dumps([layer]), parameters="\n".join(named(parameters)))
        write(group, input=x, outputGradient=output_gradient, output=output.contiguous(), inputGradient=input.grad)
        write(group, parameters=named(parameters), gradients=named(found))

    for name, (shape, options) in CONVOLUTIONS.items():
        trace("convolution", name, 3, shape, options)
    for name, (shape, options) in SIGNALS.items():
        trace("convolution1D", name, 3, shape, options)
    for kind in ["maxPool", "averagePool"]:
        for name, (shape, options) in POOLS.items():
            trace(kind, name, 2, shape, options)
    trace("globalAveragePool", "4x3x5", 3, [4, 3, 5], {})
    trace("upsample", "3x2x5", 2, [3, 2, 5], {"factor": 2}, short=2)
    trace("batchNormalization", "vectors", 7, [5], {})
    trace("batchNormalization", "images", 3, [4, 3, 6], {"epsilon": 0.1})
    trace("groupNormalization", "2-of-6", 3, [4, 3, 6], {"groups": 2})
    trace("groupNormalization", "5-of-5", 2, [3, 3, 5], {"groups": 5, "epsilon": 0.1})
    trace("layerNormalization", "vectors", 3, [33], {})
    trace("layerNormalization", "images", 2, [3, 4, 6], {"epsilon": 0.1})
