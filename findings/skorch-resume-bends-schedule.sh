#!/usr/bin/env bash
# skorch 1.4.0, torch 2.13.0 on a CPU, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# A skorch run that is resumed by Checkpoint and LoadInitState gets another learning rate than one that was not stopped. The
# checkpoint holds the optimizer, with its lowered rate, and no state of the scheduler; LRScheduler makes a new one for the
# restored history, which takes the lowered rate for the start of a cosine. If LRScheduler stands before LoadInitState in the
# list of callbacks, it begins at epoch 0 again. fit followed by partial_fit is right.
#
#   cosine over 10 epochs, epochs 4 to 7   0.655 0.500 0.345 0.206
#   the same, resumed after epoch 3        0.794 0.606 0.419 0.250
#   the same, LRScheduler listed first     0.794 0.774 0.718 0.630
#
# The resumed run ends above the rate that was asked for, so its last, fine steps are missing; nothing says so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q skorch==1.4.0 torch==2.13.0 scikit-learn==1.9.1 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import numpy as np
import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, Checkpoint, LoadInitState, LRScheduler

inputs = np.random.default_rng(0).normal(size=(100, 5)).astype(np.float32)
labels = (inputs[:, 0] > 0).astype(np.int64)
rates = []


class Rates(Callback):
    def on_epoch_begin(self, net, **_):
        rates.append(net.optimizer_.param_groups[0]["lr"])


def fit(epochs, *callbacks):
    rates.clear()
    module = {"module": torch.nn.Linear, "module__in_features": 5, "module__out_features": 2, "lr": 1.0, "verbose": 0}
    criterion, callbacks = torch.nn.CrossEntropyLoss, [*callbacks, Rates()]
    NeuralNetClassifier(**module, criterion=criterion, max_epochs=epochs, callbacks=callbacks).fit(inputs, labels)
    return list(rates)


def resumed(name, first, **policy):
    saved = Checkpoint(dirname=name, monitor=None)
    fit(4, saved, LRScheduler(**policy))
    calls = [saved, LoadInitState(saved), LRScheduler(**policy)]
    return fit(4, *(calls[2:] + calls[:2] if first else calls))


cosine = {"policy": "CosineAnnealingLR", "T_max": 10}
seen = [
    ("cosine over 10 epochs, epochs 4 to 7", fit(8, LRScheduler(**cosine))[4:]),
    ("the same, resumed after epoch 3", resumed("a", False, **cosine)),
    ("the same, LRScheduler listed first", resumed("b", True, **cosine)),
]
for what, found in seen:
    print(f"{what:38}", *(f"{rate:.3f}" for rate in found))
whole, after, before = (found for _, found in seen)
assert np.allclose(whole, [0.655, 0.5, 0.345, 0.206], atol=2e-3), f"changed: uninterrupted {whole}"
assert after[0] > 0.75 and after[3] > 0.24 and before[1] > 0.75 and before[3] > 0.6, f"changed: resumed {after}, {before}"
PYTHON
