#!/usr/bin/env bash
# orbax-checkpoint 0.12.8, jax 0.10.2, Python 3.11; seen 2026-11-30
#
# One NaN among the metrics makes Orbax's CheckpointManager throw its best checkpoint away: the step with the NaN counts as the
# best of all while it is there, and the steps around it are compared with it. With max_to_keep=2 the step of accuracy 0.9
# is deleted when the NaN comes, and steps of 0.7 and 0.8 stay; the NaN leaves no trace in the end. By best_mode="min" the same.
#
#   accuracy                           0.5 0.9 nan 0.7 0.6 0.8
#   best_step() after each save        0 1 2 3 3 5
#   kept of 2                          [3, 5], best 0.8
#   kept with 0.65 in the place of NaN [1, 5], best 0.9
#
# A NaN loss of one validation, as an empty split or an overflow gives, costs the best checkpoint of the run for good.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q orbax-checkpoint==0.12.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
JAX_PLATFORMS=cpu venv/bin/python - <<'PYTHON'
import logging
import os

import numpy as np
import orbax.checkpoint as ocp

logging.disable(logging.WARNING)


def run(name, metrics, mode="max"):
    options = ocp.CheckpointManagerOptions(
        max_to_keep=2, best_fn=lambda found: found["m"], best_mode=mode, enable_async_checkpointing=False
    )
    with ocp.CheckpointManager(os.path.abspath(name), options=options) as manager:
        best = []
        for step, value in enumerate(metrics):
            manager.save(step, args=ocp.args.StandardSave({"weight": np.zeros(2)}), metrics={"m": value})
            best.append(manager.best_step())
        return list(manager.all_steps()), best


accuracies = [0.5, 0.9, float("nan"), 0.7, 0.6, 0.8]
kept, best = run("nan", accuracies)
without, _ = run("number", [0.65 if value != value else value for value in accuracies])
lowest, _ = run("losses", [-value for value in accuracies], "min")
print(f"{'accuracy':34}", *accuracies)
print(f"{'best_step() after each save':34}", *best)
print(f"{'kept of 2':34} {kept}, best {max(accuracies[step] for step in kept)}")
print(f"{'kept with 0.65 in the place of NaN':34} {without}, best {max(accuracies[step] for step in without)}")
print(f"{'the same as losses, kept of 2':34} {lowest}")
assert 1 not in kept and best[2] == 2, f"changed: kept {kept}, best after each save {best}"
assert 1 in without, f"changed: without a NaN {without} are kept"
assert 1 not in lowest, f"changed: of losses {lowest} are kept"
PYTHON
