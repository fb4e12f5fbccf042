#!/usr/bin/env bash
# datasets 5.2.0, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# Hugging Face's datasets with the format "numpy" gives a float64 value as float64 when one row is read, and as float32 when
# several rows or a batch are, though the column is declared float64. Whole numbers become float32 too, in those batches in
# which one is missing: the same row has one id in a batch without a gap and another in a batch with one.
#
#   row 1                         time           id
#   declared                   float64        int64
#   read by itself        1700000001.0     16777219
#   in a batch of 2       1700000000.0     16777219
#   in a batch of 3       1700000000.0     16777220, since the id of row 2 is missing
#   after a batched map  float32
#
# A batched map writes float32 back for good. Time stamps collapse to steps of 128 seconds, differences of large features to
# 0, ids join other rows; a check of single rows sees nothing of it. with_format("numpy", dtype=numpy.float64) keeps them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HF_HOME="$work/cache" HF_HUB_OFFLINE=1
python3 -m venv venv
venv/bin/pip install -q datasets==5.2.0 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import datasets
import numpy as np

datasets.disable_progress_bars()
times = [1_700_000_000.0 + second for second in range(4)]
plain = datasets.Dataset.from_dict({"time": times, "id": [16777217, 16777219, None, 5]})
table = plain.with_format("numpy")
row, two, three = table[1], table[:2], table[:3]
mapped = table.map(lambda batch: {"copy": batch["time"]}, batched=True).features["copy"].dtype
kept = plain.with_format("numpy", dtype=np.float64)[:]["time"]

print(f"{'row 1':20} {'time':>13} {'id':>12}")
print(f"{'declared':20} {plain.features['time'].dtype:>13} {plain.features['id'].dtype:>12}")
print(f"{'read by itself':20} {float(row['time']):13.1f} {int(row['id']):12}")
print(f"{'in a batch of 2':20} {float(two['time'][1]):13.1f} {int(two['id'][1]):12}")
print(f"{'in a batch of 3':20} {float(three['time'][1]):13.1f} {int(three['id'][1]):12}, since the id of row 2 is missing")
print(f"{'after a batched map':20} {mapped}")
assert plain.features["time"].dtype == "float64", f"changed: {plain.features}"
assert row["time"] == times[1] and row["id"] == 16777219, f"changed: one row is {row}"
assert two["time"].dtype == np.float32 and len(set(table[:]["time"])) == 1, f"changed: two rows are {two}"
assert two["id"][1] == 16777219 and three["id"][1] == 16777220, f"changed: ids {two['id']} and {three['id']}"
assert mapped == "float32", f"changed: a batched map gives {mapped}"
assert kept.tolist() == times, f"changed: with dtype float64 {kept}"
PYTHON
