"""What revisions.py makes of numbers."""

import math
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import revisions


class IntervalTests(unittest.TestCase):
    def test_twenty_values_leave_five_on_either_side(self):
        """The table of the sign test: 6th and 15th of 20, 95.9%."""
        low, high, confidence = revisions.interval(range(1, 21))
        self.assertEqual((low, high), (6, 15))
        self.assertAlmostEqual(confidence, 0.9586, places=4)

    def test_few_values_are_spanned_with_the_confidence_they_have(self):
        for count in (1, 2, 5):
            low, high, confidence = revisions.interval(range(count))
            self.assertEqual((low, high), (0, count - 1))
            self.assertAlmostEqual(confidence, 1 - 2 * 0.5**count)

    def test_the_confidence_is_kept_and_the_next_interval_would_not_keep_it(self):
        for count in range(6, 60):
            values = list(range(count))
            low, high, confidence = revisions.interval(values)
            self.assertGreaterEqual(confidence, 0.95)
            inside = sum(math.comb(count, index) for index in range(low + 1)) * 0.5**count
            narrower = 1 - 2 * (inside + math.comb(count, low + 1) * 0.5**count)
            self.assertLess(narrower, 0.95)
            self.assertEqual(high, count - 1 - low)

    def test_a_line_has_median_and_interval(self):
        self.assertEqual(revisions.line([1.0, 0.98, 1.02]), "1.000 (0.980 to 1.020)")


if __name__ == "__main__":
    unittest.main()
