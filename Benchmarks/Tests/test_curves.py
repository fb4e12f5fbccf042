import contextlib
import io
import os
import re
import tempfile
import unittest
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import curves
from learning_curves import chart

SVG = "{http://www.w3.org/2000/svg}"
METRICS_LOG = Path(__file__).resolve().parents[2] / "Sources/Training/Logging/MetricsLog.swift"
HEADER = (
    "epoch,step,learningRate,trainingLoss,trainingAccuracy,validationLoss,validationAccuracy,validationTop5Accuracy,"
    "validationRootMeanSquaredError,validationMeanAbsoluteError,validationRSquared,samplesPerSecond,seconds"
)


def line(epoch, validation, training):
    return f"{epoch},{epoch * 469},0.1,0.5,{training},0.4,{validation},0.99,,,,831.2,72.188"


def metrics(*accuracies, first=1):
    """The file of a run; of each epoch, accuracies of validation and training."""
    lines = [line(epoch, *pair) for epoch, pair in enumerate(accuracies, start=first)]
    return "\n".join([HEADER, *lines, ""])


class CurvesTests(unittest.TestCase):
    """The whole program."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.output = self.folder / "curves.svg"

    def file(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run_curves(self, *arguments):
        """Exit status and standard error."""
        command = ["curves.py", "--output", self.output, *arguments]
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), mock.patch("sys.argv", [str(part) for part in command]):
            try:
                status = curves.main()
            except SystemExit as exit:
                status = exit.code
        return status, errors.getvalue()

    def draw(self, *arguments):
        """The picture of files."""
        status, errors = self.run_curves(*arguments)
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(list(self.folder.glob("*.tmp")), [])
        return ElementTree.parse(self.output).getroot()

    def draw_run(self, *accuracies):
        return self.draw(self.file("a.csv", metrics(*accuracies)))

    def refusal(self, content):
        """The reason why a file with this content is not drawn."""
        path = self.file("bad.csv", content)
        self.output.unlink(missing_ok=True)
        status, errors = self.run_curves(self.file("good.csv", metrics((0.5, 0.5))), path)
        self.assertEqual(status, 1)
        self.assertEqual(list(self.folder.glob("curves.svg*")), [])
        self.assertRegex(errors, f"^curves.py: {path}: [^\n]*\n$")
        return errors.removeprefix(f"curves.py: {path}: ").rstrip("\n")

    def assert_usage_error(self, message, *arguments):
        status, errors = self.run_curves(*arguments)
        self.assertEqual(status, 2)
        self.assertIn(message, errors)
        self.assertFalse(self.output.exists())

    def test_this_header_is_the_one_that_lockstep_writes(self):
        self.assertIn(HEADER, "".join(re.findall(r'"(epoch,.*?|validationRoot.*?)"', METRICS_LOG.read_text("utf-8"))))

    # MARK: The picture

    def test_each_file_has_a_solid_and_a_dashed_curve_of_its_colour(self):
        cnn = self.file("cnn.csv", metrics((0.8, 0.7), (0.9, 0.95)))
        resnet = self.file("resnet-20.csv", metrics((0.7, 0.7), (0.8, 0.8), (0.93, 0.97)))
        found = [path.get("class") for path in paths(self.draw(cnn, resnet), "curve")]
        expected = [f"curve{kind} run{run}" for run in (0, 1) for kind in (" training", "")]
        self.assertEqual(found, expected)

    def test_curves_go_through_the_accuracies(self):
        svg = self.draw_run((0.80, 0.82), (0.88, 0.90), (0.90, 0.90), (0.85, 0.90), (0.89, 0.90))
        lines = {float(text.text[:-1]): float(text.get("y")) - 4 for text in texts(svg) if text.text.endswith("%")}
        (low, bottom), (high, top) = min(lines.items()), max(lines.items())
        points = points_of(paths(svg, "curve")[1])
        self.assertEqual([x for x, _ in points], [chart.LEFT + (chart.RIGHT - chart.LEFT) / 4 * i for i in range(5)])
        for (_, y), percent in zip(points, [80, 88, 90, 85, 89], strict=True):
            self.assertAlmostEqual(y, bottom + (top - bottom) * (percent - low) / (high - low), delta=0.11)

    def test_the_last_values_stand_behind_the_curves_and_names_in_the_legend(self):
        svg = self.draw(self.file("cnn.csv", metrics((0.8, 0.7), (0.92345, 0.9811))))
        self.assertLessEqual({"92.34%  cnn", "98.11%  cnn training", "cnn", "validation", "training"}, words(svg))
        self.assertEqual(svg.find(SVG + "desc").text, "cnn: 92.34% in validation, 98.11% in training, epoch 2.")

    def test_bad_epochs_at_the_beginning_do_not_squash_the_end(self):
        svg = self.draw_run((0.1, 0.2), (0.5, 0.5), *[(0.93, 0.95), (0.94, 0.96)] * 4)
        self.assertEqual(axis(svg), ["91%", "92%", "93%", "94%", "95%", "96%"])
        self.assertIn("accuracy by epoch; the axis begins at 91%, and what is below is cut off", words(svg))

    def test_bad_epochs_at_the_end_are_shown(self):
        svg = self.draw_run(*[(0.93, 0.95)] * 8, (0.1, 0.95))
        self.assertEqual(axis(svg)[0], "0%")
        self.assertIn("accuracy by epoch", words(svg))

    def test_the_axis_begins_where_it_is_told_to(self):
        path = self.file("a.csv", metrics((0.2, 0.57), (0.93, 0.99)))
        self.assertEqual(axis(self.draw(path, "--from", "0")), ["0%", "20%", "40%", "60%", "80%", "100%"])
        svg = self.draw(path, "--from", "90.5")
        self.assertEqual(axis(svg)[0], "92%")
        self.assertIn("accuracy by epoch; the axis begins at 90.5%, and what is below is cut off", words(svg))

    def test_a_value_at_the_beginning_of_the_axis_is_not_cut(self):
        svg = self.draw(self.file("a.csv", metrics((0.9, 0.57))), "--from", "57")
        self.assertLessEqual({"accuracy by epoch", "57.00%  a training"}, words(svg))

    def test_any_accuracies_can_be_drawn(self):
        for accuracies in [[(0, 0)], [(1, 1)], [(0, 1)], [(0.5, 0.5)], [(0.5, 0.5)] * 1000, [(0.999, 1), (1, 1)]]:
            svg = self.draw_run(*accuracies)
            self.assertTrue(2 <= len(axis(svg)) <= 14, axis(svg))
            for _, y in [point for path in paths(svg, "curve") for point in points_of(path)]:
                self.assertTrue(0 < y < float(svg.get("height")), y)

    def test_curves_that_end_together_have_labels_apart(self):
        files = [self.file(f"{i}.csv", metrics((0.5, 0.5), (0.94 + i / 10000, 0.96))) for i in range(6)]
        ys = sorted(float(text.get("y")) for text in texts(self.draw(*files)) if "%  " in text.text)
        self.assertEqual(len(ys), 12)
        for above, below in zip(ys, ys[1:]):
            self.assertGreaterEqual(below - above, chart.LABEL_STEP - 0.11)

    def test_labels_are_near_where_they_belong_and_within_bounds(self):
        self.assertEqual(chart.spread([100, 150], 0, 330), [100, 150])
        self.assertEqual(chart.spread([100, 101], 0, 330), [93, 108])
        self.assertEqual(chart.spread([100, 110, 111], 0, 330), [92, 107, 122])
        self.assertEqual(chart.spread([0, 1], 0, 330), [0, 15])
        self.assertEqual(chart.spread([329, 330], 0, 330), [315, 330])
        self.assertEqual(chart.spread([], 0, 330), [])

    def test_a_run_without_training_accuracy_has_one_curve(self):
        svg = self.draw_run((0.8, ""), (0.9, ""))
        self.assertEqual([path.get("class") for path in paths(svg, "curve")], ["curve run0"])
        self.assertEqual(svg.find(SVG + "desc").text, "a: 90.00% in validation, epoch 2.")

    def test_epochs_without_validation_are_passed_over(self):
        svg = self.draw_run((0.8, 0.8), ("", 0.8), (0.9, 0.9), ("", 0.9))
        self.assertEqual(paths(svg, "curve")[1].get("d").count("L"), 1)
        self.assertIn("90.00%  a", words(svg))

    def test_a_branch_begins_at_its_epoch(self):
        whole = self.file("whole.csv", metrics(*[(0.8, 0.8)] * 20))
        branch = self.file("branch.csv", metrics(*[(0.9, 0.9)] * 10, first=11))
        starts = [points_of(path)[0][0] for path in paths(self.draw(whole, branch), "curve")]
        self.assertEqual(starts[0], chart.LEFT)
        self.assertAlmostEqual(starts[2], chart.LEFT + (chart.RIGHT - chart.LEFT) * 10 / 19, delta=0.06)
        self.assertEqual(points_of(paths(self.draw(branch), "curve")[0])[0][0], chart.LEFT)

    def test_half_a_line_of_a_run_that_was_killed_is_left_out(self):
        text = metrics((0.8, 0.8), (0.9, 0.9))
        for half in ["3", "3,1407,0.1,0.5,0.9", line(3, 0.7, 0.7).rpartition(",")[0]]:
            self.assertIn("90.00%  a", words(self.draw(self.file("a.csv", text + half))))

    def test_a_file_edited_elsewhere_is_read(self):
        text = metrics((0.8, 0.8), (0.9, 0.9))
        for content in [text.rstrip("\n"), text.replace("\n", "\r\n"), "\ufeff" + text]:
            self.assertIn("90.00%  a", words(self.draw(self.file("a.csv", content))))

    def test_runs_are_named_after_their_files_or_directories(self):
        text = metrics((0.8, 0.8))
        one, other = self.file("runs/one/metrics.csv", text), self.file("runs/other/metrics.csv", text)
        self.assertLessEqual({"one", "other"}, words(self.draw(one, other)))
        with working_directory(one.parent):
            self.assertIn("one", words(self.draw("metrics.csv")))
        same = self.file("more/one/metrics.csv", text)
        found = words(self.draw(one, same))
        self.assertTrue(any(word.startswith(str(self.folder)) for word in found), found)

    def test_it_is_well_formed_xml_whatever_names_and_title_are(self):
        path = self.file("a<b>&\x01\u00fc.csv", metrics((0.8, 0.8)))
        svg = self.draw(path, "--title", "x < y & \x02 z")
        self.assertLessEqual({"a<b>&\ufffd\u00fc", "x < y & \ufffd z"}, words(svg))

    def test_it_follows_dark_mode_and_needs_nothing_from_elsewhere(self):
        self.draw_run((0.8, 0.8))
        svg = self.output.read_text(encoding="utf-8")
        self.assertIn("@media (prefers-color-scheme: dark)", svg)
        self.assertEqual(re.findall(r"https?://[^\"]*", svg), ["http://www.w3.org/2000/svg"])
        self.assertNotIn("background", svg)

    # MARK: Refusals

    def test_a_missing_file_is_named(self):
        path = self.folder / "none.csv"
        expected = f"curves.py: {path}: expected a run's metrics.csv, found: No such file or directory\n"
        self.assertEqual(self.run_curves(path), (1, expected))
        expected = f"curves.py: {self.folder}: expected a run's metrics.csv, found: Is a directory\n"
        self.assertEqual(self.run_curves(self.folder), (1, expected))

    def test_files_without_lines_are_refused(self):
        expected = "expected a header with epoch, validationAccuracy, trainingAccuracy, found an empty file"
        self.assertEqual(self.refusal(""), expected)
        expected = "expected a line for each finished epoch, found none after the header"
        for content in [HEADER, HEADER + "\n", HEADER + "\n1,469,0.1"]:
            self.assertEqual(self.refusal(content), expected)

    def test_a_missing_column_is_named(self):
        text = metrics((0.8, 0.8))
        for column in ["epoch", "validationAccuracy", "trainingAccuracy"]:
            found = self.refusal(text.replace(column, "x"))
            self.assertRegex(found, f"^line 1: expected column {column}, as a run's metrics.csv has, found '.{{79}}…'$")
        self.assertIn("found ''", self.refusal("\n"))

    def test_what_is_no_accuracy_is_named_with_line_and_column(self):
        for value in ["x", "nan", "inf", "-0.1", "1.01", " "]:
            for column, pair in [("validationAccuracy", (value, 0.8)), ("trainingAccuracy", (0.8, value))]:
                expected = f"line 3, column {column}: expected a share from 0 to 1, found '{value}'"
                self.assertEqual(self.refusal(metrics((0.8, 0.8), pair)), expected)

    def test_epochs_out_of_order_are_named(self):
        for value in ["", "x", "0", "-1", "1.5", "\u0661", "1" * 5000]:
            found = self.refusal(HEADER + "\n" + line(1, 0.8, 0.8).replace("1,", value + ",", 1) + "\n")
            self.assertRegex(found, "^line 2, column epoch: expected an epoch, counted from 1, found '.{0,80}'$")
        for number in [1, 3]:
            found = self.refusal(metrics((0.8, 0.8)) + line(number, 0.8, 0.8) + "\n")
            self.assertEqual(found, f"line 3, column epoch: expected 2, found '{number}'")

    def test_lines_of_another_length_are_named(self):
        for bad, count in [("2,938", 2), ("", 1), (line(2, 0.8, 0.8) + ",", 14)]:
            found = self.refusal(metrics((0.8, 0.8)) + bad + "\n" + line(3, 0.8, 0.8) + "\n")
            self.assertEqual(found, f"line 3: expected 13 columns, found {count}")

    def test_a_run_without_validation_is_refused(self):
        expected = "column validationAccuracy: expected numbers, found none: train with a validation split, "
        found = self.refusal(metrics(("", 0.8), ("", 0.9)))
        self.assertEqual(found, expected + "and with a loss that has an accuracy")

    def test_what_is_no_text_is_refused(self):
        self.assertEqual(self.refusal(b"epoch\xff"), "expected text in UTF-8, found byte 5 that is none")

    def test_a_picture_that_cannot_be_written_leaves_nothing(self):
        self.output.mkdir()
        status, errors = self.run_curves(self.file("a.csv", metrics((0.8, 0.8))))
        self.assertEqual((status, errors), (1, f"curves.py: cannot write {self.output}: Is a directory\n"))
        self.assertEqual(list(self.folder.glob("*.tmp")), [])

    def test_an_earlier_picture_stays_when_a_file_is_bad(self):
        self.output.write_text("earlier", encoding="utf-8")
        self.assertEqual(self.run_curves(self.file("a.csv", ""))[0], 1)
        self.assertEqual(self.output.read_text(encoding="utf-8"), "earlier")

    def test_wrong_usage_is_refused(self):
        path = self.file("a.csv", metrics((0.8, 0.8), (0.9, 0.8)))
        self.assert_usage_error("the following arguments are required: metrics.csv")
        self.assert_usage_error("expected at most 6 files, one a colour, found 7", *[f"{i}.csv" for i in range(7)])
        self.assert_usage_error(f"{path} is named twice", path, path)
        self.assert_usage_error(f"--output: expected a name that ends in .svg, found '{path}'", path, "--output", path)
        for start in ("-1", "100", "nan"):
            message = f"--from: expected a number from 0 to below 100, found {start}"
            self.assert_usage_error(message, path, f"--from={start}")
        self.assert_usage_error("--from: expected less than 90.00, where a ends, found 90", path, "--from", "90")
        self.assert_usage_error("invalid float value: '90%'", path, "--from", "90%")


def texts(svg):
    return list(svg.iter(SVG + "text"))


def words(svg):
    return {text.text for text in texts(svg)}


def axis(svg):
    """The percents beside the plot, from below."""
    return [text.text for text in texts(svg) if text.text.endswith("%")]


def paths(svg, style):
    """Those of a style within the plot."""
    return [path for path in svg.find(SVG + "g") if path.get("class").split()[0] == style]


def points_of(path):
    return [tuple(map(float, point.split())) for point in path.get("d")[1:].split("L")]


@contextlib.contextmanager
def working_directory(path):
    before = os.getcwd()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(before)
