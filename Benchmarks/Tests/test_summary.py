import unittest

import fakes
from comparison.rounds import order_of_round
from comparison.summary import summarize

STEP = fakes.step


class SummaryTests(unittest.TestCase):
    def test_a_ratio_is_of_the_best_peer_of_the_same_round(self):
        rounds = [
            {"mlp-128": {"lockstep": STEP(1.0), "torch": STEP(3.0), "jax": STEP(2.0)}},
            {"mlp-128": {"lockstep": STEP(2.0), "torch": STEP(5.0), "jax": STEP(8.0)}},
            {"mlp-128": {"lockstep": STEP(1.0), "torch": STEP(9.0), "jax": STEP(9.0)}},
        ]
        [summary] = summarize(fakes.results(*rounds))
        self.assertEqual(summary.ratios, [2.0, 2.5, 9.0])
        self.assertEqual(summary.ratio, 2.5)
        self.assertEqual(summary.relative, {"lockstep": 1.0, "torch": 3.0, "jax": 4.0})

    def test_best_steps_have_a_ratio_of_their_own(self):
        entry = {"mlp-128": {"lockstep": STEP(2.0, best=1.0), "torch": STEP(4.0, best=1.5)}}
        [summary] = summarize(fakes.results(entry))
        self.assertEqual((summary.ratio, summary.best_ratio), (2.0, 1.5))

    def test_medians_are_over_the_rounds_that_have_a_number(self):
        rounds = [{"mlp-128": {"lockstep": STEP(value, shareOfPeak=0.5)}} for value in (3.0, 1.0, 2.0)]
        [summary] = summarize(fakes.results(*rounds, {"mlp-128": {}}))
        self.assertEqual(summary.medians["lockstep"]["stepMillisecondsMedian"], 2.0)
        self.assertEqual(summary.medians["lockstep"]["shareOfPeak"], 0.5)

    def test_a_round_without_us_or_without_peers_has_no_ratio(self):
        rounds = [
            {"mlp-128": {"torch": STEP(3.0)}},
            {"mlp-128": {"lockstep": STEP(1.0)}},
            {"mlp-128": {"lockstep": STEP(1.0), "torch": STEP(4.0)}},
        ]
        [summary] = summarize(fakes.results(*rounds))
        self.assertEqual(summary.ratios, [None, None, 4.0])
        self.assertEqual(summary.ratio, 4.0)

    def test_what_was_never_measured_has_no_ratio(self):
        [summary] = summarize(fakes.results({"mlp-128": {"torch": STEP(3.0)}}))
        self.assertIsNone(summary.ratio)
        self.assertEqual(summary.relative, {})

    def test_of_a_librarys_modes_the_best_of_a_round_counts(self):
        rounds = [
            {"cnn-256": {"lockstep": STEP(1.0), "torch": STEP(3.0), "torch.channels-last": STEP(2.0)}},
            {"cnn-256": {"lockstep": STEP(1.0), "torch": STEP(1.5), "torch.channels-last": STEP(4.0)}},
        ]
        names = ["lockstep", "torch", "torch.channels-last"]
        [summary] = summarize(fakes.results(*rounds, contestants=names, workloads=["cnn-256"]))
        self.assertEqual(summary.ratios, [2.0, 1.5])
        self.assertEqual(summary.fastest("torch"), "torch")
        self.assertIsNone(summary.fastest("jax"))

    def test_memory_is_compared_with_the_thriftiest_mode_of_pytorch(self):
        memory = {"lockstep": 50.0, "torch": 200.0, "torch.channels-last": 150.0, "jax": 60.0}
        entry = {"cnn-256": {name: STEP(1.0) | {"peakMemoryMiB": value} for name, value in memory.items()}}
        [summary] = summarize(fakes.results(entry, contestants=list(memory), workloads=["cnn-256"]))
        self.assertEqual(summary.memory_ratio, 3.0)

    def test_quartiles_are_over_rounds(self):
        rounds = [{"mlp-128": {"lockstep": STEP(value)}} for value in (1.0, 2.0, 3.0, 4.0, 5.0)]
        [summary] = summarize(fakes.results(*rounds))
        self.assertEqual(summary.quartiles["lockstep"], (2.0, 4.0))
        [summary] = summarize(fakes.results(rounds[0]))
        self.assertIsNone(summary.quartiles["lockstep"])

    def test_a_peers_share_of_the_peak_is_that_of_the_same_operations(self):
        entry = {"mlp-128": {"lockstep": STEP(3.0, best=2.0, shareOfPeak=0.8), "torch": STEP(5.0, best=4.0)}}
        [summary] = summarize(fakes.results(entry))
        self.assertEqual(summary.shares, {"lockstep": 0.8, "torch": 0.4})

    def test_whole_runs_are_compared_by_seconds(self):
        entry = {"fashion-mnist": {"lockstep": fakes.run(2.0), "torch": fakes.run(7.0)}}
        [summary] = summarize(fakes.results(entry, workloads=["fashion-mnist"]))
        self.assertEqual(summary.ratio, 3.5)
        self.assertIsNone(summary.best_ratio)

    def test_everyone_begins_in_turn(self):
        orders = [order_of_round(["lockstep", "torch", "jax"], index) for index in range(4)]
        self.assertEqual([order[0] for order in orders], ["lockstep", "torch", "jax", "lockstep"])
        self.assertTrue(all(sorted(order) == ["jax", "lockstep", "torch"] for order in orders))
