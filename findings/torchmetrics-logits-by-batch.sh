#!/usr/bin/env bash
# torchmetrics 1.9.0, torch 2.13.0 on a CPU, scikit-learn 1.9.1, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# torchmetrics' binary metrics take logits or probabilities and tell them apart batch by batch: only a batch with a score
# outside 0 ... 1 goes through the sigmoid. Of a network that puts out logits, those batches whose logits happen to lie inside
# count as probabilities. So accuracy and AUC over the same scores depend on the size and the order of batches.
#
#   batch size    accuracy      AUC
#   scikit-learn     0.718   0.7901
#   1000             0.718   0.7901
#   10               0.718   0.7901
#   5                0.720   0.7913
#   2                0.694   0.7647
#   1                0.670   0.7428
#
# Small batches, or a short last one, and an uncertain network, as in the first epochs, are enough. Runs with different
# batch sizes cannot be compared, and the checkpoint that such a metric picks is not the best one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q torchmetrics==1.9.0 torch==2.13.0 scikit-learn==1.9.1 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import warnings

import numpy as np
import torch
from sklearn.metrics import accuracy_score, roc_auc_score
from torchmetrics.classification import BinaryAccuracy, BinaryAUROC

warnings.simplefilter("error")
rng = np.random.default_rng(0)
labels = torch.tensor(rng.integers(0, 2, 1000))
logits = labels - 0.5 + torch.tensor(rng.normal(size=1000))
seen = {"scikit-learn": (accuracy_score(labels, logits > 0), roc_auc_score(labels, logits))}
for batch in (1000, 100, 10, 5, 2, 1):
    accuracy, area = BinaryAccuracy(), BinaryAUROC()
    for start in range(0, 1000, batch):
        part = slice(start, start + batch)
        accuracy.update(logits[part], labels[part])
        area.update(logits[part], labels[part])
    seen[str(batch)] = accuracy.compute().item(), area.compute().item()
print(f"{'batch size':12} {'accuracy':>9} {'AUC':>8}")
for batch, (accuracy, area) in seen.items():
    print(f"{batch:12} {accuracy:9.3f} {area:8.4f}")
right = seen["scikit-learn"]
assert all(abs(a - b) < 1e-6 for a, b in zip(seen["1000"], right)), f"changed: one batch gives {seen['1000']}"
assert abs(seen["1"][0] - right[0]) > 0.02 and abs(seen["1"][1] - right[1]) > 0.02, f"changed: rows alone: {seen['1']}"
PYTHON
