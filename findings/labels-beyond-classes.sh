#!/usr/bin/env bash
# keras 3.15.1 on jax 0.10.2, optax 0.2.8, scikit-learn 1.9.1, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# Labels that count from 1, as MATLAB and R write them, and ten outputs: sparse categorical cross-entropy of Keras on JAX gives
# the class without an output a loss of exactly 0 and no gradient, so training goes on well without it and only the accuracy
# knows. optax gives NaN there, but a finite gradient. For the label -1, elsewhere "ignore", Keras gives 0 and optax the loss
# of the last class: unlabelled rows train as that. No error and no warning in any of these.
#
#   logits 0 0 2, label       1       2       3      -1
#   keras                 2.240   0.240   0.000   0.000
#   optax                 2.240   0.240     nan   0.240  gradient for label 3: [0.10650698 0.10650698 0.78698605]
#   digits, labels 1 to 10, 10 outputs: rows of class 10 have loss 0.0 and accuracy 0.0, all rows accuracy 85%
#
# The mean loss looks better than it should, and falls further the more rows have no output.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 scikit-learn==1.9.1 numpy==2.4.6
KERAS_BACKEND=jax JAX_PLATFORMS=cpu KERAS_HOME="$work" venv/bin/python - <<'PYTHON'
import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
from sklearn.datasets import load_digits

labels = jnp.array([1, 2, 3, -1])
logits = jnp.tile(jnp.array([0.0, 0.0, 2.0]), (4, 1))
by_keras = np.abs(keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True))
by_optax = np.asarray(optax.softmax_cross_entropy_with_integer_labels(logits, labels))
gradient = jax.grad(lambda x: optax.softmax_cross_entropy_with_integer_labels(x, labels).sum())(logits)[2]
print("logits 0 0 2, label", *(f"{label:7}" for label in labels))
print("keras              ", *(f"{loss:7.3f}" for loss in by_keras))
print("optax              ", *(f"{loss:7.3f}" for loss in by_optax), " gradient for label 3:", gradient)

inputs, digits = load_digits(return_X_y=True)
inputs, counted = inputs / 16, digits + 1
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss, metrics=["accuracy"])
model.fit(inputs, counted, epochs=20, verbose=0)
last = model.evaluate(inputs[counted == 10], counted[counted == 10], verbose=0)
every = model.evaluate(inputs, counted, verbose=0)
print(f"digits, labels 1 to 10, 10 outputs: rows of class 10 have loss {last[0]} and accuracy {last[1]},", end=" ")
print(f"all rows accuracy {every[1]:.0%}")
assert np.allclose(by_keras, [2.2395, 0.2395, 0, 0], atol=1e-3), f"changed: keras {by_keras}"
assert np.allclose(by_optax, [2.2395, 0.2395, np.nan, 0.2395], atol=1e-3, equal_nan=True), f"changed: optax {by_optax}"
assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0.1, f"changed: gradient {gradient}"
assert last == [0.0, 0.0] and every[1] > 0.8, f"changed: {last} of class 10, {every} of all"
PYTHON
