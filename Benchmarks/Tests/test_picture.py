import re
import unittest
from xml.etree import ElementTree

import fakes
from comparison import picture

SVG = "{http://www.w3.org/2000/svg}"


def bars(svg):
    """Right ends of the bars, by style."""
    ends = {}
    for path in ElementTree.fromstring(svg).iter(SVG + "path"):
        ends[path.get("class")] = max(float(end) for end in re.findall(r"H([\d.]+)V", path.get("d")))
    return ends


def words(svg):
    return [text.text for text in ElementTree.fromstring(svg).iter(SVG + "text")]


class PictureTests(unittest.TestCase):
    def draw(self, ours, torch, jax, **others):
        entry = {"mlp-128": {"lockstep": fakes.step(ours), "torch": fakes.step(torch), "jax": fakes.step(jax)}}
        return picture.draw(fakes.results(entry, **others))

    def test_it_is_well_formed_xml_whatever_the_processor_is_called(self):
        svg = self.draw(1.0, 1.5, 2.0)
        self.assertEqual(ElementTree.fromstring(svg).tag, SVG + "svg")
        self.assertTrue(any("Fake <CPU> & Co" in line for line in words(svg)))

    def test_bars_are_as_long_as_their_times(self):
        ends = bars(self.draw(1.0, 1.5, 2.0))
        lengths = {style: end - picture.BARS_START for style, end in ends.items()}
        self.assertAlmostEqual(lengths["torch"] / lengths["ours"], 1.5, places=2)
        self.assertAlmostEqual(lengths["jax"] / lengths["ours"], 2, places=2)

    def test_numbers_stand_beside_the_bars(self):
        found = words(self.draw(2.0, 3.0, 40.0))
        for expected in ["1.00  ·  2.00 ms", "1.50  ·  3.00 ms", "20.00  ·  40.0 ms"]:
            self.assertIn(expected, found)

    def test_a_bar_too_long_is_cut_and_longer_than_all_that_are_not(self):
        svg = self.draw(1.0, 1.5, 30.0)
        self.assertEqual(svg.count("ZM"), 1)
        ends = bars(svg)
        self.assertEqual(ends["jax"], picture.BARS_END)
        self.assertLess(ends["torch"], picture.BARS_END)

    def test_nothing_is_drawn_relative_to_what_was_not_measured(self):
        svg = picture.draw(fakes.results({"mlp-128": {"torch": fakes.step(1.0)}}))
        self.assertEqual(bars(svg), {})
        self.assertIn("Lockstep was not measured", words(svg))

    def test_it_follows_dark_mode_and_needs_nothing_from_elsewhere(self):
        svg = self.draw(1.0, 1.5, 2.0)
        self.assertIn("@media (prefers-color-scheme: dark)", svg)
        self.assertEqual(re.findall(r"https?://[^\"]*", svg), ["http://www.w3.org/2000/svg"])
        self.assertNotIn("background", svg)
