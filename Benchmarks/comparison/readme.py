"""Puts a comparison's table and picture into the README, between two comments."""

import os

from comparison.results import ResultsError, write
from comparison.table import count_rounds, hardware, readme_table, software

BEGIN = "<!-- benchmark: written by Benchmarks/compare.py --update-readme -->"
END = "<!-- /benchmark -->"


def check(readme):
    """Raises `ResultsError` unless the two comments are there, in order, once each."""
    try:
        text = readme.read_text(encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{readme}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ResultsError(f"{readme}: not UTF-8 ({error})") from error
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ResultsError(f"{readme}: expected a line '{BEGIN}' and after it a line '{END}'")
    return text


def section(results, picture):
    """Markdown; `picture` is the SVG's path as the README sees it."""
    peers = [version for version in software(results["versions"]) if version.startswith(("PyTorch", "JAX"))]
    words = [
        f"{hardware(results['machine'])}; {', '.join(peers)}; {results['date'][:10]}.",
        f"Medians over {count_rounds(results)} in which the contestants ran in turn.",
    ]
    image = f"![Time relative to Lockstep, a bar for each contestant and workload]({picture})"
    return f"{BEGIN}\n{readme_table(results)}\n\n{' '.join(words)}\n\n{image}\n{END}"


def update(readme, results, picture_path):
    text = check(readme)
    before, after = text[: text.index(BEGIN)], text[text.index(END) + len(END) :]
    picture = os.path.relpath(picture_path, readme.parent).replace(os.sep, "/")
    write(readme, before + section(results, picture) + after)
