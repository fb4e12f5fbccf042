import copy
import json
import tempfile
import unittest
from pathlib import Path

import fakes
from comparison import picture, results, table
from comparison.results import ResultsError


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


class LoadTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "x.json"
        entry = {
            "mlp-128": {"lockstep": fakes.step(1.0, shareOfPeak=0.5), "torch": fakes.step(2.0)},
            "fashion-mnist": {"lockstep": fakes.run(2.0), "torch": fakes.run(7.0)},
        }
        failure = {"contestant": "jax", "workload": "mlp-128", "round": 1, "message": "it broke"}
        rounds = [entry, copy.deepcopy(entry)]
        self.results = fakes.results(*rounds, workloads=["mlp-128", "fashion-mnist"], problems=[failure])

    def refusal(self, content):
        """The reason why a file with this content is no result."""
        self.path.write_bytes(content)
        with self.assertRaises(ResultsError) as caught:
            results.load(self.path)
        message = str(caught.exception)
        self.assertTrue(message.startswith(f"{self.path}: ") and "\n" not in message, message)
        return message.removeprefix(f"{self.path}: ")

    def refusal_of_results(self):
        return self.refusal(json.dumps(self.results).encode())

    def test_what_was_saved_is_loaded(self):
        results.save(self.path, self.results)
        self.assertEqual(results.load(self.path), self.results)

    def test_the_results_of_this_repository_are_loaded(self):
        paths = list((Path(__file__).resolve().parents[1] / "results").glob("*.json"))
        self.assertTrue(paths)
        for path in paths:
            results.load(path)

    def test_what_is_not_json_is_refused(self):
        self.assertRegex(self.refusal(b'{"format": 1,'), "^not JSON [(]Expecting property name")
        self.assertRegex(self.refusal(b'"\xff"'), "^not JSON [(]'utf-8' codec can't decode byte 0xff")
        self.assertRegex(self.refusal(b"[" * 100_000), "^not JSON [(].*recursion")

    def test_results_of_something_else_are_refused(self):
        for content in [b"[]", b"1", b"{}", b'{"format": 2}']:
            self.assertEqual(self.refusal(content), "expected results of compare.py, format 1")

    def test_a_missing_key_is_named(self):
        del self.results["rounds"][1]["workloads"]["mlp-128"]["torch"]["stepMillisecondsMedian"]
        self.assertEqual(
            self.refusal_of_results(), "rounds[1].workloads.mlp-128.torch.stepMillisecondsMedian is missing"
        )
        del self.results["machine"]["processor"]
        self.assertEqual(self.refusal_of_results(), "machine.processor is missing")
        del self.results["machine"]
        self.assertEqual(self.refusal_of_results(), "machine is missing")

    def test_a_value_of_the_wrong_kind_is_named(self):
        numbers = self.results["rounds"][0]["workloads"]["mlp-128"]["lockstep"]
        place = "rounds[0].workloads.mlp-128.lockstep.stepMillisecondsBest"
        for value, found in [(0, "0"), (True, "true"), ("1", '"1"'), (None, "null"), ([1], "a list")]:
            numbers["stepMillisecondsBest"] = value
            self.assertEqual(self.refusal_of_results(), f"{place}: expected a positive number, found {found}")
        self.results["rounds"] = {}
        self.assertEqual(self.refusal_of_results(), "rounds: expected a list, found an object")

    def test_names_that_nobody_knows_are_refused(self):
        self.results["rounds"][0]["workloads"]["mlp-128"]["numpy"] = fakes.step(1.0)
        self.assertEqual(
            self.refusal_of_results(),
            "rounds[0].workloads.mlp-128: expected only lockstep, torch, torch.channels-last, torch.compile, "
            "torch.compile.channels-last, jax, found numpy",
        )
        self.results["workloads"].append("mlp-1")
        self.assertEqual(
            self.refusal_of_results(),
            'workloads[2]: expected one of mlp-128, mlp-4096, wide-2048, moons-100, cnn-256, resnet20-128, lenet5-64, '
            'fashion-mnist, fashion-mnist-cnn, found "mlp-1"',
        )

    def test_no_damage_is_worse_than_an_error(self):
        values = [None, True, 0, -1, 1, 10**400, 1e300, float("inf"), float("nan"), "", "x", "\ud800", [], [[]], {}]
        refused = 0
        for place in places(self.results):
            for change in [delete, *(replace_by(value) for value in values)]:
                damaged = copy.deepcopy(self.results)
                change(damaged, place)
                results.save(self.path, damaged)
                with self.subTest(place=place, change=change):
                    try:
                        found = results.load(self.path)
                    except ResultsError:
                        refused += 1
                        continue
                    results.write(self.path, table.report(found) + table.readme_table(found) + picture.draw(found))
        self.assertGreater(refused, 500)


def places(value, before=()):
    """The path to every value within one."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*before, key)
        yield from places(inner, (*before, key))


def parent(value, place):
    for key in place[:-1]:
        value = value[key]
    return value


def delete(value, place):
    del parent(value, place)[place[-1]]


def replace_by(new):
    def replace(value, place):
        parent(value, place)[place[-1]] = new

    return replace
