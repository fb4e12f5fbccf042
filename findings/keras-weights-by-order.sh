#!/usr/bin/env bash
# keras 3.15.1 on jax 0.10.2, h5py 3.16.0, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# A .weights.h5 file of Keras 3 does not use the names of layers: it calls them dense, dense_1, ... in the order in which the
# model lists them, and that order follows the order of the outputs. Load the file into a model of the same named layers whose
# outputs are listed the other way round, and the heads have each other's weights, with no warning, if their shapes agree.
#
#   names in the file                dense, dense_1
#   saved    head_a 1.0  head_b 2.0   model lists head_a, head_b
#   loaded   head_a 2.0  head_b 1.0   model lists head_b, head_a
#
# Who resumes after tidying the code of a network with several heads or branches goes on with swapped weights: two towers of
# one shape, mean and variance heads, two critics. The full .keras format carries the graph along and is not affected.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 h5py==3.16.0 numpy==2.4.6
KERAS_BACKEND=jax JAX_PLATFORMS=cpu KERAS_HOME="$work" venv/bin/python - <<'PYTHON'
import warnings

import h5py
import keras


def network(outputs):
    inputs = keras.Input((3,))
    heads = {name: keras.layers.Dense(1, name=name) for name in ("head_a", "head_b")}
    return keras.Model(inputs, [heads[name](inputs) for name in outputs])


def biases(model):
    return {name: float(model.get_layer(name).bias.numpy()[0]) for name in ("head_a", "head_b")}


def tell(what, model):
    heads = [layer.name for layer in model.layers if layer.name.startswith("head")]
    print(f"{what:8}", *(f"{name} {value} " for name, value in biases(model).items()), f" model lists {', '.join(heads)}")


saved, loaded, same = network(["head_a", "head_b"]), network(["head_b", "head_a"]), network(["head_a", "head_b"])
saved.get_layer("head_a").bias.assign([1.0])
saved.get_layer("head_b").bias.assign([2.0])
saved.save_weights("model.weights.h5")
with warnings.catch_warnings(record=True) as caught:
    loaded.load_weights("model.weights.h5")
same.load_weights("model.weights.h5")
with h5py.File("model.weights.h5") as file:
    names = [name for name in file["layers"] if "input" not in name]
print(f"{'names in the file':32} {', '.join(names)}")
tell("saved", saved)
tell("loaded", loaded)
assert names == ["dense", "dense_1"], f"changed: names in the file are {names}"
assert not caught, f"changed: loading warns {caught}"
assert biases(loaded) == {"head_a": 2.0, "head_b": 1.0}, f"changed: loaded {biases(loaded)}"
assert biases(same) == biases(saved), f"changed: the same order loads {biases(same)}"
PYTHON
