"""What runs reached epoch by epoch, from the metrics.csv that Lockstep writes."""

import math
import re
from dataclasses import dataclass

EPOCH, VALIDATION, TRAINING = COLUMNS = ("epoch", "validationAccuracy", "trainingAccuracy")


class MetricsError(Exception):
    """A file that is no metrics.csv, or one without accuracies to draw."""


@dataclass(frozen=True)
class Run:
    """A run's accuracies in percent, by epoch. Training has none with binary cross-entropy."""

    name: str
    validation: dict[int, float]
    training: dict[int, float]

    @property
    def curves(self):
        return self.validation, self.training


def last(values):
    return values[max(values)]


def load(path, name):
    """Raises `MetricsError` unless the file has epochs and, of some of them, validation accuracy."""
    header, rows = read_table(path)
    for column in COLUMNS:
        if column not in header:
            found = shown(",".join(header))
            raise MetricsError(f"{path}: line 1: expected column {column}, as a run's metrics.csv has, found {found}")
    validation, training = {}, {}
    previous = None
    for number, fields in enumerate(rows, start=2):
        place = f"{path}: line {number}"
        if len(fields) != len(header):
            raise MetricsError(f"{place}: expected {len(header)} columns, found {len(fields)}")
        row = dict(zip(header, fields))
        previous = epoch = parse_epoch(row[EPOCH], previous, place)
        for column, accuracies in [(VALIDATION, validation), (TRAINING, training)]:
            if row[column]:
                accuracies[epoch] = parse_percent(row[column], f"{place}, column {column}")
    if previous is None:
        raise MetricsError(f"{path}: expected a line for each finished epoch, found none after the header")
    if not validation:
        raise MetricsError(
            f"{path}: column {VALIDATION}: expected numbers, found none: train with a validation split, "
            "and with a loss that has an accuracy"
        )
    return Run(name, validation, training)


def read_table(path):
    """The header's columns, and those of each line after it."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise MetricsError(f"{path}: expected a run's metrics.csv, found: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise MetricsError(f"{path}: expected text in UTF-8, found byte {error.start} that is none") from error
    if lines == [""]:
        raise MetricsError(f"{path}: expected a header with {', '.join(COLUMNS)}, found an empty file")
    header, *rows = [line.split(",") for line in lines]
    # What follows the last newline is nothing, or half a line: it is being written, or was when a run was killed.
    if rows and len(rows[-1]) < len(header):
        rows.pop()
    return header, rows


def parse_epoch(field, previous, place):
    """Epochs follow one another; the first may be any, since a branch begins after those of another run."""
    if not re.fullmatch("[1-9][0-9]{0,8}", field):
        raise MetricsError(f"{place}, column {EPOCH}: expected an epoch, counted from 1, found {shown(field)}")
    if previous is not None and int(field) != previous + 1:
        raise MetricsError(f"{place}, column {EPOCH}: expected {previous + 1}, found {shown(field)}")
    return int(field)


def parse_percent(field, place):
    try:
        share = float(field)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise MetricsError(f"{place}: expected a share from 0 to 1, found {shown(field)}")
    return round(100 * share, 9)  # 0.57 is 57, and not a little less


def shown(field):
    """Quoted, on one line, and short."""
    return repr(field if len(field) <= 80 else field[:79] + "…")
