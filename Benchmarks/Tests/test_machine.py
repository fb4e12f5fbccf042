import os
import tempfile
import unittest
from pathlib import Path

from comparison import results
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


class FileNameTests(unittest.TestCase):
    def test_it_is_made_of_processor_and_date(self):
        names = {
            "AMD EPYC 7B13 64-Core Processor": "amd-epyc-7b13-2026-03-01",
            "Intel(R) Xeon(R) CPU @ 2.20GHz": "intel-xeon-2026-03-01",
            "": "unknown-2026-03-01",
        }
        for processor, name in names.items():
            self.assertEqual(results.stem(processor, "2026-03-01T12:00:00+00:00"), name)

    def test_a_second_run_of_a_day_leaves_the_first_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ["x.json", "x-2.json", "x-3.json"]:
                path = results.free_path(Path(folder), "x")
                self.assertEqual(path.name, name)
                results.save(path, {})
