"""Compares what Lockstep made of the pairs of make_pairs.py with what NumPy computes.

    check_pairs.py DIRECTORY     prints what is wrong, a line each, and at last counts as JSON

The outputs of the network are computed in double precision from the right inputs and the parameters that h5py reads in
the checkpoint. Nothing of Lockstep takes part in it.
"""

import json
import sys

import h5py
import numpy as np


def outputs(checkpoint, inputs):
    """The network: linear, tanh, linear."""
    with h5py.File(checkpoint) as file:
        layer = lambda n: [file[f"parameters/linear{n}/{part}"][...].astype(float) for part in ("weight", "bias")]
        (w1, b1), (w2, b2) = layer(1), layer(2)
    return np.tanh(inputs @ w1 + b1) @ w2 + b2


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


TOLERANCE = 3e-4


class Check:
    def __init__(self, directory):
        self.directory = directory
        self.problems, self.computed, self.formats = [], 0, {}
        self.told_apart = 0
        answers = json.load(open(f"{directory}/answers.json"))
        for group in json.load(open(f"{directory}/groups.json")):
            self.group, self.path = group, f"{directory}/{group['name']}"
            for pair in group["pairs"]:
                self.formats[pair["format"]] = self.formats.get(pair["format"], 0) + 1
                before = len(self.problems)
                self.pair(pair, answers[pair["name"]])
                if pair["right"] == "computed" and len(self.problems) == before:
                    self.computed += 1

    def fail(self, pair, text):
        joins = ", joined" if pair.get("joins") else ""
        self.problems.append(f"{pair['name']}: {self.group['source']} and {pair['format']}, {pair['what']}{joins}: {text}")

    def close(self, pair, what, found, right):
        found, right = np.asarray(found, float), np.asarray(right, float)
        if found.shape != right.shape:
            return self.fail(pair, f"{what}: shape {found.shape}, right is {right.shape}")
        error = np.abs(found - right).max() / max(1.0, np.abs(right).max())
        if not error < TOLERANCE:
            self.fail(pair, f"{what}: off by {error:.3g}: {found.ravel()[:4]}, right is {right.ravel()[:4]}")

    def pair(self, pair, answer):
        if pair["right"] == "refused":
            if "refusal" not in answer:
                self.fail(pair, f"computed, though it cannot be matched: {answer}")
            return
        if "refusal" in answer:
            return self.fail(pair, f"refused, though it can be matched: {answer['refusal']}")
        with np.load(f"{self.path}/{pair['name']}.right.npz") as right:
            right = dict(right)
        with np.load(f"{self.path}/batch.npz") as batch:
            batch = dict(batch)
        raw = right["raw"].reshape(len(right["raw"]), -1)
        if pair.get("joins"):
            return self.joined(pair, answer, raw, right, batch)
        logits = outputs(answer["checkpoint"], raw * batch["scale"] + batch["offset"])
        values = logits if self.group["regression"] else softmax(logits)
        with h5py.File(answer["predictions"]) as file:
            found = file["predictions" if self.group["regression"] else "probabilities"][...]
        self.close(pair, "predictions", found, values)
        if "naive" in right:
            naive = right["naive"].reshape(len(raw), -1) * batch["scale"] + batch["offset"]
            naive = outputs(answer["checkpoint"], naive)
            naive = naive if self.group["regression"] else softmax(naive)
            # Where the numbers are the same in either order, nothing can be told apart.
            self.told_apart += np.abs(naive - values).max() > 10 * TOLERANCE
        if pair["evaluates"]:
            if "loss" not in answer:
                return self.fail(pair, f"not evaluated: {answer.get('evaluation')}")
            targets = right["targets"]
            if self.group["regression"]:
                loss = np.mean((values[:, 0] - targets) ** 2)
            else:
                loss = -np.log(values[np.arange(len(targets)), targets]).mean()
                accuracy = np.mean(values.argmax(1) == targets)
                self.close(pair, "accuracy", answer["accuracy"], accuracy)
            self.close(pair, "loss", answer["loss"], loss)

    def joined(self, pair, answer, raw, right, batch):
        """The rows of the other file, in the order and units of the training file."""
        with h5py.File(answer["joined"]) as file:
            x, y = file["x_test"][...], file["y_test"][...]
            x = x.reshape(len(x), -1)
        self.close(pair, "joined inputs", x, raw * batch["stored_scale"] + batch["stored_offset"])
        self.close(pair, "joined targets", y.ravel(), right["targets"])


if __name__ == "__main__":
    check = Check(sys.argv[1])
    for problem in check.problems:
        print(problem)
    print(json.dumps(dict(problems=len(check.problems), computed=check.computed, formats=check.formats,
                          toldApart=int(check.told_apart))))
