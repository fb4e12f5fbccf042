#!/usr/bin/env bash
# datasets 5.2.0, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# class_encode_column of Hugging Face's datasets turns a column of whole numbers into class indices by sorting them as text:
# from eleven classes on, 10 comes before 2 and nearly all labels change, though they were right indices before. Up to ten
# nothing happens, so MNIST does not show it. It depends on which labels a split has, so each split can be numbered otherwise.
#
#   label before     0  1  2  3  4  5  6  7  8  9 10 11
#   label after      0  1  4  5  6  7  8  9 10 11  2  3
#   same: 2 of 12; 10 classes: 10 of 10
#   a split with labels 2, 10, 11 only: 2, 0, 1
#
# Stratified splitting asks for such a column, so it is often called on labels that were whole numbers already. Who then
# evaluates with labels from elsewhere, or exports to another trainer, has permuted classes: a good network scores near zero.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HF_HOME="$work/cache" HF_HUB_OFFLINE=1
python3 -m venv venv
venv/bin/pip install -q datasets==5.2.0 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import datasets

datasets.disable_progress_bars()


def encoded(labels):
    column = datasets.Dataset.from_dict({"label": labels}).class_encode_column("label")
    return list(column["label"])


twelve, ten = encoded(list(range(12))), encoded(list(range(10)))
few = encoded([2, 10, 11])
print("label before   ", *(f"{label:2}" for label in range(12)))
print("label after    ", *(f"{label:2}" for label in twelve))
same = [sum(a == b for a, b in enumerate(labels)) for labels in (twelve, ten)]
print(f"same: {same[0]} of 12; 10 classes: {same[1]} of 10")
print("a split with labels 2, 10, 11 only:", ", ".join(map(str, few)))
assert twelve == [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3], f"changed: twelve classes give {twelve}"
assert ten == list(range(10)), f"changed: ten classes give {ten}"
assert few == [2, 0, 1], f"changed: 2, 10, 11 give {few}"
try:
    datasets.Dataset.from_dict({"label": [0, 1] * 10}).train_test_split(0.5, stratify_by_column="label")
    raise SystemExit("changed: stratifying takes a column of whole numbers")
except ValueError as error:
    assert "ClassLabel" in str(error), f"changed: {error}"
PYTHON
