import tempfile
import unittest
from pathlib import Path

import fakes
from comparison import readme
from comparison.results import ResultsError


class ReadmeTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "README.md"
        entry = {"mlp-128": {"lockstep": fakes.step(1.0), "torch": fakes.step(2.0)}}
        self.results = fakes.results(entry)

    def test_only_what_is_between_the_comments_changes(self):
        self.path.write_text(f"before\n\n{readme.BEGIN}\nold\n{readme.END}\n\nafter\n", encoding="utf-8")
        readme.update(self.path, self.results, self.path.parent / "results/x.svg")
        text = self.path.read_text(encoding="utf-8")
        self.assertTrue(text.startswith(f"before\n\n{readme.BEGIN}\n| workload"))
        self.assertTrue(text.endswith(f"(results/x.svg)\n{readme.END}\n\nafter\n"))
        self.assertNotIn("old", text)

    def test_doing_it_again_changes_nothing(self):
        self.path.write_text(f"{readme.BEGIN}\n{readme.END}\n", encoding="utf-8")
        readme.update(self.path, self.results, self.path.parent / "x.svg")
        once = self.path.read_text(encoding="utf-8")
        readme.update(self.path, self.results, self.path.parent / "x.svg")
        self.assertEqual(self.path.read_text(encoding="utf-8"), once)

    def test_missing_comments_are_an_error(self):
        for text in ["", readme.BEGIN, f"{readme.END}\n{readme.BEGIN}", f"{readme.BEGIN}\n{readme.END}\n" * 2]:
            self.path.write_text(text, encoding="utf-8")
            with self.assertRaisesRegex(ResultsError, "README.md: expected a line '<!-- benchmark"):
                readme.check(self.path)

    def test_a_readme_in_another_encoding_is_an_error(self):
        self.path.write_bytes(b"\xff")
        with self.assertRaisesRegex(ResultsError, "README.md: not UTF-8"):
            readme.check(self.path)

    def test_the_readme_of_this_repository_has_them(self):
        readme.check(Path(__file__).resolve().parents[2] / "README.md")
