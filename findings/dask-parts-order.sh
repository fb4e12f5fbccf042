#!/usr/bin/env bash
# dask 2026.8.0, pandas 2.3.3, pyarrow 26.0.1, polars 2.1.0, Python 3.11; seen 2026-11-30
#
# dask writes a table as part.0.parquet, part.1.parquet, ..., part.10.parquet and reads the parts by their number. pandas,
# pyarrow and polars read the same folder in the order of the names: part.10 and part.11 come before part.2. Up to ten parts
# all agree. From eleven on, rows that one library read do not match rows that another read, and the counts and shapes do.
#
#   part of the row at every 100th place, 12 parts
#   dask       0  1  2  3  4  5  6  7  8  9 10 11
#   pandas     0  1 10 11  2  3  4  5  6  7  8  9
#   pyarrow    0  1 10 11  2  3  4  5  6  7  8  9
#   polars     0  1 10 11  2  3  4  5  6  7  8  9
#   labels by dask beside features by pandas: 16.7% in place
#
# Who computes predictions or labels in dask and joins them to features by position trains on other rows' labels, or sees an
# accuracy near chance. A time series read by pandas jumps in time, and its last rows are not the newest.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q "dask[dataframe]==2026.8.0" pandas==2.3.3 pyarrow==26.0.1 polars==2.1.0 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import dask.dataframe
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq


def parts(rows):
    return [int(row) // 100 for row in np.asarray(rows)[::100]]


def read(count):
    table = pd.DataFrame({"row": np.arange(100 * count)})
    folder = f"{count}-parts"
    dask.dataframe.from_pandas(table, npartitions=count).to_parquet(folder, write_index=False)
    return {
        "dask": np.asarray(dask.dataframe.read_parquet(folder)["row"].compute()),
        "pandas": np.asarray(pd.read_parquet(folder)["row"]),
        "pyarrow": np.asarray(pq.read_table(folder)["row"]),
        "polars": np.asarray(pl.read_parquet(folder)["row"]),
    }


seen = read(12)
for library, rows in seen.items():
    print(f"{library:8}", *(f"{part:2}" for part in parts(rows)))
in_place = np.mean(seen["dask"] == seen["pandas"])
print(f"labels by dask beside features by pandas: {in_place:.1%} in place")
assert parts(seen["dask"]) == list(range(12)), "changed: dask's order"
for library in ("pandas", "pyarrow", "polars"):
    assert parts(seen[library]) == [0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9], f"changed: the order of {library}"
assert all((rows == np.arange(1000)).all() for rows in read(10).values()), "changed: ten parts"
PYTHON
