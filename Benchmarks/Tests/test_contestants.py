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
            "torch.compile.channels-last": (
                "python torch_steps.py mlp-128 --threads 3 --seconds 0.5 --compile --channels-last"
            ),
            "jax": "python jax_steps.py mlp-128 --threads 3 --seconds 0.5",
        }
        for contestant, command in commands.items():
            self.assertEqual(self.words(self.setup.step_command(contestant, "mlp-128")), command)

    def test_only_images_have_channels_that_can_be_last(self):
        for workload, competes in {"mlp-128": False, "cnn-256": True, "fashion-mnist": False}.items():
            self.assertIs(contestants.competes("torch.channels-last", workload), competes)
            self.assertTrue(contestants.competes("torch", workload))

    def test_only_steps_are_compiled(self):
        for contestant in ("torch.compile", "torch.compile.channels-last", "jax"):
            self.assertTrue(contestants.competes(contestant, "cnn-256"))
            self.assertFalse(contestants.competes(contestant, "fashion-mnist-cnn"))
        self.assertTrue(contestants.competes("torch.channels-last", "fashion-mnist-cnn"))

    def test_whole_runs_have_the_same_length_and_seed(self):
        for run in contestants.RUNS.values():
            for contestant in ("lockstep", "torch"):
                words = self.words(self.setup.end_to_end_command(contestant, run, 7, "folder"))
                self.assertIn(f"--epochs {run.epochs} --batch-size 256 --seed 7", words)

    def test_the_peer_is_told_which_network_to_train_and_how(self):
        words = self.words(
            self.setup.end_to_end_command("torch.channels-last", contestants.RUNS["fashion-mnist-cnn"], 7, "folder")
        )
        self.assertIn("--network cnn --threads 3 --test at-end --channels-last", words)

    def test_our_configurations_are_those_of_the_peer(self):
        peer = (contestants.PEERS / "torch_fashion_mnist.py").read_text(encoding="utf-8")
        for default in ['"--learning-rate", type=float, default=0.001', '"--weight-decay", type=float, default=0.01']:
            self.assertIn(default, peer)
        for run in contestants.RUNS.values():
            ours = run.configuration.read_text(encoding="utf-8")
            optimizer = "{adamW: {learningRate: 0.001, weightDecay: 0.01}}"
            for line in ["batchSize: 256", f"epochs: {run.epochs}", optimizer, contestants.DATASET]:
                self.assertIn(line, ours)

    def test_accuracy_and_parameters_are_read_from_what_each_prints(self):
        ours = "test loss            0.42066\ntest accuracy        85.53%\ntest top-5 accuracy  99.70%\n"
        messages = "data set    x.h5\nnetwork     421,642 parameters\nepoch 1/1\n"
        self.assertEqual(contestants.read_run(ours, messages), {"testAccuracy": 0.8553, "parameters": 421_642})
        both = "test accuracy  86.00% (best checkpoint, epoch 3)\ntest accuracy  85.53% (last step)\n"
        self.assertEqual(contestants.read_run(both, messages)["testAccuracy"], 0.8553)
        with self.assertRaisesRegex(ChildFailure, "printed no line"):
            contestants.read_run("{}\n", messages)
        peer = '{"epoch": 4, "testAccuracy": 0.5}\n{"testAccuracy": 0.875}\n{"totalSeconds": 9, "parameters": 7}\n'
        self.assertEqual(contestants.read_peer_run(peer), {"testAccuracy": 0.875, "parameters": 7})
        with self.assertRaisesRegex(ChildFailure, "printed no line"):
            contestants.read_peer_run("{}\n")

    def test_another_network_or_batch_is_not_compared(self):
        numbers = '"workload": "lenet5-64", "stepMillisecondsMedian": 2, "stepMillisecondsBest": 1, "samplesPerSecond": 3'
        for sizes, message in [
            ('"batchSize": 64, "parameters": 61705', "parameters: expected 61706, found 61705"),
            ('"batchSize": 64', "parameters: expected 61706, found None"),
            ('"batchSize": 32, "parameters": 61706', "batchSize: expected 64, found 32"),
        ]:
            with self.assertRaisesRegex(ChildFailure, f"^{message}$"):
                contestants.read_step(f"{{{numbers}, {sizes}}}", "lenet5-64")

    def test_the_line_of_another_workload_is_not_taken(self):
        numbers = '"stepMillisecondsMedian": 2, "stepMillisecondsBest": 1, "samplesPerSecond": 3'
        numbers += ', "batchSize": 128, "parameters": 535818'
        output = f'hello\n{{"workload": "mlp-4096", {numbers}}}\n{{"workload": "mlp-128", "x": 1, {numbers}}}\n'
        self.assertEqual(contestants.read_step(output, "mlp-128")["x"], 1)
        with self.assertRaisesRegex(ChildFailure, "no line of JSON with workload moons-100"):
            contestants.read_step(output, "moons-100")

    def test_only_numbers_above_zero_are_times(self):
        for value in ("0", "-1", "NaN", "Infinity", "null", '"1"', "true"):
            line = f'{{"workload": "mlp-128", "stepMillisecondsMedian": {value}}}'
            with self.assertRaisesRegex(ChildFailure, "stepMillisecondsMedian: expected a positive number"):
                contestants.read_step(line, "mlp-128")
