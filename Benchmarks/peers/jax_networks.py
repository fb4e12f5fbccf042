"""The networks of the workloads in JAX: for each, a function that makes its parameters and one that computes logits.

Images are [batch, height, width, channels], filters [height, width, channels, filters]. Logits come with the mean and
the variance that each batch normalization has seen, in order.
"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

EPSILON = 1e-5


def uniform(random, *shape):
    """Weights of which a unit sees as many inputs as all dimensions but the last have together."""
    bound = 1 / np.sqrt(np.prod(shape[:-1]))
    return jnp.asarray(random.uniform(-bound, bound, shape), jnp.float32)


def layer(random, *shape):
    """Weight and bias."""
    return uniform(random, *shape), jnp.zeros(shape[-1], jnp.float32)


def convolution(x, weight, padding, stride=1):
    """With so many pixels of border on every side."""
    return lax.conv_general_dilated(
        x, weight, (stride, stride), [(padding, padding)] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def windows(x):
    """The pixels in squares of 2 × 2: [batch, rows, 2, columns, 2, channels]. XLA differentiates this the fastest."""
    count, rows, columns, channels = x.shape
    return x.reshape(count, rows // 2, 2, columns // 2, 2, channels)


def perceptron_parameters(random, widths):
    return [layer(random, inputs, outputs) for inputs, outputs in itertools.pairwise(widths)]


def perceptron(parameters, x):
    *hidden, (last_weight, last_bias) = parameters
    for weight, bias in hidden:
        x = jax.nn.relu(x @ weight + bias)
    return x @ last_weight + last_bias, []


def small_cnn_parameters(random):
    return [layer(random, *shape) for shape in [(3, 3, 1, 32), (3, 3, 32, 64), (7 * 7 * 64, 128), (128, 10)]]


def small_cnn(parameters, x):
    *convolutions, hidden, last = parameters
    for weight, bias in convolutions:
        x = windows(jax.nn.relu(convolution(x, weight, 1) + bias)).max((2, 4))
    return perceptron([hidden, last], x.reshape(len(x), -1))


def lenet5_parameters(random):
    shapes = [(5, 5, 1, 6), (5, 5, 6, 16), (5 * 5 * 16, 120), (120, 84), (84, 10)]
    return [layer(random, *shape) for shape in shapes]


def lenet5(parameters, x):
    *convolutions, first, second, (last_weight, last_bias) = parameters
    for (weight, bias), padding in zip(convolutions, (2, 0)):
        x = windows(jnp.tanh(convolution(x, weight, padding) + bias)).mean((2, 4))
    x = x.reshape(len(x), -1)
    for weight, bias in (first, second):
        x = jnp.tanh(x @ weight + bias)
    return x @ last_weight + last_bias, []


def normalized_convolution_parameters(random, kernel, channels, filters):
    """Filters, and scale and offset of the batch normalization behind them."""
    scale = jnp.ones(filters, jnp.float32)
    return uniform(random, kernel, kernel, channels, filters), scale, jnp.zeros_like(scale)


def normalized_convolution(x, parameters, statistics, stride=1):
    weight, scale, offset = parameters
    x = convolution(x, weight, weight.shape[0] // 2, stride)
    mean = x.mean((0, 1, 2))
    variance = jnp.square(x).mean((0, 1, 2)) - jnp.square(mean)
    statistics.append((mean, variance))
    return (x - mean) * (lax.rsqrt(variance + EPSILON) * scale) + offset


def resnet20_parameters(random):
    blocks, channels = [], 16
    for filters in (16, 32, 64):
        for _ in range(3):
            first = normalized_convolution_parameters(random, 3, channels, filters)
            second = normalized_convolution_parameters(random, 3, filters, filters)
            changes = channels != filters
            skip = normalized_convolution_parameters(random, 1, channels, filters) if changes else None
            blocks.append((first, second, skip))
            channels = filters
    return normalized_convolution_parameters(random, 3, 3, 16), blocks, layer(random, 64, 10)


def resnet20(parameters, x):
    begin, blocks, (last_weight, last_bias) = parameters
    statistics = []
    x = jax.nn.relu(normalized_convolution(x, begin, statistics))
    for first, second, skip in blocks:
        stride = 2 if skip else 1
        y = jax.nn.relu(normalized_convolution(x, first, statistics, stride))
        y = normalized_convolution(y, second, statistics)
        x = jax.nn.relu(y + (normalized_convolution(x, skip, statistics, stride) if skip else x))
    return x.mean((1, 2)) @ last_weight + last_bias, statistics


def make(workload, random):
    """Parameters of a workload's network, and the function that computes its logits."""
    network, parameters = globals()[workload.network], globals()[f"{workload.network}_parameters"]
    return parameters(random, workload.widths) if workload.widths else parameters(random), network
