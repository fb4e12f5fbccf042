#!/usr/bin/env bash
# xarray 2026.9.0, h5netcdf 1.8.2, netCDF4 1.7.5.1.post1, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# Writing packed numbers (int16 with scale_factor) from xarray or netCDF4 wraps what does not fit: 400 at a scale of 0.01 comes
# back as -255.36, with no warning. A value that packs to the fill value comes back as NaN. The range of a packing is often
# taken from the train split, so it is the extremes of another split that change their sign.
#
#   written                   [100.0, 327.67, 327.68, 400.0, -400.0]
#   xarray by netCDF4         [100.0, 327.67, nan, -255.36, 255.36]
#   xarray by h5netcdf        [100.0, 327.67, nan, -255.36, 255.36]
#   netCDF4 itself            [100.0, 327.67, nan, -255.36, 255.36]
#   the same file by h5py     [10000, 32767, -32768, -25536, 25536]
#
# The hottest day becomes the coldest: a plausible number of the right magnitude, which no check for NaN or infinity finds.
# A reader that ignores the attributes, as plain HDF5 does, trains on the packed integers, and on -32768 for what is missing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q xarray==2026.9.0 h5netcdf==1.8.2 netCDF4==1.7.5.1.post1 h5py==3.16.0 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import warnings

import h5py
import netCDF4
import numpy as np
import xarray as xr

warnings.simplefilter("error", RuntimeWarning)
warnings.simplefilter("error", UserWarning)
written = np.array([100.0, 327.67, 327.68, 400.0, -400.0])
packing = {"dtype": "int16", "scale_factor": 0.01, "_FillValue": -32768}
seen = {"written": written}
for engine, name in (("netcdf4", "xarray by netCDF4"), ("h5netcdf", "xarray by h5netcdf")):
    xr.Dataset({"x": ("row", written)}).to_netcdf(f"{engine}.nc", engine=engine, encoding={"x": packing})
    with xr.open_dataset(f"{engine}.nc", engine=engine) as file:
        seen[name] = file["x"].values
with netCDF4.Dataset("itself.nc", "w") as file:
    file.createDimension("row", len(written))
    variable = file.createVariable("x", "i2", ("row",), fill_value=-32768)
    variable.scale_factor = 0.01
    variable[:] = written
with netCDF4.Dataset("itself.nc") as file:
    seen["netCDF4 itself"] = file["x"][:].filled(np.nan)
with h5py.File("netcdf4.nc") as file:
    seen["the same file by h5py"] = file["x"][...]
for what, values in seen.items():
    print(f"{what:25} {np.round(values, 2).tolist()}")
expected = [100, 327.67, np.nan, -255.36, 255.36]
for what in ("xarray by netCDF4", "xarray by h5netcdf", "netCDF4 itself"):
    assert np.allclose(seen[what], expected, atol=1e-6, equal_nan=True), f"changed: {what}: {seen[what]}"
packed = seen["the same file by h5py"].tolist()
assert packed == [10000, 32767, -32768, -25536, 25536], f"changed: packed {packed}"
PYTHON
