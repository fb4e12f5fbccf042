"""The traces of schedules.h5: the learning rate of each step of a run, as torch.optim.lr_scheduler has it."""

import torch
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    LinearLR,
    PolynomialLR,
    SequentialLR,
    StepLR,
)

from tracing import write

BASE, STEPS, STEPS_PER_EPOCH = 0.2, 30, 5
MINIMUM = 0.01

# How the rate falls in n steps. PyTorch's PolynomialLR ends with 0.
DECAYS = {
    "constant": lambda optimizer, n: ConstantLR(optimizer, factor=1, total_iters=0),
    "step": lambda optimizer, n: StepLR(optimizer, step_size=2 * STEPS_PER_EPOCH, gamma=0.1),
    "cosine": lambda optimizer, n: CosineAnnealingLR(optimizer, T_max=n, eta_min=MINIMUM),
    "linear": lambda optimizer, n: LinearLR(optimizer, start_factor=1, end_factor=MINIMUM / BASE, total_iters=n),
    "polynomial": lambda optimizer, n: PolynomialLR(optimizer, total_iters=n, power=2),
}

# Steps of the warm-up, and the share it begins with; None for that of one step.
WARMUPS = {
    "": (0, None),
    "FourSteps": (4, None),
    "FourStepsFromAFifth": (4, 0.2),
    "OneEpoch": (5, None),
    "OneEpochFromAThird": (5, 1 / 3),
    # Longer than the epochs after which `step` falls.
    "ThreeEpochsFromATenth": (15, 0.1),
}


def scheduler(optimizer, kind, warmup, start):
    if warmup == 0:
        return DECAYS[kind](optimizer, STEPS)
    if start is None:
        rise = LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
    else:
        rise = LinearLR(optimizer, start_factor=start, total_iters=warmup)
    if kind == "step":
        # Its epochs count from the start of the run.
        return ChainedScheduler([rise, DECAYS[kind](optimizer, STEPS)])
    return SequentialLR(optimizer, [rise, DECAYS[kind](optimizer, STEPS - warmup)], milestones=[warmup])


def write_schedules(file):
    file.attrs.update(base=BASE, minimum=MINIMUM, stepsPerEpoch=STEPS_PER_EPOCH)
    for kind in DECAYS:
        for name, (warmup, start) in WARMUPS.items():
            optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
            schedule = scheduler(optimizer, kind, warmup, start)
            rates = []
            for _ in range(STEPS):
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                schedule.step()
            group = file.create_group(kind + name)
            group.attrs.update(schedule=kind, warmupSteps=warmup)
            if start is not None:
                group.attrs["warmupStart"] = start
            write(group, learningRates=torch.tensor(rates, dtype=torch.float64))
