"""Learning curves as a picture: accuracy of validation and training by epoch, a colour for each run."""

import math
from dataclasses import dataclass

from comparison.svg import WIDTH, document, style_sheet, text
from learning_curves.metrics import last

LEFT, RIGHT = 48, 540  # of the plot; the rest is for what is written behind the curves
PLOT_HEIGHT = 330
LABELS = RIGHT + 26
LABEL_STEP = 15
LEGEND = 66
LEGEND_STEP = 20
SWATCH = 22
LETTER = 6.6  # the width of one of 12 pixels, rather too much: what is written must not run into what follows

# Light and dark; one's neighbours differ for those who see no red or no green.
COLOURS = [
    ("#0969da", "#4493f8"),
    ("#b35900", "#e09b5a"),
    ("#8250df", "#b58cf8"),
    ("#1a7f37", "#3fb950"),
    ("#bf3989", "#e275ad"),
    ("#6e7781", "#8b949e"),
]
STYLE = style_sheet(
    light="""\
.grid { stroke: #d1d9e0; }
.curve { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.training { stroke-width: 1.1; stroke-dasharray: 4 3; }
.leader { fill: none; stroke: currentColor; stroke-dasharray: 1 3; }
.point, .end { fill: currentColor; }
.end { font-variant-numeric: tabular-nums; }
.last { font-weight: 600; }
.key { color: #3d444d; }
"""
    + "".join(f".run{index} {{ color: {light}; }}\n" for index, (light, _) in enumerate(COLOURS)),
    dark="""\
.grid { stroke: #30363d; }
.key { color: #c3ccd6; }
"""
    + "".join(f".run{index} {{ color: {dark}; }}\n" for index, (_, dark) in enumerate(COLOURS)),
)


@dataclass(frozen=True)
class Axes:
    """From epochs and percent to pixels. `steps` are those of the ticks, horizontal and vertical."""

    epochs: tuple[int, int]
    percents: tuple[float, float]
    steps: tuple[int, float]
    top: float

    @classmethod
    def fitting(cls, runs, start, top):
        """Shows the last third of each run whole and half as much below it, so that bad epochs at the beginning do not
        squash the end; or begins at `start`."""
        curves = [curve for run in runs for curve in run.curves if curve]
        epochs = min(map(min, curves)), max(map(max, curves))
        high = max(max(curve.values()) for curve in curves)
        low = min(min(list(curve.values())[len(curve) * 2 // 3 :]) for curve in curves)
        margin = max(high - low, 1) / 2
        low = max(0, low - margin) if start is None else start
        step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if (high - low) / step <= 8)
        if start is None:
            low = math.floor(round(low / step, 6)) * step
        high = min(100, max(low + step, math.ceil(round(high / step, 6)) * step))
        return cls(epochs, (low, high), (epoch_step(epochs[1] - epochs[0]), step), top)

    @property
    def bottom(self):
        return self.top + PLOT_HEIGHT

    def x(self, epoch):
        first, final = self.epochs
        return LEFT + (RIGHT - LEFT) * (epoch - first) / max(1, final - first)

    def y(self, percent):
        low, high = self.percents
        return self.bottom - PLOT_HEIGHT * (percent - low) / (high - low)

    def draw(self):
        """Lines across and their percents, epochs below."""
        (low, high), (across, step) = self.percents, self.steps
        first, final = self.epochs
        parts = []
        for index in range(math.ceil(round(low / step, 6)), math.floor(round(high / step, 6)) + 1):
            y = self.y(index * step)
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}"/>')
            parts.append(text(LEFT - 8, y + 4, f"{round(index * step, 1):g}%", "note", "end"))
        multiples = range(-(-first // across) * across, final + 1, across)
        for epoch in [first, *[epoch for epoch in multiples if epoch - first > across / 2]]:
            parts.append(text(self.x(epoch), self.bottom + 18, str(epoch), "note", "middle"))
        parts.append(text((LEFT + RIGHT) / 2, self.bottom + 36, "epoch", "note", "middle"))
        return parts


def epoch_step(span):
    """1, 2, 5, 10, 20 and so on, for at most ten ticks."""
    power = 10 ** max(0, len(str(span)) - 2)
    return next(factor * power for factor in (1, 2, 5, 10) if span <= factor * power * 10)


@dataclass
class Label:
    """What is written behind the end of a curve, which is at `x`, `y`."""

    x: float
    y: float
    words: str
    style: str


def draw(runs, title, start):
    """The picture as SVG."""
    legend, rows = draw_legend(runs)
    axes = Axes.fitting(runs, start, LEGEND + rows * LEGEND_STEP)
    curves, labels = [], []
    for index, run in enumerate(runs):
        name = shortened(run.name, 13)
        for values, kind, words, weight in [
            (run.training, " training", f"{name} training", ""),
            (run.validation, "", name, " last"),
        ]:
            if values:
                curves.append(f'<path class="curve{kind} run{index}" d="{outline(values, axes)}"/>')
            if values and last(values) >= axes.percents[0]:
                words = f"{last(values):.2f}%  {words}"
                labels.append(Label(axes.x(max(values)), axes.y(last(values)), words, f"run{index}{weight}"))
    low = f"{round(axes.percents[0], 6):g}%"
    below = any(min(curve.values(), default=100) < axes.percents[0] for run in runs for curve in run.curves)
    subtitle = "accuracy by epoch" + (f"; the axis begins at {low}, and what is below is cut off" if below else "")
    clip = f'<clipPath id="plot"><path d="M{LEFT} {axes.top - 2}H{RIGHT + 2}V{axes.bottom:.1f}H{LEFT}Z"/></clipPath>'
    parts = [*legend, *axes.draw(), clip, '<g clip-path="url(#plot)">', *curves, "</g>", *draw_labels(labels, axes)]
    return document(printable(shortened(title, 80)), subtitle, describe(runs), STYLE, axes.bottom + 46, parts)


def draw_legend(runs):
    """Kinds of lines, then colours; and how many rows that takes."""
    entries = [("validation", "curve key"), ("training", "curve training key")]
    entries += [(printable(shortened(run.name, 80)), f"curve run{index}") for index, run in enumerate(runs)]
    parts, x, row = [], 8, 0
    for words, style in entries:
        width = SWATCH + 6 + LETTER * len(words)
        if x > 8 and x + width > WIDTH - 8:
            x, row = 8, row + 1
        y = LEGEND + row * LEGEND_STEP
        parts += [f'<path class="{style}" d="M{x:.1f} {y - 4}h{SWATCH}"/>', text(x + SWATCH + 6, y, words)]
        x += width + 14
    return parts, row + 1


def outline(values, axes):
    """Through all epochs that have a value."""
    return "M" + "L".join(f"{axes.x(epoch):.1f} {axes.y(percent):.1f}" for epoch, percent in values.items())


def draw_labels(labels, axes):
    """Points at the ends of curves, and their labels in a column, each joined to its point by a dotted line."""
    labels = sorted(labels, key=lambda label: label.y)
    parts = []
    for label, y in zip(labels, spread([label.y for label in labels], axes.top, axes.bottom)):
        leader = f"M{label.x + 4:.1f} {label.y:.1f}H{RIGHT + 4}L{LABELS - 4} {y:.1f}"
        run = label.style.split()[0]
        parts += [
            f'<path class="leader {run}" d="{leader}"/>',
            f'<circle class="point {run}" cx="{label.x:.1f}" cy="{label.y:.1f}" r="3"/>',
            text(LABELS, y + 4, printable(label.words), f"end {label.style}"),
        ]
    return parts


def spread(wanted, top, bottom):
    """Positions within bounds and at least `LABEL_STEP` apart, as near to those wanted, which ascend, as least squares
    allow. Less their index times the step they may not descend, so neighbours that would get their mean instead."""
    groups = []
    for index, y in enumerate(wanted):
        groups.append((y - index * LABEL_STEP, 1))
        while len(groups) > 1 and groups[-2][0] >= groups[-1][0]:
            (mean, count), (earlier, others) = groups.pop(), groups.pop()
            groups.append(((mean * count + earlier * others) / (count + others), count + others))
    means = [mean for mean, count in groups for _ in range(count)]
    highest = bottom - (len(wanted) - 1) * LABEL_STEP
    return [min(max(mean, top), highest) + index * LABEL_STEP for index, mean in enumerate(means)]


def shortened(words, length):
    return words if len(words) <= length else words[: length - 1] + "…"


def printable(words):
    """XML has no characters of control, and a file's name may have them."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in words)


def describe(runs):
    """For those who cannot see the picture."""
    sentences = []
    for run in runs:
        training = f", {last(run.training):.2f}% in training" if run.training else ""
        validation = f"{last(run.validation):.2f}% in validation"
        sentences.append(f"{run.name}: {validation}{training}, epoch {max(run.validation)}.")
    return printable(" ".join(sentences))
