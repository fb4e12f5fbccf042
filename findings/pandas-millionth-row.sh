#!/usr/bin/env bash
# pandas 3.1.1, numexpr 2.14.2, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# With numexpr installed, pandas hands arithmetic and comparisons of more than 1,000,000 elements to it, and numexpr has other
# rules for types: a Python number beside float32 makes the result float64, and int32 arithmetic does not wrap. So what an
# expression means depends on how many rows there are: x == 0.1 of a float32 column is true in each of a million rows, and
# false in each of a million and one. A train table is then scaled, filtered and encoded by other arithmetic than its test table.
#
#   rows                           1,000,000    1,000,001
#   x == 0.1                            True        False
#   x <= 0.1                            True        False
#   type of x * 0.1                  float32      float64
#   x * 0.1 == x * 0.1 in NumPy         True        False
#   int32 2147483647 + 1         -2147483648   2147483648
#
# Who selects rows by a threshold of a float32 feature loses those on the threshold from the large split and keeps them in the
# small one. numexpr comes with PyTables, so having to_hdf is enough. pd.set_option("compute.use_numexpr", False) ends it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pandas==3.1.1 numexpr==2.14.2 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import numpy as np
import pandas as pd


def look(rows):
    x = pd.Series(np.full(rows, 0.1, np.float32))
    largest = pd.Series(np.full(rows, 2**31 - 1, np.int32))
    scaled = x * 0.1
    assert (x == 0.1).nunique() == 1 and (x <= 0.1).nunique() == 1
    return {
        "x == 0.1": bool((x == 0.1)[0]),
        "x <= 0.1": bool((x <= 0.1)[0]),
        "type of x * 0.1": str(scaled.dtype),
        "x * 0.1 == x * 0.1 in NumPy": bool(scaled[0] == (x.to_numpy() * 0.1)[0]),
        "int32 2147483647 + 1": int((largest + 1)[0]),
    }


small, large = look(1_000_000), look(1_000_001)
print(f"{'rows':27} {'1,000,000':>12} {'1,000,001':>12}")
for what in small:
    print(f"{what:27} {small[what]!s:>12} {large[what]!s:>12}")
assert list(small.values()) == [True, True, "float32", True, -(2**31)], f"changed, 1,000,000 rows: {small}"
assert list(large.values()) == [False, False, "float64", False, 2**31], f"changed, 1,000,001 rows: {large}"
pd.set_option("compute.use_numexpr", False)
assert look(1_000_001) == small, "changed: without numexpr the number of rows matters too"
PYTHON
