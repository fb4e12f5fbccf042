import contextlib
import io
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import compare
import fakes


class CompareTests(unittest.TestCase):
    """The whole program, with contestants that are shell scripts."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.lockstep = fakes.lockstep(self.folder / "lockstep")
        self.python = fakes.python(self.folder / "python")
        self.shares = {"othersShare": 0.02, "stealShare": 0.01}
        self.wait_until_quiet = mock.Mock(return_value=0.0)
        handler = signal.getsignal(signal.SIGTERM)
        self.addCleanup(signal.signal, signal.SIGTERM, handler)

    def compare(self, *arguments):
        """Exit status, standard output and standard error."""
        command = ["compare.py", "--lockstep", self.lockstep, "--python", self.python]
        command += ["--results", self.folder / "results", "--seconds", "0.1", "--workers", "1", *arguments]
        output, errors = io.StringIO(), io.StringIO()
        with (
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
            mock.patch("sys.argv", [str(part) for part in command]),
            mock.patch("comparison.machine.wait_until_quiet", self.wait_until_quiet),
            mock.patch("comparison.machine.CPUTime.shares_until", lambda *_: self.shares),
            mock.patch("comparison.machine.output_of", self.output_of),
        ):
            try:
                status = compare.main()
            except SystemExit as exit:
                status = exit.code
        return status, output.getvalue(), errors.getvalue()

    def output_of(self, *command, folder=None):
        """Asks the fake interpreter, and neither git nor swift, which take their time."""
        if command[0] != self.python:
            return None
        return subprocess.run([command[0], "-c"], stdout=subprocess.PIPE, encoding="utf-8").stdout

    def saved(self):
        [path] = (self.folder / "results").glob("*.json")
        return json.loads(path.read_text(encoding="utf-8"))

    def assert_usage_error(self, message, *arguments):
        status, _, errors = self.compare(*arguments)
        self.assertEqual(status, 2)
        self.assertIn(message, errors)

    def test_it_saves_every_round_a_table_and_a_picture(self):
        status, output, errors = self.compare("mlp-128", "moons-100", "--rounds", "2")
        self.assertEqual(status, 0, errors)
        results = self.saved()
        self.assertTrue(results["complete"])
        self.assertEqual([entry["order"][0] for entry in results["rounds"]], ["lockstep", "torch"])
        for entry in results["rounds"]:
            for workload in ["mlp-128", "moons-100"]:
                self.assertEqual(sorted(entry["workloads"][workload]), ["jax", "lockstep", "torch"])
        self.assertEqual(results["machine"]["instructionSet"], "avx2")
        self.assertEqual(results["versions"]["torch"], "2.0")
        [table] = (self.folder / "results").glob("*.md")
        self.assertEqual(table.read_text(encoding="utf-8"), output)
        [picture] = (self.folder / "results").glob("*.svg")
        ElementTree.parse(picture)
        self.assertIn("round 2/2  moons-100", errors)

    def test_a_whole_run_has_its_accuracy_and_memory(self):
        with mock.patch("compare.DATASET", "README.md"):  # a file that is there
            status, output, errors = self.compare("fashion-mnist-cnn", "--rounds", "1")
        self.assertEqual(status, 0, errors)
        found = self.saved()["rounds"][0]["workloads"]["fashion-mnist-cnn"]
        accuracies = {name: numbers["testAccuracy"] for name, numbers in found.items()}
        self.assertEqual(accuracies, {"lockstep": 0.9, "torch": 0.875, "torch.channels-last": 0.875})
        self.assertIn("| PyTorch NHWC |", output)

    def test_a_contestant_that_fails_is_shown_and_the_others_go_on(self):
        self.python = fakes.python(self.python, before_torch="echo 'Error: no luck' >&2; exit 3")
        status, output, _ = self.compare("mlp-128", "--rounds", "1")
        self.assertEqual(status, 1)
        self.assertIn("- PyTorch on mlp-128 in round 1: Error: no luck (exit status 3)\n", output)
        self.assertEqual(sorted(self.saved()["rounds"][0]["workloads"]["mlp-128"]), ["jax", "lockstep"])

    def test_output_that_makes_no_sense_is_a_failure(self):
        for line, message in [
            ("echo", "printed no line of JSON with workload mlp-128"),
            ("echo '{1'", "printed a line that is not JSON: {1"),
            ("""echo '{"workload": "mlp-128"}'""", "stepMillisecondsMedian: expected a positive number, found None"),
            ("kill -9 $$", "signal SIGKILL"),
        ]:
            self.lockstep = fakes.program(self.lockstep, line)
            status, output, _ = self.compare("mlp-128", "--rounds", "1")
            self.assertEqual(status, 1)
            self.assertIn(message, output)

    def test_a_package_that_is_not_installed_is_a_missing_contestant(self):
        self.python = fakes.python(self.python, jax=None)
        status, output, _ = self.compare("mlp-128", "--rounds", "1")
        self.assertEqual(status, 1)
        self.assertIn(f"- JAX: jax is not installed for {self.python}\n", output)
        self.assertIn("2.00", output)

    def test_an_interruption_saves_what_there_is_and_ends_the_contestant(self):
        slow = f'case "$1" in *torch*) kill -TERM {os.getpid()}; sleep 60; touch {self.folder}/went-on;; esac'
        self.python = fakes.python(self.python, before_torch=slow)
        status, output, _ = self.compare("mlp-128", "--rounds", "3")
        self.assertEqual(status, 130)
        self.assertIn("1 of 3 rounds, 0.1 s each, threads: 1; interrupted", output)
        results = self.saved()
        self.assertFalse(results["complete"])
        self.assertEqual(list(results["rounds"][0]["workloads"]["mlp-128"]), ["lockstep"])
        self.assertEqual(results["rounds"][0]["othersShare"], 0.02)
        self.assertFalse((self.folder / "went-on").exists())

    def test_missing_programs_are_named_with_how_to_make_them(self):
        status, _, errors = self.compare("--lockstep", self.folder / "none")
        self.assertEqual(
            (status, errors),
            (1, f"compare.py: {self.folder}/none is missing: build it with 'make build', or name it with --lockstep\n"),
        )
        status, _, errors = self.compare("--python", self.folder / "none")
        self.assertEqual(status, 1)
        self.assertIn(f"{self.folder}/none is missing: make one with PyTorch and JAX:\n  python3 -m venv .venv", errors)
        self.python = fakes.program(self.python, "exit 1")
        status, _, errors = self.compare()
        self.assertIn("is no Python that works: make one", errors)
        self.assertFalse((self.folder / "results").exists())

    def test_results_that_cannot_be_saved_are_an_error_before_anything_is_measured(self):
        (self.folder / "results").write_text("not a folder", encoding="utf-8")
        self.lockstep = fakes.lockstep(self.lockstep, f"touch {self.folder}/went-on")
        status, output, errors = self.compare("mlp-128", "--rounds", "1")
        self.assertEqual((status, output), (1, ""))
        self.assertRegex(errors, f"^compare.py: cannot write {self.folder}/results/.*[.]json: Not a directory\n$")
        self.assertFalse((self.folder / "went-on").exists())

    def test_what_stands_in_the_way_of_the_table_is_named(self):
        self.compare("mlp-128", "--rounds", "1")
        [table] = (self.folder / "results").glob("*.md")
        table.unlink()
        table.mkdir()
        status, _, errors = self.compare("--draw", table.with_suffix(".json"))
        self.assertEqual((status, errors), (1, f"compare.py: cannot write {table}: Is a directory\n"))
        self.assertEqual(list(table.parent.glob("*.tmp")), [])

    def test_an_interruption_before_the_first_number_leaves_no_file(self):
        self.wait_until_quiet.side_effect = KeyboardInterrupt
        status, _, errors = self.compare("mlp-128")
        self.assertEqual((status, list((self.folder / "results").iterdir())), (130, []))
        self.assertIn("nothing was measured", errors)

    def test_wrong_usage_is_refused(self):
        self.assert_usage_error("unknown workload 'mlp'; there are mlp-128, mlp-4096", "mlp")
        self.assert_usage_error("--rounds: expected at least 1, found 0", "--rounds", "0")
        for seconds in ("0", "-1", "inf", "nan"):
            self.assert_usage_error(f"--seconds: expected a number above 0, found {seconds}", "--seconds", seconds)
        for seconds in ("-1", "nan"):
            self.assert_usage_error(f"--wait: expected 0 or more, found {seconds}", "--wait", seconds)
        self.assert_usage_error("--workers: expected 1 to", "--workers", "0")

    def test_a_system_without_proc_is_refused(self):
        with mock.patch("sys.platform", "darwin"), self.assertRaises(SystemExit) as caught:
            runpy.run_path(compare.__file__)
        self.assertEqual(str(caught.exception), "compare.py: needs Linux, for what /proc tells of the processor")

    def draw_by_itself(self, *flags, **environment):
        """Draws results into table, picture and README, in a process of its own."""
        path, readme = self.folder / "x.json", self.folder / "README.md"
        entry = {"mlp-128": {"lockstep": fakes.step(1.0), "torch": fakes.step(2.0)}}
        compare.results.save(path, fakes.results(entry, contestants=["lockstep", "torch", "jax"]))
        readme.write_text(f"{compare.readme.BEGIN}\n{compare.readme.END}\n", encoding="utf-8")
        command = [sys.executable, *flags, compare.__file__, "--draw", path, "--update-readme", "--readme", readme]
        child = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, encoding="utf-8")
        self.assertEqual(child.returncode, 0, child.stderr)
        self.assertIn("best peer ÷ Lockstep", readme.read_text(encoding="utf-8"))
        return child.stdout

    def test_no_file_has_the_encoding_of_a_locale(self):
        self.draw_by_itself("-X", "warn_default_encoding", "-W", "error::EncodingWarning")

    def test_a_terminal_that_lacks_a_character_gets_the_rest(self):
        self.assertIn(" \\u2013 |", self.draw_by_itself(PYTHONIOENCODING="ascii"))

    def test_earlier_results_are_drawn_again(self):
        self.compare("mlp-128", "--rounds", "1")
        [picture] = (self.folder / "results").glob("*.svg")
        before = picture.read_text(encoding="utf-8")
        picture.unlink()
        status, _, _ = self.compare("--draw", picture.with_suffix(".json"))
        self.assertEqual(status, 0)
        self.assertEqual(picture.read_text(encoding="utf-8"), before)

    def test_a_file_that_is_not_results_is_refused(self):
        path = self.folder / "x.json"
        for text, message in [("{", "not JSON"), ("[]", "expected results of compare.py"), (None, "No such file")]:
            path.write_text(text, encoding="utf-8") if text else path.unlink()
            status, _, errors = self.compare("--draw", path)
            self.assertEqual(status, 1)
            self.assertIn(f"compare.py: {path}: {message}", errors)

    def test_the_readme_is_written_only_from_complete_results(self):
        path = self.folder / "README.md"
        path.write_text(f"{compare.readme.BEGIN}\n{compare.readme.END}\n", encoding="utf-8")
        arguments = ["mlp-128", "--rounds", "1", "--update-readme", "--readme", path]
        self.python = fakes.python(self.python, jax=None)
        _, _, errors = self.compare(*arguments)
        self.assertIn("the README is as it was", errors)
        self.assertNotIn("Lockstep", path.read_text(encoding="utf-8"))
        self.python = fakes.python(self.python)
        self.assertEqual(self.compare(*arguments)[0], 0)
        self.assertIn("1.00 ms", path.read_text(encoding="utf-8"))

    def test_the_readme_is_not_written_from_a_busy_machine(self):
        path = self.folder / "README.md"
        path.write_text(f"{compare.readme.BEGIN}\n{compare.readme.END}\n", encoding="utf-8")
        self.shares = {"othersShare": 0.3, "stealShare": 0.1}
        status, _, errors = self.compare("mlp-128", "--rounds", "1", "--update-readme", "--readme", path)
        self.assertEqual(status, 1)
        self.assertIn("the README is as it was: other processes took 40% of the processor time of a round", errors)
        self.assertNotIn("Lockstep", path.read_text(encoding="utf-8"))
