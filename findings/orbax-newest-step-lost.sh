#!/usr/bin/env bash
# orbax-checkpoint 0.12.8, jax 0.10.2, Python 3.11; seen 2026-11-30
#
# Orbax's CheckpointManager with best_fn and max_to_keep keeps the best steps and nothing else: the newest one is deleted in
# the very call that saves it, unless it is among the best. A run that goes on from latest_step() after a stop then falls back
# to the best step, and all work since is lost; at each stop again.
#
#   accuracy of steps 0 to 5           0.5 0.9 0.8 0.7 0.7 0.8
#   kept of 1 by best_fn               [1], a resume goes on from step 1
#   kept of 1 without best_fn          [5], a resume goes on from step 5
#   every save said it was saved       [True, True, True, True, True, True]
#
# A plateau or a rise before a second descent, as with a warm restart of the schedule, is then never passed by a job that is
# stopped every few hours: it trains the same epochs for ever.
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
accuracies = [0.5, 0.9, 0.8, 0.7, 0.7, 0.8]


def run(name, **options):
    options = ocp.CheckpointManagerOptions(max_to_keep=1, enable_async_checkpointing=False, **options)
    with ocp.CheckpointManager(os.path.abspath(name), options=options) as manager:
        saved = []
        for step, accuracy in enumerate(accuracies):
            state = ocp.args.StandardSave({"weight": np.full(3, step, np.float32)})
            saved.append(manager.save(step, args=state, metrics={"accuracy": accuracy}))
    with ocp.CheckpointManager(os.path.abspath(name)) as manager:  # what a resumed job finds
        return list(manager.all_steps()), manager.latest_step(), saved


print(f"{'accuracy of steps 0 to 5':34}", *accuracies)
best, resumed, saved = run("best", best_fn=lambda metrics: metrics["accuracy"], best_mode="max")
plain, resumed_plain, _ = run("plain")
print(f"{'kept of 1 by best_fn':34} {best}, a resume goes on from step {resumed}")
print(f"{'kept of 1 without best_fn':34} {plain}, a resume goes on from step {resumed_plain}")
print(f"{'every save said it was saved':34} {saved}")
assert best == [1] and resumed == 1, f"changed: with best_fn {best} are kept and {resumed} is the latest"
assert plain == [5] and resumed_plain == 5, f"changed: without best_fn {plain} are kept"
assert saved == [True] * 6, f"changed: save answered {saved}"
PYTHON
