import unittest
from pathlib import Path

from comparison import contestants
from comparison.children import ChildFailure
from comparison.contestants import Setup


class ContestantsTests(unittest.TestCase):
    setup = Setup(lockstep=Path("lockstep"), python=Path("python"), workers=3, seconds=0.5)

    def words(self, command):
        return " ".join(Path(str(part)).name for part in command)

    def test_everyone_gets_the_same_threads_and_seconds(self):
        commands = {
            "lockstep": "lockstep benchmark step mlp-128 --workers 3 --seconds 0.5 --json",
            "torch": "python torch_steps.py mlp-128 --threads 3 --seconds 0.5",
            "torch.compile": "python torch_steps.py mlp-128 --threads 3 --seconds 0.5 --compile",
            "jax": "python jax_steps.py mlp-128 --threads 3 --seconds 0.5",
        }
        for contestant, command in commands.items():
            self.assertEqual(self.words(self.setup.step_command(contestant, "mlp-128")), command)

    def test_whole_runs_have_the_same_length_and_seed(self):
        for contestant in ("lockstep", "torch"):
            words = self.words(self.setup.end_to_end_command(contestant, 7, "folder"))
            self.assertIn("--epochs 5 --batch-size 256 --seed 7", words)

    def test_our_configuration_is_that_of_the_peer(self):
        ours = contestants.CONFIGURATION.read_text(encoding="utf-8")
        peer = (contestants.PEERS / "torch_fashion_mnist.py").read_text(encoding="utf-8")
        for line in ["batchSize: 256", "epochs: 5", "{adamW: {learningRate: 0.001, weightDecay: 0.01}}"]:
            self.assertIn(line, ours)
        for default in ['"--learning-rate", type=float, default=0.001', '"--weight-decay", type=float, default=0.01']:
            self.assertIn(default, peer)

    def test_accuracy_is_read_from_what_each_prints(self):
        ours = "test loss            0.42066\ntest accuracy        85.53%\ntest top-5 accuracy  99.70%\n"
        self.assertEqual(contestants.read_accuracy(ours), 0.8553)
        peer = '{"epoch": 4, "testAccuracy": 0.5}\n{"epoch": 5, "testAccuracy": 0.875}\n{"totalSeconds": 9}\n'
        self.assertEqual(contestants.read_peer_accuracy(peer), 0.875)
        for read in (contestants.read_accuracy, contestants.read_peer_accuracy):
            with self.assertRaisesRegex(ChildFailure, "printed no line"):
                read("{}\n")

    def test_the_line_of_another_workload_is_not_taken(self):
        numbers = '"stepMillisecondsMedian": 2, "stepMillisecondsBest": 1, "samplesPerSecond": 3'
        output = f'hello\n{{"workload": "mlp-4096", {numbers}}}\n{{"workload": "mlp-128", "x": 1, {numbers}}}\n'
        self.assertEqual(contestants.read_step(output, "mlp-128")["x"], 1)
        with self.assertRaisesRegex(ChildFailure, "no line of JSON with workload moons-100"):
            contestants.read_step(output, "moons-100")

    def test_only_numbers_above_zero_are_times(self):
        for value in ("0", "-1", "NaN", "Infinity", "null", '"1"', "true"):
            line = f'{{"workload": "mlp-128", "stepMillisecondsMedian": {value}}}'
            with self.assertRaisesRegex(ChildFailure, "stepMillisecondsMedian: expected a positive number"):
                contestants.read_step(line, "mlp-128")
