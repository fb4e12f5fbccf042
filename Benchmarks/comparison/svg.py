"""The frame that all pictures have: SVG that follows the reader's light or dark mode, with a title and a line below."""

from xml.sax.saxutils import escape

WIDTH = 760

LIGHT = """
text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #3d444d; }
.title { font-size: 16px; font-weight: 600; fill: #1f2328; }
.group { font-size: 13px; font-weight: 600; fill: #1f2328; }
.note { font-size: 11px; fill: #59636e; }
"""
DARK = """
text { fill: #c3ccd6; }
.title, .group { fill: #f0f6fc; }
.note { fill: #9198a1; }
"""


def style_sheet(light, dark):
    """Rules for text and for what is a picture's own; each rule on a line that ends with a newline."""
    return f"{LIGHT}{light}@media (prefers-color-scheme: dark) {{{DARK}{dark}}}\n"


def document(title, subtitle, description, rules, height, parts):
    """The whole picture; `description` is for those who cannot see it."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img" aria-labelledby="title description">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
            f"<style>{rules}</style>",
            text(8, 24, title, "title"),
            text(8, 42, subtitle, "note"),
            *parts,
            "</svg>",
            "",
        ]
    )


def text(x, y, words, style=None, anchor=None):
    attributes = f' class="{style}"' if style else ""
    attributes += f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(words)}</text>'
