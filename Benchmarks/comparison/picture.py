"""A comparison as a picture: bars of time relative to Lockstep, as SVG that follows the reader's light or dark mode."""

import math
from dataclasses import dataclass

from comparison.contestants import OURS, TITLES, workload_title
from comparison.summary import Summary, summarize, time_key
from comparison.svg import document, style_sheet, text
from comparison.table import count_rounds, hardware, number, software, times

NAMES_END = 120  # names of contestants end here, bars begin a gap further right
BARS_START = NAMES_END + 8
BARS_END = 600  # the rest is for what is written behind a bar
BAR_HEIGHT = 15
BAR_STEP = 19
GROUP_GAP = 14
HEAD = 74
MOST = 3.0  # longer bars are cut: one workload of tiny steps must not shrink all others

STYLE = style_sheet(
    light="""\
.ours { fill: #0969da; }
.torch { fill: #a8643c; }
.jax { fill: #6e7781; }
.torch-last { fill: #8b4a25; }
.compiled { fill: #c99a7c; }
.compiled-last { fill: #b5835f; }
""",
    dark="""\
.ours { fill: #4493f8; }
.torch { fill: #d18f66; }
.jax { fill: #8b949e; }
.torch-last { fill: #e8b594; }
.compiled { fill: #8f6146; }
.compiled-last { fill: #a97a5c; }
""",
)
CLASSES = {
    "lockstep": "ours",
    "torch": "torch",
    "torch.channels-last": "torch-last",
    "torch.compile": "compiled",
    "torch.compile.channels-last": "compiled-last",
    "jax": "jax",
}


@dataclass(frozen=True)
class Scale:
    """From relative time to horizontal position: 0 where bars begin, `limit` where the longest ends."""

    limit: float

    @classmethod
    def fitting(cls, values):
        """Up to the largest value that is not cut, and at least 2, so that cut bars are seen to be the longest."""
        return cls(max([2.0, *[value for value in values if value <= MOST]]))

    def position(self, value):
        return BARS_START + (BARS_END - BARS_START) * min(value / self.limit, 1)


def draw(results):
    """The picture as SVG. Workloads that Lockstep did not run have nothing to be relative to, and are left out."""
    summaries = [summary for summary in summarize(results) if OURS in summary.relative]
    scale = Scale.fitting([value for summary in summaries for value in summary.relative.values()])
    y = HEAD
    parts = []
    for summary in summaries:
        group, y = draw_group(summary, results["contestants"], scale, y)
        parts += group
    parts.append(note(results, y) if summaries else text(8, y, "Lockstep was not measured", "note"))
    height = y + 14
    subtitle = "Lockstep = 1; a shorter bar is faster"
    return document("Time relative to Lockstep", subtitle, describe(summaries), STYLE, height, parts)


def draw_group(summary: Summary, contestants, scale, y):
    """A workload's title and a bar for each contestant that ran it; and where the next group begins."""
    parts = [text(8, y, workload_title(summary.workload), "group")]
    y += 8
    for name in contestants:
        if name not in summary.relative:
            continue
        value = summary.relative[name]
        key = time_key(summary.workload)
        absolute = f"{number(summary.medians[name][key])} {'s' if key == 'seconds' else 'ms'}"
        baseline = y + BAR_HEIGHT - 3.5
        parts += [
            text(NAMES_END, baseline, TITLES[name], anchor="end"),
            f'<path class="{CLASSES[name]}" d="{bar(value, scale, y)}"/>',
            text(scale.position(value) + 7, baseline, f"{times(value)}  ·  {absolute}"),
        ]
        y += BAR_STEP
    return parts, y + GROUP_GAP + 14


def bar(value, scale, y):
    """A rectangle; of a value beyond the scale, one with a slanted gap that says it is cut."""
    start, end, bottom = BARS_START, scale.position(value), y + BAR_HEIGHT
    if value <= scale.limit:
        return f"M{start} {y}H{end:.1f}V{bottom}H{start}Z"
    cut, slant, gap = end - 36, 6, 5
    return (
        f"M{start} {y}H{cut + slant:.1f}L{cut:.1f} {bottom}H{start}Z"
        f"M{cut + slant + gap:.1f} {y}H{end:.1f}V{bottom}H{cut + gap:.1f}Z"
    )


def note(results, y):
    peers = [version for version in software(results["versions"]) if version.startswith(("PyTorch", "JAX"))]
    words = [hardware(results["machine"]), *peers, count_rounds(results), results["date"][:10]]
    return text(8, y, "  ·  ".join(words), "note")


def describe(summaries):
    """For those who cannot see the picture."""
    lines = []
    for summary in summaries:
        values = [f"{TITLES[name]} {times(value)}" for name, value in summary.relative.items() if math.isfinite(value)]
        lines.append(f"{workload_title(summary.workload)}: {', '.join(values)}.")
    return " ".join(lines)
