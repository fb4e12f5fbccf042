#!/usr/bin/env bash
# keras 3.15.1 on jax 0.10.2, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# BackupAndRestore brings back the weights, the optimizer and the epoch of an interrupted Keras run, but not what other
# callbacks have counted. EarlyStopping and ReduceLROnPlateau begin anew: the epochs without progress are forgotten, and so is
# the best value, so the first epoch after the break counts as the best one and restore_best_weights goes back to it at most.
#
#   losses are best after epoch 0, then worse each epoch; patience 4, 12 epochs
#   uninterrupted                    5 epochs, returns the weights after epoch 0
#   interrupted before epoch 3       8 epochs, returns the weights after epoch 3
#   interrupted every 3 epochs      12 epochs, returns the weights after epoch 9
#
# A job that a queue stops more often than its patience never stops early, never lowers its rate, and hands back a late,
# overfitted network although a better one was known, while each single part of it looks right.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
KERAS_BACKEND=jax JAX_PLATFORMS=cpu KERAS_HOME="$work" venv/bin/python - <<'PYTHON'
import keras
import numpy as np


class Interrupt(keras.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


def run(name, interruptions):
    epochs = 0
    for interruption in interruptions + [None]:
        # one weight w, output w: the gradient of its target is constant, so each epoch adds 1 to w, which is the validation loss
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
        model.compile(keras.optimizers.SGD(1.0), loss=lambda target, output: target * output)
        stop = keras.callbacks.EarlyStopping("val_loss", patience=4, restore_best_weights=True)
        calls = [stop, keras.callbacks.BackupAndRestore(name), Interrupt(interruption)]
        one, rising = np.ones((1, 1)), (np.ones((1, 1)), np.ones((1, 1)))
        try:
            history = model.fit(one, -one, epochs=12, verbose=0, validation_data=rising, callbacks=calls)
            epochs = history.epoch[-1] + 1
        except KeyboardInterrupt:
            pass
    return epochs, round(float(model.get_weights()[0][0, 0])) - 1


seen = {
    "uninterrupted": run("a", []),
    "interrupted before epoch 3": run("b", [3]),
    "interrupted every 3 epochs": run("c", [3, 6, 9]),
}
for what, (epochs, best) in seen.items():
    print(f"{what:31} {epochs:2} epochs, returns the weights after epoch {best}")
assert list(seen.values()) == [(5, 0), (8, 3), (12, 9)], f"changed: {seen}"
PYTHON
