"""The traces of optimizers.h5: ten steps of every optimizer, and one-cycle runs."""

import json
import math

import numpy as np
import torch
import torch.nn.functional as F

from tracing import constant, float32, forward, initial_parameters, leaf, write

OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {"lr": 0.1}),
    "sgdMomentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "sgdNesterov": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "sgdMomentumWeightDecay": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05}),
    "adam": (torch.optim.Adam, {"lr": 0.01}),
    "adamWeightDecay": (torch.optim.Adam, {"lr": 0.01, "weight_decay": 0.05}),
    "adamW": (torch.optim.AdamW, {"lr": 0.01, "weight_decay": 0.05}),
}
CLIP_NORM = 0.5
# Those that OneCycleLR varies rate and momentum of, with its own defaults; the learning rate is the highest of the cycle.
CYCLED = ["sgdMomentum", "sgdNesterov", "adam", "adamW"]


def hyperparameters(kind, defaults):
    """An optimizer's options, torch's defaults among them, by Lockstep's names."""
    names = {"lr": "learningRate", "momentum": "momentum", "weight_decay": "weightDecay", "eps": "epsilon"}
    found = {name: float(defaults[key]) for key, name in names.items() if key in defaults}
    found["algorithm"] = {"SGD": "sgd", "Adam": "adam", "AdamW": "adamW"}[kind.__name__]
    if kind is torch.optim.SGD:
        return found | {"nesterov": int(defaults["nesterov"])}
    return found | dict(zip(["beta1", "beta2"], defaults["betas"]))


def descend(layers, leaves, optimizer, clip, batches, labels, cycle=None):
    """Runs one step a batch; returns what each step saw and left, stacked along the first axis."""
    trace = []
    for x, y in zip(batches, labels):
        optimizer.zero_grad()
        loss = F.cross_entropy(forward(layers, x, leaves), y)
        loss.backward()
        step = {f"gradients/{name}": tensor.grad.clone() for name, tensor in leaves.items()}
        step["gradientNorms"] = torch.nn.utils.clip_grad_norm_(leaves.values(), clip or math.inf)
        if cycle:
            group = optimizer.param_groups[0]
            step["learningRates"] = torch.tensor(float(group["lr"]), dtype=torch.float64)
            momentum = float(group["momentum"] if "momentum" in group else group["betas"][0])
            step["momenta"] = torch.tensor(momentum, dtype=torch.float64)
        optimizer.step()
        if cycle and len(trace) + 1 < len(batches):
            cycle.step()
        step |= {f"parameters/{name}": tensor.detach().clone() for name, tensor in leaves.items()}
        trace.append(step | {"losses": loss.detach()})
    return {name: torch.stack([step[name] for step in trace]) for name in trace[0]}


def write_optimizers(file):
    random = np.random.default_rng(4)
    steps, rows = 10, 16
    layers = [{"linear": 8}, "tanh", {"linear": 3}]
    parameters, classes = initial_parameters(layers, 4, random)
    batches = float32(random.standard_normal((steps, rows, 4)))
    labels = random.integers(classes, size=(steps, rows), dtype=np.int32)
    file.attrs.update(network=json.dumps(layers), parameters="\n".join(parameters))
    write(file, inputs=batches, labels=labels, initial=parameters)
    for name, (kind, options) in OPTIMIZERS.items():
        for suffix, clip in {"": 0.0, "Clipped": CLIP_NORM}.items():
            group = file.create_group(f"optimizers/{name}{suffix}")
            for dtype in [torch.float64, torch.float32]:
                leaves = {name: leaf(values, dtype) for name, values in parameters.items()}
                optimizer = kind(leaves.values(), **options)
                x = torch.tensor(batches, dtype=dtype)
                trace = descend(layers, leaves, optimizer, clip, x, constant(labels))
                write(group, **{str(dtype).removeprefix("torch."): trace})
            group.attrs.update(hyperparameters(kind, optimizer.defaults), clipNorm=clip)
    for name in CYCLED:
        kind, options = OPTIMIZERS[name]
        group = file.create_group(f"cycles/{name}")
        leaves = {name: leaf(values, torch.float64) for name, values in parameters.items()}
        optimizer = kind(leaves.values(), **options)
        group.attrs.update(hyperparameters(kind, optimizer.defaults), clipNorm=0.0)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=options["lr"], total_steps=steps)
        x = torch.tensor(batches, dtype=torch.float64)
        write(group, float64=descend(layers, leaves, optimizer, 0.0, x, constant(labels), cycle))
