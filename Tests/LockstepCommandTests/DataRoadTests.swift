import Checkpoints
import Datasets
import Foundation
import Networks
import TestSupport
import Training
import XCTest

/// The table of roads and differences: what the documentation says, the code decides, and what then happens.
final class DataRoadTests: CommandTestCase {
    func testTheDocumentationHasTheTableThatTheCodeDecidesBy() throws {
        let page = try String(contentsOfFile: Self.sources + "/datasets/README.md", encoding: .utf8)
        XCTAssertTrue(page.contains("\n\(DataRoad.table)\n"), "datasets/README.md needs this table:\n\(DataRoad.table)")
    }

    /// Rows of three columns and classes, none of which is of the third class, in files that differ in one thing.
    private func writeFiles() throws {
        try python(
            """
            r = np.random.RandomState(2)
            x = r.normal([5, -2, 40], [2, 1, 9], (80, 3)).astype('f4'); y = (x[:, 0] > 5).astype(int)
            names, classes, m, s = ['a', 'b', 'c'], ['low', 'high', 'none'], np.array([5, -2, 40]), np.array([2, 1, 9])
            def write(name, x=x, names=names, y=y, classes=classes, **attributes):
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    for split, rows in [('train', slice(0, 60)), ('test', slice(60, 80))]:
                        f[f'x_{split}'], f[f'y_{split}'] = x[rows], y[rows]
                        if names: f[f'x_{split}'].attrs['feature_names'] = names
                        for k, v in attributes.items(): f[f'x_{split}'].attrs[k] = v
                    if classes: f.attrs['class_names'] = classes
            write('base', mean=m, standard_deviation=s)
            write('columnsInAnotherOrder', x[:, [2, 0, 1]], ['c', 'a', 'b'])
            write('missingColumn', x[:, :2], names[:2])
            write('extraColumn', np.insert(x, 1, 7, axis=1), ['a', 'id', 'b', 'c'])
            write('columnsWithoutNames', names=None)
            write('classesInAnotherOrder', y=2 - y, classes=classes[::-1])
            write('missingClass', classes=classes[:2])
            write('extraClass', y=np.where(np.arange(80) % 20 == 3, 2, y), classes=['low', 'high', 'odd'])
            write('classesWithoutNames', classes=None)
            write('nameless', classes=None)
            write('classesNamedThereAlone', classes=classes[:2])
            write('otherUnits', ((x - m) / s * 3).astype('f4'), transformed_mean=m, transformed_standard_deviation=s / 3)
            # What is to be imported: the test rows as a table, or as arrays where a table would name the classes.
            for name in sys.argv[2].split():
                with h5py.File(f'{sys.argv[1]}/{name}.h5') as f:
                    x, y = f['x_test'][:], f['y_test'][:]
                    header, names = f['x_test'].attrs.get('feature_names'), f.attrs.get('class_names')
                    if names is None: np.savez(f'{sys.argv[1]}/{name}.npz', x=x, y=y); continue
                    with open(f'{sys.argv[1]}/{name}.csv', 'w') as table:
                        if header is not None: print(*header, 'y', sep=',', file=table)
                        for row, label in zip(x, y): print(*map(repr, row.tolist()), names[label], sep=',', file=table)
            """, directory, DataDifference.allCases.map { "\($0)" }.joined(separator: " "))
    }

    /// The data that a network has been trained on when others come: theirs are named.
    private func base(of difference: DataDifference) -> String {
        difference == .classesNamedThereAlone ? "nameless.h5" : "base.h5"
    }

    private func configuration(_ file: String, outputs: Int) -> Configuration {
        Configuration(
            dataset: .file(file.hasPrefix("/") ? file : path(file)), network: Network { Linear(outputs) },
            optimizer: .sgd(.init(learningRate: 0.1)),
            batchSize: 20, epochs: 2)
    }

    func testEachCellIsWhatHappens() throws {
        try writeFiles()
        var checkpoints: [String: String] = [:]
        for (base, outputs) in [("base.h5", 3), ("nameless.h5", 2)] {
            let run = try TrainingRun(
                configuration(base, outputs: outputs), directory: path("run-\(base)"), workers: .exactly(1))
            _ = try run.train(steps: 4)
            let checkpoint = try CheckpointStore(directory: path("run-\(base)/checkpoints")).newest { _ in }.1
            try TrainedModel(checkpoint, workers: .exactly(1)).predict(
                split: .test, output: path("predictions-\(base)"))
            checkpoints[base] = checkpoint
        }

        for difference in DataDifference.allCases {
            let base = base(of: difference)
            let checkpoint = try XCTUnwrap(checkpoints[base])
            let model = try TrainedModel(checkpoint, workers: .exactly(1))
            let expected = try model.evaluate(split: .test)
            for road in DataRoad.allCases {
                let cell = "\(road), \(difference)"
                let file = path("\(difference).h5")
                let result = Result { try self.take(road, file, cell, model, checkpoint, base) }
                switch (road.decision(on: difference), result) {
                case (.refused, .success): XCTFail("\(cell): taken")
                case (.refused, .failure): break
                case (_, .failure(let error)): XCTFail("\(cell): \(error)")
                case (_, .success(nil)): break
                case (.takesAPlace, .success(let report?)), (.takenAsRaw, .success(let report?)):
                    XCTAssertNotEqual(report.loss, expected.loss, cell)
                case (_, .success(let report?)):
                    XCTAssertEqual(report.loss, expected.loss, accuracy: 1e-5, cell)
                    XCTAssertEqual(report.accuracy, expected.accuracy, cell)
                }
            }
        }
    }

    /// Goes a road with a file. Returns what the network then makes of the test split; nil for predictions, which are
    /// compared here.
    private func take(
        _ road: DataRoad, _ file: String, _ cell: String, _ model: TrainedModel, _ checkpoint: String,
        _ base: String
    ) throws -> EvaluationReport? {
        let run = path(UUID().uuidString)
        let outputs = base == "nameless.h5" ? 2 : 3
        switch road {
        case .evaluate: return try model.evaluate(dataset: file, split: .test)
        case .predict:
            try model.predict(dataset: file, split: .test, output: run)
            let same = try python(
                """
                a, b = (h5py.File(name)['probabilities'][:] for name in sys.argv[1:])
                print(a.shape == b.shape and abs(a - b).max() < 1e-5)
                """, run, path("predictions-\(base)"))
            XCTAssertEqual(same, "True", cell)
            return nil
        case .resume:
            try FileManager.default.copyItem(atPath: path("run-\(base)"), toPath: run)
            return try TrainingRun(resuming: run, changes: RunChanges(datasetPath: file), workers: .exactly(1))
                .evaluate(.test)
        case .branch, .initialize:
            let origin: TrainingRun.Origin =
                road == .branch ? .branch(checkpoint: checkpoint) : .parameters(checkpoint: checkpoint)
            return try TrainingRun(
                configuration(file, outputs: outputs), from: origin, directory: run, workers: .exactly(1)
            ).evaluate(.test)
        case .splits:
            var both = configuration(base, outputs: outputs)
            both.dataset = DatasetDescription(
                splits: [
                    .train: SplitDescription(path: path(base), inputs: "x_train", targets: "y_train"),
                    .test: SplitDescription(path: file, inputs: "x_test", targets: "y_test"),
                ])
            let trained = try TrainingRun(both, directory: run, workers: .exactly(1))
            _ = try trained.train(steps: 4)
            return try trained.evaluate(.test)
        case .importing:
            let stem = String(file.dropLast(3))
            let kind = FileManager.default.fileExists(atPath: stem + ".csv") ? "csv" : "npz"
            try made(lockstep("import", kind, "\(stem).\(kind)", "--like", checkpoint, "--output", run + ".h5"))
            return try model.evaluate(dataset: run + ".h5", split: .test)
        case .joining:
            try made(lockstep("convert", path(base), file, "--output", run + ".h5"))
            // The same rows twice, in the first file and in the other one.
            return try model.evaluate(dataset: run + ".h5", split: .test)
        }
    }

    /// Throws what a command said that made no file.
    private func made(_ outcome: Outcome) throws {
        struct Refusal: Error { let text: String }
        guard outcome.status == 0 else { throw Refusal(text: outcome.errors) }
    }
}
