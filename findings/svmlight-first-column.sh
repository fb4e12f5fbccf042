#!/usr/bin/env bash
# scikit-learn 1.9.1, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# dump_svmlight_file counts columns from 0 and leaves zeros out. load_svmlight_file guesses where counting begins: if no index
# is 0, it takes the file to count from 1. So a table whose first column is all zeros, as the corner pixel of images is, comes
# back with each column shifted to the left, also when n_features gives the right shape. zero_based=True on loading ends it.
#
#   digits written, then read          shape      equal
#   load_svmlight_file(file)           (1797, 63) False
#   the same, n_features=64            (1797, 64) False, column j holds column j + 1
#   the same, zero_based=True          (1797, 64) True
#   accuracy of one model              98.5% on the table, 41.9% on the table as read
#
# Who trains on one source and tests on the file gets plausible, much too low numbers. Who writes splits to separate files
# gets a shift in just those files where the first feature happens to be zero.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q scikit-learn==1.9.1 numpy==2.4.6
venv/bin/python - <<'PYTHON'
from sklearn.datasets import dump_svmlight_file, load_digits, load_svmlight_file
from sklearn.linear_model import LogisticRegression

inputs, labels = load_digits(return_X_y=True)
dump_svmlight_file(inputs, labels, "digits.svm")


def read(what, **options):
    table = load_svmlight_file("digits.svm", **options)[0].toarray()
    equal = table.shape == inputs.shape and bool((table == inputs).all())
    shifted = table.shape == inputs.shape and bool((table[:, :-1] == inputs[:, 1:]).all())
    print(f"{what:34} {table.shape} {equal}" + (", column j holds column j + 1" if shifted else ""))
    return table, equal, shifted


plain, _, _ = read("load_svmlight_file(file)")
table, equal, shifted = read("the same, n_features=64", n_features=64)
_, right, _ = read("the same, zero_based=True", n_features=64, zero_based=True)
model = LogisticRegression(max_iter=300).fit(inputs / 16, labels)
here, there = model.score(inputs / 16, labels), model.score(table / 16, labels)
print(f"{'accuracy of one model':34} {here:.1%} on the table, {there:.1%} on the table as read")
assert plain.shape == (1797, 63), f"changed: shape {plain.shape}"
assert shifted and not equal, "changed: the columns are no longer shifted"
assert right, "changed: zero_based=True does not give the table back"
assert here > 0.97 and there < 0.6, f"changed: accuracies {here} and {there}"
PYTHON
