#!/usr/bin/env bash
# h5py 3.16.0 (HDF5 2.0.0), PyTables 3.11.1, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# Integers that do not fit the type of a data set are clamped by HDF5, where NumPy's astype wraps them. Labels with the
# customary "ignore" value -1, assigned to a uint8 data set by h5py, become class 0: a real class, with no warning. PyTables
# writes HDF5 too, but converts in NumPy first: the same assignment gives 255 there. NaN becomes 0. On the way back the two
# spellings that look alike differ: d.astype("u1")[...] clamps, d[...].astype("u1") wraps.
#
#   labels                  [ -1   0   3 300]
#   uint8 by h5py           [  0   0   3 255]
#   NaN, 2.9 by h5py        [0 2]
#   d.astype('u1')[...]     [  0   0   3 255]
#   d[...].astype('u1')     [255   0   3  44]
#   uint8 by PyTables       [255   0   3  44]
#
# Who trains on such a file trains the unlabelled rows as class 0. With 255 at least a check of the range would have told.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q h5py==3.16.0 tables==3.11.1 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import warnings

import h5py
import numpy as np
import tables

warnings.simplefilter("error")
labels = np.array([-1, 0, 3, 300])
seen = {"labels": labels}
with h5py.File("a.h5", "w") as file:
    file.create_dataset("small", (4,), "u1")[...] = labels
    seen["uint8 by h5py"] = file["small"][...]
    file.create_dataset("floats", (2,), "u1")[...] = np.array([np.nan, 2.9])
    seen["NaN, 2.9 by h5py"] = file["floats"][...]
    wide = file.create_dataset("wide", data=labels)
    seen["d.astype('u1')[...]"] = wide.astype("u1")[...]
    seen["d[...].astype('u1')"] = wide[...].astype("u1")
with tables.open_file("b.h5", "w") as file:
    file.create_carray("/", "small", tables.UInt8Atom(), (4,))[:] = labels
with h5py.File("b.h5") as file:
    seen["uint8 by PyTables"] = file["small"][...]

for what, values in seen.items():
    print(f"{what:23} {values}")
expected = {
    "uint8 by h5py": [0, 0, 3, 255],
    "uint8 by PyTables": [255, 0, 3, 44],
    "NaN, 2.9 by h5py": [0, 2],
    "d.astype('u1')[...]": [0, 0, 3, 255],
    "d[...].astype('u1')": [255, 0, 3, 44],
}
for what, values in expected.items():
    assert seen[what].tolist() == values, f"changed: {what} is {seen[what]}, was {values}"
PYTHON
