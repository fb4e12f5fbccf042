import os
import unittest

from comparison.machine import CPUTime

TICKS = os.sysconf("SC_CLK_TCK")


class MachineTests(unittest.TestCase):
    def test_shares_tell_others_from_us_and_from_other_machines(self):
        before = CPUTime.parse(f"cpu  {10 * TICKS} 0 0 {90 * TICKS} 0 0 0 0 0 0", own=1.0)
        after = CPUTime.parse(f"cpu  {70 * TICKS} 0 0 {120 * TICKS} 0 0 0 {10 * TICKS} 0 0", own=41.0)
        self.assertEqual(before.shares_until(after), {"othersShare": 0.2, "stealShare": 0.1})

    def test_no_time_at_all_is_no_share(self):
        now = CPUTime.parse("cpu 1 1 1 1 1 1 1 1 0 0", own=0.0)
        self.assertEqual(now.shares_until(now), {"othersShare": 0, "stealShare": 0})
