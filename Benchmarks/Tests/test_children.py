import sys
import unittest

from comparison import children
from comparison.children import ChildFailure


class ChildrenTests(unittest.TestCase):
    def test_output_time_and_memory_are_those_of_the_child(self):
        child = children.run([sys.executable, "-S", "-c", "x = b'1' * (100 << 20); print('done')"])
        self.assertEqual(child.output, "done\n")
        self.assertGreater(child.peak_memory_mib, 100)
        self.assertLess(children.run(["sh", "-c", "sleep 0.05"]).peak_memory_mib, 100)
        self.assertGreaterEqual(children.run(["sh", "-c", "sleep 0.05"]).seconds, 0.05)

    def test_standard_error_is_kept_apart(self):
        child = children.run(["sh", "-c", "echo result; echo progress >&2"])
        self.assertEqual((child.output, child.messages), ("result\n", "progress\n"))

    def test_a_failure_tells_the_last_line_and_the_status(self):
        with self.assertRaisesRegex(ChildFailure, r"^the reason \(exit status 7\)$"):
            children.run(["sh", "-c", "echo first >&2; echo the reason >&2; exit 7"])

    def test_what_cannot_start_is_named(self):
        with self.assertRaisesRegex(ChildFailure, "^cannot start /does/not/exist: No such file"):
            children.run(["/does/not/exist"])

    def test_what_takes_too_long_is_ended(self):
        with self.assertRaisesRegex(ChildFailure, "^took longer than 0.1 s and was ended$"):
            children.run(["sh", "-c", "sleep 60 & sleep 60"], timeout=0.1)
