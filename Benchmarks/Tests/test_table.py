import unittest

import fakes
from comparison import table


class TableTests(unittest.TestCase):
    def test_the_readme_has_a_line_a_workload(self):
        entry = {
            "mlp-128": {"lockstep": fakes.step(1.234, shareOfPeak=0.876), "torch": fakes.step(2.468)},
            "fashion-mnist": {"lockstep": fakes.run(2.0), "torch": fakes.run(7.0)},
        }
        found = fakes.results(entry, workloads=["mlp-128", "fashion-mnist"])
        self.assertEqual(
            [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.readme_table(found).splitlines()[2:]],
            [
                ["MLP 784-512-256-10, batch 128", "1.23 ms", "2.47 ms", "–", "2.00", "88%"],
                ["Fashion-MNIST end to end, 5 epochs", "2.00 s", "7.00 s", "–", "3.50", "–"],
            ],
        )

    def test_a_library_has_the_time_of_its_fastest_mode(self):
        entry = {"cnn-256": {"lockstep": fakes.step(1.0), "torch": fakes.step(3.0), "torch.compile": fakes.step(2.0)}}
        names = ["lockstep", "torch", "torch.compile"]
        found = table.readme_table(fakes.results(entry, contestants=names, workloads=["cnn-256"]))
        self.assertIn(" | Lockstep | PyTorch | best peer", found)
        self.assertIn("|  1.00 ms | 2.00 ms |", found)

    def test_the_report_says_over_how_many_samples_batches_are_normalized(self):
        entry = {"resnet20-128": {"lockstep": fakes.step(1.0, shards=2), "torch": fakes.step(2.0)}}
        report = table.report(fakes.results(entry, workloads=["resnet20-128"]))
        self.assertIn("over 128 samples, Lockstep over 64 in each of 2 shards.\n", report)

    def test_a_mode_that_does_not_compete_has_no_line(self):
        names = ["lockstep", "torch.channels-last"]
        entry = {name: {"lockstep": fakes.step(1.0)} for name in ("mlp-128", "cnn-256")}
        report = table.report(fakes.results(entry, contestants=names, workloads=list(entry)))
        self.assertEqual(report.count("PyTorch NHWC"), 1)

    def test_the_report_tells_rounds_conditions_and_problems(self):
        rounds = [{"mlp-128": {"lockstep": fakes.step(1.0), "torch": fakes.step(value)}} for value in (2.0, 3.0, 4.0)]
        failure = {"contestant": "jax", "workload": "mlp-128", "round": 2, "message": "it broke"}
        report = table.report(fakes.results(*rounds, problems=[failure]))
        self.assertIn("|    2.00 |    3.00 |    4.00 |   3.00 | 2.50 to 3.50 |", report)
        self.assertIn("Lockstep 0123456789ab, changed since; Swift 6.3, Python 3.11.7, PyTorch 2.0\n", report)
        self.assertIn("load 0.10 before; at most 2% of a round's processor time taken by other processes", report)
        self.assertIn("- JAX on mlp-128 in round 2: it broke\n", report)

    def test_columns_are_aligned(self):
        lines = table.table(["a", "b"], [["long name", "1"], ["x", "1000"]], texts=1).splitlines()
        self.assertEqual(
            lines, ["| a         |    b |", "| --------- | ---: |", "| long name |    1 |", "| x         | 1000 |"]
        )

    def test_numbers_have_three_digits(self):
        found = [table.number(value) for value in (None, 0.01234, 0.999, 1.234, 12.34, 123.4, 123456.7)]
        self.assertEqual(found, ["–", "0.0123", "0.999", "1.23", "12.3", "123", "123457"])

    def test_numbers_that_round_up_to_more_digits_still_have_three(self):
        found = [table.number(value) for value in (0.009996, 0.9994, 0.9996, 9.994, 9.996, 99.94, 99.96, 999.6)]
        self.assertEqual(found, ["0.0100", "0.999", "1.00", "9.99", "10.0", "99.9", "100", "1000"])

    def test_zero_is_a_number(self):
        self.assertEqual(table.number(0), "0.00")
