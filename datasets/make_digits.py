#!/usr/bin/env python3
"""Makes digits.h5: 1,797 hand-written digits of 8x8 pixels, from the copy that scikit-learn ships.

    python3 -m venv /tmp/digits && /tmp/digits/bin/pip install scikit-learn h5py
    /tmp/digits/bin/python datasets/make_digits.py datasets/digits.h5

The file is the same byte for byte whenever it is made: rows are split by a fixed seed with NumPy's frozen RandomState,
and HDF5 stores no times. It was made with scikit-learn 1.9.1; h5py 3.7 (HDF5 1.10) and h5py 3.16 (HDF5 2.0) give the
same bytes.
"""

import sys

import h5py
import numpy as np
from sklearn.datasets import load_digits

SEED = 1797
SPLITS = {"train": 1257, "validation": 180, "test": 360}

TITLE = "Optical recognition of handwritten digits (UCI), 8x8 pixels"
SOURCE = (
    "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, "
    "https://doi.org/10.24432/C50P49: its test set, as copied by scikit-learn 1.9.1 (sklearn.datasets.load_digits). "
    "Changes: values stored as bytes, rows split into train, validation and test."
)
LICENSE = (
    "Data: Creative Commons Attribution 4.0 International (CC BY 4.0), https://creativecommons.org/licenses/by/4.0/. "
    "The copy distributed with scikit-learn: BSD 3-Clause, Copyright (c) 2007-2026 The scikit-learn developers."
)


def quotas(class_counts: np.ndarray, total: int) -> np.ndarray:
    """Rows to take from each class for `total` in all: proportional, the largest remainders rounded up."""
    exact = class_counts * total / class_counts.sum()
    taken = np.floor(exact).astype(int)
    largest_remainders = np.argsort(taken - exact, kind="stable")
    taken[largest_remainders[: total - taken.sum()]] += 1
    return taken


def stratified_rows(labels: np.ndarray) -> dict[str, np.ndarray]:
    """The rows of each split, ascending; every class has the same share of each split, up to one row."""
    generator = np.random.RandomState(SEED)
    class_counts = np.bincount(labels)
    test, validation = (quotas(class_counts, SPLITS[name]) for name in ("test", "validation"))
    rows = {name: [] for name in SPLITS}
    for label in range(len(class_counts)):
        shuffled = generator.permutation(np.flatnonzero(labels == label))
        first, second = test[label], test[label] + validation[label]
        rows["test"] += list(shuffled[:first])
        rows["validation"] += list(shuffled[first:second])
        rows["train"] += list(shuffled[second:])
    return {name: np.sort(np.array(indices)) for name, indices in rows.items()}


def main(path: str) -> None:
    digits = load_digits()
    images = digits.images.astype(np.uint8)  # whole numbers 0...16, stored as float64 by scikit-learn
    assert (images == digits.images).all() and images.max() == 16
    labels = digits.target.astype(np.uint8)

    with h5py.File(path, "w") as file:
        file.attrs["title"] = TITLE
        file.attrs["source"] = SOURCE
        file.attrs["license"] = LICENSE
        file.attrs["class_names"] = [str(digit) for digit in range(10)]
        for split, rows in stratified_rows(labels).items():
            assert len(rows) == SPLITS[split]
            inputs = file.create_dataset(f"x_{split}", data=images[rows])
            inputs.attrs["scale"] = np.float32(1 / 16)
            file.create_dataset(f"y_{split}", data=labels[rows])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
