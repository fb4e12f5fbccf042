#!/usr/bin/env bash
# hdf5storage 0.2.2, mat73 0.65, h5py 3.16.0, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# In MATLAB's files of version 7.3, which are HDF5, an empty array is a data set that holds its *size* as numbers, beside an
# attribute MATLAB_empty. hdf5storage writes it so. A plain HDF5 reader sees two whole numbers where there is nothing: a
# validation split of no rows is read as [0, 784], and empty labels as two rows of the classes 1 and 0. Text is whole
# numbers too: the label 'cat' reads as the classes 99, 97, 116.
#
#   written         shape      by h5py           shape    by mat73   by hdf5storage
#   x_validation    (0, 784)   [  0 784]         (2,)     None       (0, 784)
#   y_validation    (0,)       [1 0]             (2,)     None       (0,)
#   name            cat        [ 99  97 116]     (3, 1)   cat        cat
#
# Who reads .mat files as HDF5 gets two labelled rows that nobody wrote, with class indices in range; mat73's None instead
# makes a missing split and an empty one the same.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q hdf5storage==0.2.2 mat73==0.65 h5py==3.16.0 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import h5py
import hdf5storage
import mat73
import numpy as np

written = {"x_validation": np.zeros((0, 784)), "y_validation": np.zeros((0,), np.uint8), "name": "cat"}
hdf5storage.savemat("data.mat", dict(written), format="7.3", appendmat=False)
by_mat73, by_storage = mat73.loadmat("data.mat"), hdf5storage.loadmat("data.mat")


def short(value):
    return str(value.shape) if isinstance(value, np.ndarray) else str(value)


plain, marked = {}, {}
with h5py.File("data.mat") as file:
    for name, value in written.items():
        plain[name], marked[name] = file[name][...], bool(file[name].attrs.get("MATLAB_empty", 0))
        shape, seen = str(plain[name].shape), str(plain[name].ravel())
        print(f"{name:15} {short(value):10} {seen:17} {shape:8} {short(by_mat73[name]):10} {short(by_storage[name])}")
assert plain["x_validation"].tolist() == [0, 784], f"changed: {plain['x_validation']}"
assert plain["y_validation"].tolist() == [1, 0] and plain["y_validation"].dtype == np.uint64, f"changed: {plain}"
assert plain["name"].ravel().tolist() == [99, 97, 116], f"changed: {plain['name']}"
assert marked == {"x_validation": True, "y_validation": True, "name": False}, f"changed: marks {marked}"
assert by_mat73["x_validation"] is None and by_mat73["y_validation"] is None, f"changed: mat73 {by_mat73}"
assert by_storage["x_validation"].shape == (0, 784), f"changed: hdf5storage {by_storage['x_validation'].shape}"
PYTHON
