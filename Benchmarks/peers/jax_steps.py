"""Times training steps of JAX: one line of JSON a workload. See workloads.py for what they are."""

import functools

import numpy as np

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

ARGUMENTS = parse_arguments(argument_parser(__doc__))  # restricts the cores, which JAX counts when it is imported

import jax
import jax.numpy as jnp

import jax_networks

IMPORT_MIB = resident_mib()
STATISTICS_MOMENTUM = 0.1


def mean_loss(parameters, network, inputs, labels):
    """And what batch normalizations have seen."""
    logits, statistics = network(parameters, inputs)
    log_probabilities = jax.nn.log_softmax(logits)
    return -jnp.take_along_axis(log_probabilities, labels[:, None], axis=1).mean(), statistics


@functools.partial(jax.jit, static_argnums=0, donate_argnums=(1, 2, 3))
def update(network, parameters, velocities, running, inputs, labels):
    gradients, statistics = jax.grad(mean_loss, has_aux=True)(parameters, network, inputs, labels)
    velocities = jax.tree.map(lambda v, g: MOMENTUM * v + g, velocities, gradients)
    parameters = jax.tree.map(lambda p, v: p - LEARNING_RATE * v, parameters, velocities)
    return parameters, velocities, jax.tree.map(lambda r, s: r + STATISTICS_MOMENTUM * (s - r), running, statistics)


def make_step(workload):
    """A step, and how many parameters it moves."""
    random = np.random.default_rng(0)
    parameters, network = jax_networks.make(workload, random)
    inputs = jnp.asarray(random.uniform(size=(workload.batch_size, *workload.inputs)), jnp.float32)
    labels = jnp.asarray(random.integers(workload.classes, size=workload.batch_size), jnp.int32)
    velocities = jax.tree.map(jnp.zeros_like, parameters)
    running = jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), jax.eval_shape(network, parameters, inputs)[1])
    state = (parameters, velocities, running)

    def step():
        nonlocal state
        state = jax.block_until_ready(update(network, *state, inputs, labels))

    return step, sum(parameter.size for parameter in jax.tree.leaves(parameters))


def main():
    for name in ARGUMENTS.workloads:
        step, parameters = make_step(WORKLOADS[name])
        milliseconds = time_steps(step, ARGUMENTS.seconds)
        report("jax", name, milliseconds, parameters, ARGUMENTS.threads, IMPORT_MIB, {"jax": jax.__version__})


if __name__ == "__main__":
    main()
