#!/usr/bin/env bash
# torch 2.13.0 on a CPU, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# torch.optim.swa_utils.update_bn sets the running statistics of batch normalization to the plain average over batches, each
# counted once: the rows left over at the end of an epoch weigh as much as a full batch, and between batches of different mean
# no variance is counted. The statistics that an averaged network is evaluated with depend on where the last batch was cut.
#
#   130 rows, 0 but for the last two, which are 100
#   batch size          mean   variance
#   true               1.538    152.654
#   130                1.538    152.654
#   128               50.000      0.000
#   65                 1.538    151.442
#
# Stochastic weight averaging and EMA call this as their last step, on a loader that seldom has drop_last. Outliers in a short
# last batch shift every prediction of the final model; sorted data lose their variance.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import torch
from torch.optim.swa_utils import update_bn

rows = torch.zeros(130, 1)
rows[128:] = 100


def statistics(batch):
    layer = torch.nn.BatchNorm1d(1)
    update_bn(torch.utils.data.DataLoader(rows, batch_size=batch), layer)
    return layer.running_mean.item(), layer.running_var.item()


seen = {"true": (rows.mean().item(), rows.var().item())} | {str(batch): statistics(batch) for batch in (130, 128, 65)}
print(f"{'batch size':16} {'mean':>7} {'variance':>10}")
for batch, (mean, variance) in seen.items():
    print(f"{batch:16} {mean:7.3f} {variance:10.3f}")
true = seen["true"]
assert abs(seen["130"][0] - true[0]) < 1e-3 and abs(seen["130"][1] - true[1]) < 1e-2, f"changed: one batch {seen['130']}"
assert seen["128"] == (50, 0), f"changed: batches of 128 and 2 give {seen['128']}"
PYTHON
