"""Times training steps of JAX: one line of JSON a workload. See workloads.py for what they are."""

import functools
import itertools

import numpy as np

from workloads import LEARNING_RATE, MOMENTUM, WORKLOADS, argument_parser, parse_arguments, report, time_steps

ARGUMENTS = parse_arguments(argument_parser(__doc__))  # restricts the cores, which JAX counts when it is imported

import jax
import jax.numpy as jnp


def initial_parameters(widths, random):
    def layer(inputs, outputs):
        bound = 1 / np.sqrt(inputs)
        weight = random.uniform(-bound, bound, (inputs, outputs))
        return jnp.asarray(weight, jnp.float32), jnp.zeros(outputs, jnp.float32)

    return [layer(inputs, outputs) for inputs, outputs in itertools.pairwise(widths)]


def mean_loss(parameters, inputs, labels):
    *hidden, (last_weight, last_bias) = parameters
    x = inputs
    for weight, bias in hidden:
        x = jax.nn.relu(x @ weight + bias)
    log_probabilities = jax.nn.log_softmax(x @ last_weight + last_bias)
    return -jnp.take_along_axis(log_probabilities, labels[:, None], axis=1).mean()


@functools.partial(jax.jit, donate_argnums=(0, 1))
def update(parameters, velocities, inputs, labels):
    gradients = jax.grad(mean_loss)(parameters, inputs, labels)
    velocities = jax.tree.map(lambda v, g: MOMENTUM * v + g, velocities, gradients)
    return jax.tree.map(lambda p, v: p - LEARNING_RATE * v, parameters, velocities), velocities


def make_step(widths, batch_size):
    random = np.random.default_rng(0)
    parameters = initial_parameters(widths, random)
    velocities = jax.tree.map(jnp.zeros_like, parameters)
    inputs = jnp.asarray(random.uniform(size=(batch_size, widths[0])), jnp.float32)
    labels = jnp.asarray(random.integers(widths[-1], size=batch_size), jnp.int32)

    def step():
        nonlocal parameters, velocities
        parameters, velocities = jax.block_until_ready(update(parameters, velocities, inputs, labels))

    return step


def main():
    for name in ARGUMENTS.workloads:
        milliseconds = time_steps(make_step(*WORKLOADS[name]), ARGUMENTS.seconds)
        report("jax", name, milliseconds, ARGUMENTS.threads, {"jax": jax.__version__})


if __name__ == "__main__":
    main()
