#!/usr/bin/env python3
"""Draws the learning curves of runs from their metrics.csv as one SVG: accuracy of validation and training by epoch."""

import argparse
import sys
from pathlib import Path

if sys.version_info < (3, 10):
    sys.exit("curves.py: needs Python 3.10 or later")

from comparison.results import ResultsError, write
from learning_curves.chart import COLOURS, draw
from learning_curves.metrics import MetricsError, last, load


def main():
    parser = make_parser()
    arguments = parse_arguments(parser)
    try:
        runs = [load(path, name) for path, name in zip(arguments.files, names(arguments.files))]
        for run in runs:
            if arguments.start is not None and arguments.start >= last(run.validation):
                found = f"found {arguments.start:g}"
                parser.error(f"--from: expected less than {last(run.validation):.2f}, where {run.name} ends, {found}")
        write(arguments.output, draw(runs, arguments.title, arguments.start))
    except (MetricsError, ResultsError) as error:
        print(f"curves.py: {error}", file=sys.stderr)
        return 1
    return 0


def make_parser():
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("files", nargs="+", type=Path, metavar="metrics.csv", help=f"of at most {len(COLOURS)} runs")
    add("--output", type=Path, required=True, metavar="PICTURE.svg", help="appears whole or not at all")
    add("--title", default="Learning curves", metavar="TEXT", help="default: Learning curves")
    add("--from", type=float, dest="start", metavar="PERCENT", help="where the axis begins (default: to show the end)")
    return parser


def parse_arguments(parser):
    arguments = parser.parse_args()
    if len(arguments.files) > len(COLOURS):
        parser.error(f"expected at most {len(COLOURS)} files, one a colour, found {len(arguments.files)}")
    for index, path in enumerate(arguments.files):
        if path in arguments.files[:index]:
            parser.error(f"{path} is named twice")
    if arguments.output.suffix != ".svg":
        parser.error(f"--output: expected a name that ends in .svg, found '{arguments.output}'")
    if arguments.start is not None and not 0 <= arguments.start < 100:
        parser.error(f"--from: expected a number from 0 to below 100, found {arguments.start:g}")
    return arguments


def names(paths):
    """What the runs are called: by their files, or by their directories where files are called metrics.csv; by whole
    paths where that is the same for two."""
    short = [path.absolute().parent.name if path.name == "metrics.csv" else path.stem for path in paths]
    return [str(path) if short.count(name) > 1 else name for path, name in zip(paths, short)]


if __name__ == "__main__":
    sys.exit(main())
