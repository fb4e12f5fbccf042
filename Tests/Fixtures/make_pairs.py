"""Makes groups of a training file and other files, with the answer that is right for each.

    make_pairs.py DIRECTORY SEED GROUPS     writes groups.json and the files it names

For each pair the maker, who knows what the other file holds, writes down whether it can be matched with the training
file, and if so the raw inputs in the order and units of training, and the targets as training numbers them.
check_pairs.py compares what was made of them.
"""

import json
import os
import sys

import h5py
import numpy as np

from pair_files import csv, folder_of_images, gray, idx


class Truth:
    """What training agreed on: a feature's meaning, the classes in their order, the way from raw numbers to a batch."""

    def __init__(self, rng, kind):
        self.rng = rng
        self.kind = kind  # "table" or "images"
        if kind == "table":
            self.width = int(rng.integers(3, 7))
            self.shape = (self.width,)
            self.names = [f"{word} {n}" if n % 2 else str(word) for n, word in
                          enumerate(rng.permutation(["age", "Höhe", "mass", "width", "temp,C", "dose"])[: self.width])]
            self.center = rng.uniform(-40, 60, self.width)
            self.spread = rng.uniform(1, 15, self.width)
        else:
            height, width = (int(n) for n in rng.integers(3, 6, 2))
            self.channels = int(rng.choice([1, 3]))
            self.shape = (height, width, self.channels)
            self.names = None
        self.regression = kind == "table" and rng.random() < 0.25
        count = int(rng.integers(2, 5))
        self.classes = None if self.regression else [str(n) for n in rng.permutation(["cat", "dog", "bird", "Ünï", "07"])[:count]]
        self.count = count
        self.target = str(rng.choice(["species", "kind"]))

    def rows(self, count, moved=False):
        """Raw inputs, rounded so that every format holds them; those of other files lie elsewhere than those of training."""
        if self.kind == "images":
            return self.rng.integers(0, 256, (count,) + self.shape).astype(float)
        center = self.center + (self.spread * self.rng.uniform(-2, 2, self.width) if moved else 0)
        return np.round(self.rng.normal(center, self.spread, (count, self.width)), 3)

    def targets(self, count, labels=None):
        if self.regression:
            return np.round(self.rng.normal(0, 2, count), 3)
        pool = np.arange(self.count) if labels is None else np.array(labels)
        chosen = self.rng.choice(pool, count)
        chosen[: len(pool)] = pool[:count]
        return self.rng.permutation(chosen)


class Group:
    def __init__(self, directory, number, rng, kind):
        self.rng, self.truth = rng, Truth(rng, kind)
        self.name = f"group-{number:03}"
        self.path = f"{directory}/{self.name}"
        os.makedirs(self.path)
        self.pairs = []
        t = self.truth
        self.x, self.y = t.rows(24), t.targets(24)
        self.normalization = "stored"
        # Of raw numbers, in this order: what the file holds of them, and what a batch holds of that.
        self.stored = (1.0, 0.0)
        self.batch = (1.0, 0.0)
        self.named_classes = not t.regression
        choices = ["csv", "h5", "plain", "npz"] if kind == "table" else ["images", "h5", "npz", "idx"]
        self.source = str(rng.choice(choices, p=[0.45, 0.3, 0.1, 0.15] if kind == "table" else [0.5, 0.25, 0.15, 0.1]))
        getattr(self, "train_" + self.source)()

    # Training files

    def standardized(self):
        mean, deviation = self.x.mean(0), self.x.std(0)
        return 1 / deviation, -mean / deviation

    def train_csv(self):
        t = self.truth
        target = self.y if t.regression else [t.classes[n] for n in self.y]
        columns = [(name, self.x[:, n]) for n, name in enumerate(t.names)]
        columns.insert(int(self.rng.integers(0, len(columns) + 1)), (t.target, target))
        csv(f"{self.path}/train.csv", columns)
        standardize = bool(self.rng.random() < 0.75)
        self.batch = self.standardized() if standardize else (1.0, 0.0)
        task = "regression" if t.regression else "classification"
        self.train = dict(importer="csv", path="train.csv", target=t.target, task=task, standardize=standardize)
        if not t.regression:
            # Text classes are numbered by their names; "07" beside texts is a text.
            self.renumber(sorted(t.classes, key=lambda s: s.encode()))

    def renumber(self, names):
        t = self.truth
        place = {name: n for n, name in enumerate(names)}
        self.y = np.array([place[t.classes[n]] for n in self.y])
        t.classes = list(names)

    def train_h5(self, named=True):
        t, x = self.truth, self.x
        with h5py.File(f"{self.path}/train.h5", "w") as file:
            stored = x
            if t.kind == "table" and self.rng.random() < 0.35:
                mean, deviation = np.round(x.mean(0), 2), np.round(x.std(0) + 0.1, 2)
                stored = (x - mean) / deviation
                self.stored = (1 / deviation, -mean / deviation)
            dtype = "f8" if t.kind == "table" else str(self.rng.choice(["u1", "f4", "i2"]))
            data = file.create_dataset("x_train", data=stored.astype(dtype))
            if stored is not x:
                data.attrs["transformed_mean"], data.attrs["transformed_standard_deviation"] = mean, deviation
            if named and t.names:
                data.attrs["feature_names"] = t.names
            way = str(self.rng.choice(["attributes", "standardize", "nothing"]))
            if way == "attributes":
                mean, deviation = stored.reshape(-1, stored.shape[-1]).mean(0), stored.reshape(-1, stored.shape[-1]).std(0)
                data.attrs["mean"], data.attrs["standard_deviation"] = mean, deviation
                self.batch = (1 / deviation, -mean / deviation)
            elif way == "standardize":
                self.normalization = "standardize"
                mean, deviation = stored.mean(0), stored.std(0)
                self.batch = (1 / deviation, -mean / deviation)
            elif dtype == "u1":
                self.batch = (1 / 255, 0.0)
            file["y_train"] = self.y
            if t.regression:
                file["y_train"].attrs["target_names"] = [t.target]
            elif named:
                file.attrs["class_names"] = t.classes
            else:
                self.named_classes = False
        if not named:
            t.names = None
        self.train = dict(importer="h5", path="train.h5")

    def train_plain(self):
        self.train_h5(named=False)

    def train_npz(self):
        t = self.truth
        dtype = "f4" if t.kind == "table" else str(self.rng.choice(["u1", "f8", "i4"]))
        self.batch = (1 / 255, 0.0) if dtype == "u1" else (1.0, 0.0)
        if t.kind == "table":
            self.normalization, self.batch = "standardize", self.standardized()
        np.savez(f"{self.path}/train.npz", x=self.x.astype(dtype), y=self.y)
        t.names, self.named_classes = None, False
        self.train = dict(importer="npz", path="train.npz")

    def train_idx(self):
        t = self.truth
        t.shape, t.channels, t.names, self.named_classes = t.shape[:2], 1, None, False
        self.x = self.x[..., 0]
        idx(f"{self.path}/train-images", self.x)
        idx(f"{self.path}/train-labels", self.y)
        self.batch = (1 / 255, 0.0)
        self.train = dict(importer="idx", path="train-images", labels="train-labels")

    def train_images(self):
        t = self.truth
        self.renumber(sorted(t.classes, key=lambda s: s.encode()))
        folder_of_images(f"{self.path}/train", self.x, [t.classes[n] for n in self.y])
        self.batch = (1 / 255, 0.0)
        self.train = dict(importer="images", path="train")

    # Other files

    def pair(self, format, what, raw=None, targets=None, naive=None, **options):
        """One more pair. Without raw inputs it has to be refused; with `naive` ones, those of a match by position."""
        name = f"{self.name}-{len(self.pairs)}"
        entry = dict(name=name, format=format, what=what, right="refused" if raw is None else "computed", **options)
        entry["evaluates"] = targets is not None
        if raw is not None:
            arrays = dict(raw=raw)
            if targets is not None:
                arrays["targets"] = targets
            if naive is not None and naive.shape == raw.shape:
                arrays["naive"] = naive
            np.savez(f"{self.path}/{name}.right.npz", **arrays)
        self.pairs.append(entry)

    def next(self, suffix):
        return f"other-{len(self.pairs)}{suffix}"

    def other_csv(self):
        t, rng = self.truth, self.rng
        file = self.next(".csv")
        path = f"{self.path}/{file}"
        like = dict(path=file, importer="csv", like=str(rng.choice(["file", "checkpoint"])))
        count = int(rng.integers(2, 9))
        options = ["permuted", "extra", "missing", "renamed", "no target", "one row", "delimiter", "index",
                   "headerless", "wrong count", "twice", "whole numbers", "exponents"]
        if not t.regression:
            options += ["one class", "some classes", "unknown class", "unknown class unseen", "other case"]
        if t.names is None:
            options = ["headerless", "headerless", "wrong count", "other names"]
        what = str(rng.choice(options))
        if what == "one row":
            count = 1
        labels = [int(rng.integers(0, t.count))] if what == "one class" else None
        if what == "some classes":
            labels = rng.choice(t.count, max(1, t.count - 1), replace=False)
        x, y = t.rows(count, moved=True), t.targets(count, labels)
        form = None
        if what == "whole numbers":
            x, form = np.round(x), lambda value: repr(int(value)) if value == int(value) else repr(value)
        if what == "exponents":
            form = lambda value: f"{value:.12e}"
        names = t.names or [f"input {n}" for n in range(t.shape[0])]
        columns = [(name, x[:, n]) for n, name in enumerate(names)]
        texts = y if t.regression else [t.classes[n] if self.named_classes else str(n) for n in y]
        if t.regression:
            texts = list(y)
        right, targets = x, y

        if what in ["headerless", "wrong count", "other names"]:
            # Without names there is the order alone; the target is the last column.
            unlabeled = bool(rng.random() < 0.3)
            if what == "wrong count":
                # One column less and numbers as targets would be as many as the inputs.
                less = (unlabeled or self.named_classes) and rng.random() < 0.5
                columns = columns[1:] if less else columns + [("more", x[:, 0])]
                right = None
            if not unlabeled:
                columns.append((t.target, texts))
            else:
                targets = None
                like["noTargets"] = True
            csv(path, columns, header=what == "other names")
            return self.pair("csv", what, right, targets if right is not None else None, **like)

        columns.append((t.target, texts))
        naive = None
        if what != "whole numbers" or rng.random() < 0.5:
            order = rng.permutation(len(columns))
            columns = [columns[n] for n in order]
            naive = x[:, [n for n in order if n < len(names)]]
        if what in ["extra", "index"] and self.source == "h5" and not t.regression:
            like["target"] = t.target  # The training file does not say what it is called.
        if what == "extra":
            for n in range(int(rng.integers(1, 4))):
                extra = ("comment" + str(n), [f"text {m}" for m in range(count)]) if rng.random() < 0.5 else (
                    "id" + str(n), np.arange(count) + 1)
                columns.insert(int(rng.integers(0, len(columns) + 1)), extra)
        elif what in ["missing", "renamed", "twice"]:
            place = [n for n, (name, _) in enumerate(columns) if name != t.target]
            place = int(rng.choice(place))
            if what == "missing":
                del columns[place]
            elif what == "twice":
                columns.append((columns[place][0], np.zeros(count)))
            else:
                old = columns[place][0]
                columns[place] = (str(rng.choice([old + "2", old.upper() if old.upper() != old else old + "x"])), columns[place][1])
            right = None
        elif what == "no target":
            columns = [c for c in columns if c[0] != t.target]
            targets = None
        elif what == "index":
            columns.insert(0, ("", np.arange(count)))
        elif what in ["unknown class", "unknown class unseen", "other case"]:
            bad = "owl"
            if what == "other case":
                bad = t.classes[0].swapcase() if t.classes[0].swapcase() != t.classes[0] else "CAT"
            for n, (name, values) in enumerate(columns):
                if name == t.target:
                    columns[n] = (name, list(values[:-1]) + [bad])
            if what == "unknown class unseen":
                like["noTargets"], targets = True, None
            else:
                right = None
        delimiter = str(rng.choice([";", "\t", "|"])) if what == "delimiter" else ","
        csv(path, columns, delimiter=delimiter, quoted=what == "delimiter", form=form)
        self.pair("csv", what, right, targets if right is not None else None, naive, **like)

    def array_types(self, x):
        """Element types that hold these numbers."""
        types = ["f8", ">f8", "f4"]
        if self.truth.kind == "images":
            types += ["u1", "i2", ">u2", "i8"]
        return str(self.rng.choice(types))

    def other_npz(self):
        t, rng = self.truth, self.rng
        options = ["types", "types", "fortran", "one row", "no targets", "arrays", "wrong shape"]
        if not t.regression:
            options += ["some classes", "label out of range"]
        what = str(rng.choice(options))
        count = 1 if what == "one row" else int(rng.integers(2, 9))
        labels = [0] if what == "some classes" else None
        x, y = t.rows(count, moved=True), t.targets(count, labels)
        stored, right, targets = x.astype(self.array_types(x)), x, y
        like = dict(importer="npz", like=str(rng.choice(["file", "checkpoint"])))
        if what == "fortran":
            stored = np.asfortranarray(stored)
        elif what == "wrong shape":
            stored, right = stored[..., :-1], None
        elif what == "label out of range":
            y = y.copy()
            y[-1], right = t.count, None
        elif what == "no targets":
            targets = None
        if what == "arrays":
            np.save(f"{self.path}/{self.next('x.npy')}", stored)
            np.save(f"{self.path}/{self.next('y.npy')}", y)
            like |= dict(path=self.next("x.npy"), labels=self.next("y.npy"))
        else:
            like["path"] = self.next(".npz")
            arrays = dict(x=stored) if what == "no targets" and rng.random() < 0.5 else dict(x=stored, y=y)
            if what == "no targets" and "y" in arrays:
                like["noTargets"] = True
            np.savez(f"{self.path}/{like['path']}", **arrays)
        self.pair("npz", what, right, targets if right is not None else None, **like)

    def other_images(self):
        t, rng = self.truth, self.rng
        options = ["all classes", "some classes", "one class", "one image", "no classes", "other size", "other color",
                   "unknown class", "unknown class unseen", "other case"]
        what = str(rng.choice(options))
        named = self.named_classes
        count = 1 if what == "one image" else int(rng.integers(t.count, 9))
        labels = [int(rng.integers(0, t.count))] if what == "one class" else None
        if what == "some classes":
            labels = rng.choice(t.count, max(1, t.count - 1), replace=False)
        y = t.targets(count, labels)
        shape = t.shape if len(t.shape) == 3 else t.shape + (1,)
        pixels = rng.integers(0, 256, (count,) + shape).astype(float)
        right, targets = pixels, y
        shown = pixels
        if what == "other size":
            # A flat color is the same at any size.
            pixels = np.broadcast_to(pixels[:, :1, :1], pixels.shape)
            right, shown = pixels, np.broadcast_to(pixels[:, :1, :1], (count, 7, 5, shape[-1]))
        elif what == "other color":
            if shape[-1] == 3:
                shown, right = pixels[..., :1], np.repeat(pixels[..., :1], 3, -1)
            else:
                shown = rng.integers(0, 256, (count,) + shape[:2] + (3,)).astype(float)
                right = gray(shown)
        names = [t.classes[n] for n in y]
        like = dict(path=self.next(""), importer="images", like=str(rng.choice(["file", "checkpoint"])))
        if what in ["unknown class", "unknown class unseen"]:
            names[-1] = "owl"
        elif what == "other case":
            old = [name for name in names if name.swapcase() != name]
            names = [name.swapcase() if old and name == old[0] else name for name in names] if old else names[:-1] + ["OWL"]
        unseen = what in ["no classes", "unknown class unseen"] or not named and rng.random() < 0.7
        if unseen:
            like["noTargets"], targets = True, None
        elif not named or what in ["unknown class", "other case"]:
            # Folders have names, and the classes of training have none that they could be matched with.
            right = None
        if what == "no classes":
            names = [None] * count
        order = folder_of_images(f"{self.path}/{like['path']}", shown, names)
        if right is None:
            return self.pair("images", what, **like)
        right = right[order].reshape((count,) + t.shape)
        self.pair("images", what, right, None if targets is None else targets[order], **like)

    def other_h5(self):
        t, rng = self.truth, self.rng
        options = ["types", "own attributes", "transformed", "one row", "no targets", "wrong shape"]
        if t.names:
            options += ["permuted", "permuted", "extra", "missing", "renamed", "no names"]
        if not t.regression:
            options += ["no class names"]
            if self.named_classes:
                options += ["classes in another order", "some classes", "unknown class"]
        what = str(rng.choice(options))
        count = 1 if what == "one row" else int(rng.integers(2, 9))
        x, y = t.rows(count, moved=True), t.targets(count)
        right, targets = x, y
        names, naive = t.names, None
        classes, labels = (t.classes if self.named_classes else None), y
        stored, attributes = x, {}
        if what == "permuted":
            order = rng.permutation(len(names))
            stored, names = x[:, order], [names[n] for n in order]
            naive = stored
        elif what == "extra":
            place = int(rng.integers(0, len(names) + 1))
            stored = np.insert(x, place, 7, axis=1)
            names = names[:place] + ["more"] + names[place:]
        elif what == "missing":
            stored, names, right = x[:, 1:], names[1:], None
        elif what == "renamed":
            names, right = [names[0] + "2"] + names[1:], None
        elif what == "no names":
            names = None
        elif what == "wrong shape":
            stored, names, right = x[..., :-1], None, None
        elif what == "no targets":
            targets = None
        elif what == "no class names":
            classes = None
        elif what == "own attributes":
            attributes = dict(mean=x.reshape(count, -1).mean(), standard_deviation=5.0)
        elif what == "transformed":
            if t.kind == "table":
                mean, deviation = np.round(x.mean(0), 1), np.round(x.std(0) + 0.5, 1)
                stored = (x - mean) / deviation
                attributes = dict(transformed_mean=mean, transformed_standard_deviation=deviation)
            else:
                stored, attributes = x / 255, dict(transformed_scale=1 / 255)
            naive = stored
        if what in ["classes in another order", "some classes"]:
            order = rng.permutation(t.count)
            if what == "some classes":
                order = order[:-1] if t.count > 1 else order
                targets = y = t.targets(count, order)
            place = {int(old): new for new, old in enumerate(order)}
            classes, labels = [t.classes[n] for n in order], np.array([place[int(n)] for n in y])
        elif what == "unknown class":
            classes, right = t.classes[:-1] + ["owl"], None
            labels = labels.copy()
            labels[-1] = t.count - 1
        file = self.next(".h5")
        dtype = self.array_types(stored) if what == "types" else "f8"
        with h5py.File(f"{self.path}/{file}", "w") as h5:
            h5["x_test"] = stored.astype(dtype)
            for key, value in attributes.items():
                h5["x_test"].attrs[key] = value
            if names:
                h5["x_test"].attrs["feature_names"] = names
            if what != "no targets":
                h5["y_test"] = labels
                if classes:
                    h5.attrs["class_names"] = classes
        joins = bool(what not in ["no targets", "one row"] and rng.random() < 0.35)
        if what == "unknown class" and not joins:
            right, targets = x, None  # predict reads no targets
        self.pair("h5", what, right, targets if right is not None else None, naive, path=file, importer="h5", joins=joins)

    def describe(self):
        t = self.truth
        outputs = 1 if t.regression else t.count
        scale, offset = (np.broadcast_to(np.asarray(n, float), t.shape).ravel() for n in self.batch)
        scale0, offset0 = (np.broadcast_to(np.asarray(n, float), t.shape).ravel() for n in self.stored)
        np.savez(f"{self.path}/batch.npz", scale=scale * scale0, offset=offset0 * scale + offset,
                 stored_scale=scale0, stored_offset=offset0)
        return dict(name=self.name, train=self.train, source=self.source, pairs=self.pairs, outputs=outputs,
                    regression=t.regression, normalization=self.normalization)


def make(directory, seed, groups):
    rng = np.random.default_rng(seed)
    made = []
    for number in range(groups):
        group = Group(directory, number, rng, "table" if number % 2 == 0 else "images")
        own = group.other_csv if number % 2 == 0 else group.other_images
        for other in [own, own, own, group.other_npz, group.other_npz, group.other_h5, group.other_h5]:
            other()
        made.append(group.describe())
    with open(f"{directory}/groups.json", "w") as file:
        json.dump(made, file, indent=1)


if __name__ == "__main__":
    make(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
