import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from comparison import machine
from comparison.machine import CPUTime

BENCHMARKS = Path(machine.__file__).parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
MEASURED = [
    "Package.swift",
    "Sources/Kernels/Kernels.swift",
    "Benchmarks/Package.swift",
    "Benchmarks/compare.py",
    "Benchmarks/comparison/machine.py",
    "Benchmarks/fashion-mnist.yaml",
    "Benchmarks/peers/workloads.py",
]
NOT_MEASURED = ["README.md", "Tests/KernelsTests/X.swift", "Benchmarks/README.md", "Benchmarks/results/x.json"]


class MachineTests(unittest.TestCase):
    def test_shares_tell_others_from_us_and_from_other_machines(self):
        before = CPUTime.parse(f"cpu  {10 * TICKS} 0 0 {90 * TICKS} 0 0 0 0 0 0", own=1.0)
        after = CPUTime.parse(f"cpu  {70 * TICKS} 0 0 {120 * TICKS} 0 0 0 {10 * TICKS} 0 0", own=41.0)
        self.assertEqual(before.shares_until(after), {"othersShare": 0.2, "stealShare": 0.1})

    def test_no_time_at_all_is_no_share(self):
        now = CPUTime.parse("cpu 1 1 1 1 1 1 1 1 0 0", own=0.0)
        self.assertEqual(now.shares_until(now), {"othersShare": 0, "stealShare": 0})

    def test_nothing_is_read_in_the_encoding_of_a_locale(self):
        script = "from comparison import machine as m; m.describe(); m.CPUTime.now(); print(m.peer_versions('python3'))"
        strict = ["-X", "warn_default_encoding", "-W", "error::EncodingWarning"]
        command = [sys.executable, *strict, "-c", script]
        child = subprocess.run(command, cwd=BENCHMARKS, capture_output=True, encoding="utf-8")
        self.assertIn("'python': ", child.stdout, child.stderr)

    def test_a_program_that_prints_no_text_is_no_error(self):
        self.assertEqual(machine.output_of("printf", r"a\377b"), "a\ufffdb")


class RevisionTests(unittest.TestCase):
    """In a repository with the folders of this one."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in [*MEASURED, *NOT_MEASURED]:
            self.write(name, "first")
        self.write(".gitignore", "Package.resolved\n")
        self.git("init", "--quiet")
        self.git("add", ".")
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgSign=false"]
        self.git(*identity, "commit", "--quiet", "--message", "x")

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.root, check=True)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def dirty(self):
        return machine.revision(self.root)["dirty"]

    def test_a_change_of_what_decides_the_figures_counts(self):
        self.assertIs(self.dirty(), False)
        for name in MEASURED:
            self.write(name, "second")
            self.assertIs(self.dirty(), True, name)
            self.write(name, "first")

    def test_a_source_that_git_does_not_know_counts(self):
        self.git("config", "status.showUntrackedFiles", "no")
        self.write("Sources/Kernels/New.swift", "")
        self.assertIs(self.dirty(), True)

    def test_other_changes_do_not(self):
        for name in [*NOT_MEASURED, "Package.resolved", "Benchmarks/Package.resolved", "Benchmarks/results/new.json"]:
            self.write(name, "second")
        self.assertIs(self.dirty(), False)

    def test_where_git_cannot_tell_nothing_is_claimed(self):
        self.write(".git/index", "no index")
        self.assertIsNone(self.dirty())
        shutil.rmtree(self.root / ".git")
        self.assertEqual(machine.revision(self.root), {"commit": None, "dirty": None})


class NewestSourceTests(unittest.TestCase):
    def test_the_manifest_is_a_source_like_any_other(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "Sources/Kernels").mkdir(parents=True)
            for name, time in [("Package.swift", 1e9), ("Sources/Kernels/A.swift", 2e9)]:
                (root / name).touch()
                os.utime(root / name, (time, time))
            self.assertEqual(machine.newest_source(root), 2e9)
            os.utime(root / "Package.swift", (3e9, 3e9))
            self.assertEqual(machine.newest_source(root), 3e9)

    def test_the_lock_of_an_editor_is_no_source_that_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "Sources").mkdir()
            (Path(folder) / "Sources/.#A.swift").symlink_to("nobody@nowhere:1")
            self.assertEqual(machine.newest_source(Path(folder)), 0)
