#!/usr/bin/env bash
# anndata 0.12.19, h5py 3.16.0, pandas 2.3.3, Python 3.11; seen 2026-11-30
#
# Taking rows of an AnnData object drops the categories that those rows lack, and numbers the rest anew; pandas keeps them.
# The codes, which an .h5ad file stores as a ready integer data set (obs/type/codes), then mean other classes in the file of
# one split than in that of another. anndata.settings.remove_unused_categories = False ends it. A missing label is -1 there.
#
#   split   codes in the file   categories in the file
#   train   [0 1 2 0 1 2]       ['B', 'NK', 'T']
#   test    [0 1 0]             ['NK', 'T']
#   test rows in pandas, not anndata: [1 2 1]
#   a network that is right in every row of test: 0% by the stored codes
#
# Who reads the codes as class indices, by h5py or as .cat.codes, sees a network that learned everything score 0%. The split
# by donor or batch, common for such data, is the one that leaves a class out.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q anndata==0.12.19 h5py==3.16.0 pandas==2.3.3 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import anndata
import h5py
import numpy as np
import pandas as pd

types = pd.Categorical(["B", "NK", "T", "B", "NK", "T", "NK", "T", "NK"])
rows = pd.DataFrame({"type": types, "donor": [1] * 6 + [2] * 3}, index=[f"cell{i}" for i in range(9)])
cells = anndata.AnnData(np.arange(18, dtype=np.float32).reshape(9, 2), obs=rows)

codes, names = {}, {}
for split, donor in (("train", 1), ("test", 2)):
    cells[cells.obs["donor"] == donor].copy().write_h5ad(f"{split}.h5ad")
    with h5py.File(f"{split}.h5ad") as file:
        codes[split] = file["obs/type/codes"][...]
        names[split] = file["obs/type/categories"].asstr()[...].tolist()
    print(f"{split:7} {codes[split]!s:19} {names[split]}")
by_pandas = rows[rows["donor"] == 2]["type"].cat.codes.to_numpy()
print("test rows in pandas, not anndata:", by_pandas)
score = np.mean(codes["test"] == by_pandas)
print(f"a network that is right in every row of test: {score:.0%} by the stored codes")
assert names == {"train": ["B", "NK", "T"], "test": ["NK", "T"]}, f"changed: categories {names}"
assert codes["train"].tolist() == [0, 1, 2, 0, 1, 2] and codes["test"].tolist() == [0, 1, 0], f"changed: codes {codes}"
assert by_pandas.tolist() == [1, 2, 1] and score == 0, f"changed: pandas has {by_pandas}"
PYTHON
