#!/usr/bin/env bash
# netCDF4 1.7.5.1.post1, h5py 3.16.0, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# A uint8 variable that netCDF4 creates has 255 for its fill value unless fill_value=False is said, so on reading each white
# pixel is masked as missing, though it was written. Statistics skip masked elements: mean and deviation are those of the ink
# without the paper. int8 loses -127 and float32 9.96921e36 in the same way. h5py reads the same file whole; and an HDF5
# file of the same bytes made by h5py is read by netCDF4 with nothing masked.
#
#   pixels                         [  0  10 255 255 255 255]
#   netCDF4, own file              [0 10 -- -- -- --]  mean 5.0  deviation 5.0
#   netCDF4, fill_value=False      [  0  10 255 255 255 255]  mean 171.7  deviation 117.9
#   netCDF4, file made by h5py     [  0  10 255 255 255 255]  mean 171.7  deviation 117.9
#   h5py, file made by netCDF4     [  0  10 255 255 255 255]  mean 171.7  deviation 117.9
#
# Who standardizes images by these statistics feeds the network inputs up to 50 deviations from the mean.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q netCDF4==1.7.5.1.post1 h5py==3.16.0 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import h5py
import netCDF4
import numpy as np

pixels = np.array([0, 10, 255, 255, 255, 255], np.uint8)
with netCDF4.Dataset("images.nc", "w") as file:
    file.createDimension("pixel", 6)
    file.createVariable("plain", "u1", ("pixel",))[:] = pixels
    file.createVariable("nofill", "u1", ("pixel",), fill_value=False)[:] = pixels
with h5py.File("images.h5", "w") as file:
    file["plain"] = pixels

seen = {"pixels": pixels}
with netCDF4.Dataset("images.nc") as file:
    seen["netCDF4, own file"] = file["plain"][:]
    seen["netCDF4, fill_value=False"] = file["nofill"][:]
with netCDF4.Dataset("images.h5") as file:
    seen["netCDF4, file made by h5py"] = file["plain"][:]
with h5py.File("images.nc") as file:
    seen["h5py, file made by netCDF4"] = file["plain"][:]
for what, values in seen.items():
    print(f"{what:30} {values}  mean {values.mean():.1f}  deviation {values.std():.1f}")
masked = seen.pop("netCDF4, own file")
assert np.ma.count_masked(masked) == 4 and masked.mean() == 5 and masked.std() == 5, f"changed: {masked!r}"
for what, values in seen.items():
    assert np.ma.count_masked(values) == 0 and values.tolist() == pixels.tolist(), f"changed: {what}: {values!r}"
PYTHON
