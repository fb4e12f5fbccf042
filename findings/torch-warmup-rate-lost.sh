#!/usr/bin/env bash
# torch 2.13.0 on a CPU, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# Making a LinearLR or ConstantLR multiplies the optimizer's rate by its start factor, at once. Done after the optimizer's state
# was loaded, it multiplies the rate of the checkpoint, and loading the scheduler's own state does not undo that, since those
# schedulers go on from the optimizer's rate: the run trains at a tenth of its rate for ever. Plain cosine or step schedules
# do not suffer, nor a warm-up made before the optimizer's state is loaded.
#
#   rates of steps 6 to 9, stop after 5      not stopped               resumed, schedule made last
#   cosine                                   0.345 0.206 0.095 0.024   0.345 0.206 0.095 0.024
#   warm-up alone                            1.000 1.000 1.000 1.000   0.100 0.100 0.100 0.100
#   warm-up, then cosine (SequentialLR)      0.905 0.794 0.655 0.500   0.093 0.081 0.067 0.051
#   constant, with decay (ChainedScheduler)  0.531 0.478 0.430 0.387   0.053 0.048 0.043 0.039
#
# "Load the optimizer, make the schedule, load the schedule" is a natural order. The loss goes on falling, more slowly.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import copy

import torch
from torch.optim.lr_scheduler import ChainedScheduler, ConstantLR, CosineAnnealingLR, ExponentialLR, LinearLR, SequentialLR

schedules = {
    "cosine": lambda o: CosineAnnealingLR(o, 10),
    "warm-up alone": lambda o: LinearLR(o, 0.1, 1, 4),
    "warm-up, then cosine (SequentialLR)": lambda o: SequentialLR(o, [LinearLR(o, 0.1, 1, 4), CosineAnnealingLR(o, 10)], [4]),
    "constant, with decay (ChainedScheduler)": lambda o: ChainedScheduler([ConstantLR(o, 0.1, 4), ExponentialLR(o, 0.9)], o),
}


def optimizer():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)


def rates(optimizer, schedule, steps):
    found = []
    for _ in range(steps):
        optimizer.step()
        schedule.step()
        found.append(optimizer.param_groups[0]["lr"])
    return found


for what, make in schedules.items():
    first, second = optimizer(), optimizer()
    schedule = make(first)
    rates(first, schedule, 5)
    state, schedule_state = copy.deepcopy(first.state_dict()), copy.deepcopy(schedule.state_dict())
    whole = rates(first, schedule, 4)
    second.load_state_dict(state)
    schedule = make(second)
    schedule.load_state_dict(schedule_state)
    resumed = rates(second, schedule, 4)
    print(f"{what:40}", *(f"{rate:.3f}" for rate in whole), " ", *(f"{rate:.3f}" for rate in resumed))
    factor = 1 if what == "cosine" else 10
    for a, b in zip(whole, resumed):
        assert abs(a / b / factor - 1) < 0.2, f"changed: {what}: {a} not stopped, {b} resumed"
PYTHON
