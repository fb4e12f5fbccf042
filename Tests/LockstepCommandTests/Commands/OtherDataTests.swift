import Foundation
import TestSupport
import XCTest

/// What the program makes of data of another file than a network was trained on.
final class OtherDataTests: CommandTestCase {
    private func importCSV(_ name: String, _ arguments: String..., line: UInt = #line) throws {
        let outcome = try shell(
            "$lockstep import csv \(name).csv --output \(name).h5 " + arguments.joined(separator: " "))
        XCTAssertEqual(outcome.status, 0, outcome.errors, line: line)
    }

    private func train(_ configuration: String, line: UInt = #line) throws -> String {
        try write(configuration, to: "config.yaml")
        let outcome = try shell("rm -rf run; $lockstep train config.yaml --run run --quiet --workers 1")
        XCTAssertEqual(outcome.status, 0, outcome.errors, line: line)
        return try newestCheckpoint(of: "run")
    }

    /// The accuracy that NumPy finds for a network of two linear layers with relu between them, of a checkpoint, on a
    /// CSV table of one column and a class, normalized by the mean and deviation of another file.
    private func accuracyByNumPy(_ checkpoint: String, _ table: String, normalizedAs data: String) throws -> String {
        try python(
            """
            p = h5py.File(sys.argv[1])['parameters']; a = h5py.File(sys.argv[3])['x_train'].attrs
            rows = [line.split(',') for line in open(sys.argv[2]).read().split()[1:]]
            x = (np.array([[float(v)] for v, _ in rows]) - a['mean']) / a['standard_deviation']
            y = np.array([['hi', 'lo'].index(c) for _, c in rows])
            h = np.maximum(x @ p['linear1/weight'][:] + p['linear1/bias'][:], 0)
            print(f"{100 * np.mean((h @ p['linear2/weight'][:] + p['linear2/bias'][:]).argmax(1) == y):.2f}%")
            """, path(checkpoint), path(table), path(data))
    }

    func testNewDataAreNormalizedAsInTraining() throws {
        try python(
            """
            r = np.random.default_rng(0)
            for name, x in [('train', r.normal(100, 10, 2000)), ('new', r.normal(118, 10, 500))]:
                with open(f'{sys.argv[1]}/{name}.csv', 'w') as f:
                    f.write('x,label\\n' + ''.join(f'{v},{"hi" if v > 100 else "lo"}\\n' for v in x))
            """, directory)
        try importCSV("train", "--test-fraction 0.2")
        try importCSV("new", "--validation-fraction 0 --test-fraction 0")
        let network = "network: [{linear: 8}, relu, {linear: 2}]\nbatchSize: 64\nepochs: 20\n"
        let checkpoint = try train("dataset: train.h5\n" + network)
        let right = try accuracyByNumPy(checkpoint, "new.csv", normalizedAs: "train.h5")
        XCTAssertEqual(right, "99.80%")

        let outcome = try lockstep("evaluate", checkpoint, "--dataset", "new.h5", "--split", "train")
        XCTAssertEqual(outcome.result("train accuracy"), right, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("normalized as in training"), outcome.errors)
        try lockstep("predict", checkpoint, "--dataset", "new.h5", "--split", "train", "--output", "p.h5")
        let predicted = try python(
            "p, y = h5py.File(sys.argv[1]), h5py.File(sys.argv[2]); print(f\"{100 * np.mean(p['predictions'][:] == y['y_train'][:]):.2f}%\")",
            path("p.h5"), path("new.h5"))
        XCTAssertEqual(predicted, right)

        // The rows of the test split in a file that says nothing, and the same scaled already.
        try python(
            """
            with h5py.File(sys.argv[1] + '/train.h5') as f:
                a = f['x_train'].attrs
                for name, scaled in [('plain', False), ('scaled', True)]:
                    with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as g:
                        x = f['x_test'][:]
                        g['x_test'] = (x - a['mean']) / a['standard_deviation'] if scaled else x
                        g['y_test'] = f['y_test'][:]
                        if scaled: g.attrs.update({'transformed_' + k: a[k] for k in ['mean', 'standard_deviation']})
            """, directory)
        let own = try lockstep("evaluate", checkpoint).result("test accuracy")
        XCTAssertEqual(own, "98.25%")
        let plain = try lockstep("evaluate", checkpoint, "--dataset", "plain.h5")
        XCTAssertEqual(plain.result("test accuracy"), own)
        XCTAssertTrue(plain.errors.contains("taken as raw"), plain.errors)
        let scaled = try lockstep("evaluate", checkpoint, "--dataset", "scaled.h5")
        XCTAssertEqual(scaled.result("test accuracy"), own, scaled.errors)

        // A configuration with both files.
        _ = try train("dataset: {train: train.h5, test: {path: new.h5, inputs: x_train, targets: y_train}}\n" + network)
        let both = try newestCheckpoint(of: "run")
        XCTAssertEqual(
            try lockstep("evaluate", both).result("test accuracy"),
            try accuracyByNumPy(both, "new.csv", normalizedAs: "train.h5"))
    }

    func testARegressionWithoutNoiseStaysOne() throws {
        try python(
            """
            r = np.random.default_rng(0)
            for name, a, b in [('train', r.normal(50, 5, 800), r.normal(-3, 2, 800)), ('new', r.normal(80, 3, 200), r.normal(9, 1, 200))]:
                with open(f'{sys.argv[1]}/{name}.csv', 'w') as f:
                    f.write('a,b,t\\n' + ''.join(f'{p},{q},{3 * p - q}\\n' for p, q in zip(a, b)))
            """, directory)
        try importCSV("train", "--test-fraction 0.2")
        try importCSV("new", "--validation-fraction 0 --test-fraction 0")
        let checkpoint = try train(
            "dataset: train.h5\nnetwork: [{linear: 1}]\nloss: meanSquaredError\noptimizer: {sgd: {learningRate: 0.1}}\n"
                + "batchSize: 16\nepochs: 30\n")
        let outcome = try lockstep("evaluate", checkpoint, "--dataset", "new.h5", "--split", "train")
        XCTAssertEqual(try XCTUnwrap(Double(outcome.result("train R²") ?? "")), 1, accuracy: 1e-4, outcome.output)
    }

    func testClassesAreMatchedByName() throws {
        try python(
            """
            import os, struct, zlib
            def png(path, color):
                def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
                rows = b''.join(b'\\0' + bytes(color) * 8 for _ in range(8))
                open(path, 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 8, 8, 8, 2, 0, 0, 0))
                    + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
            r = np.random.RandomState(0)
            for folder, classes in [('train', ['bird', 'cat', 'dog']), ('test', ['cat', 'dog']), ('cows', ['cat', 'cow'])]:
                for c in classes:
                    os.makedirs(f'{sys.argv[1]}/{folder}/{c}')
                    for i in range(20):
                        color = r.randint(0, 60, 3); color['bird cat dog cow'.split().index(c) % 3] += 190
                        png(f'{sys.argv[1]}/{folder}/{c}/{i}.png', color.tolist())
            """, directory)
        for folder in ["train", "test", "cows"] {
            XCTAssertEqual(try lockstep("import", "images", folder, "--output", "\(folder).h5").status, 0)
        }
        let checkpoint = try train(
            "dataset: train.h5\nnetwork: [flatten, {linear: 3}]\noptimizer: {adam: {learningRate: 0.01}}\n"
                + "batchSize: 10\nepochs: 10\n")
        let outcome = try lockstep("evaluate", checkpoint, "--dataset", "test.h5", "--split", "train")
        XCTAssertEqual(outcome.result("train accuracy"), "100.00%", outcome.errors)
        let table = outcome.lines.suffix(3).map { $0.split(separator: " ").map(String.init) }
        XCTAssertEqual(
            table, [["bird", ".", ".", "."], ["cat", ".", "20", ".", "100.00%"], ["dog", ".", ".", "20", "100.00%"]])

        assertFails(
            try lockstep("evaluate", checkpoint, "--dataset", "cows.h5", "--split", "train"), "cows.h5",
            "bird, cat, dog",
            "'cow'", "cat, cow")
        // Predictions need no classes but the network's.
        XCTAssertEqual(
            try lockstep("predict", checkpoint, "--dataset", "cows.h5", "--split", "train", "--output", "p.h5").status,
            0)
        XCTAssertEqual(
            try python("print(h5py.File(sys.argv[1]).attrs['class_names'].tolist())", path("p.h5")),
            "['bird', 'cat', 'dog']")
    }

    func testColumnsAreMatchedByName() throws {
        try python(
            """
            r = np.random.RandomState(4)
            c = r.randint(0, 3, 150)
            x = np.round(np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])[c] + r.normal(0, 0.4, (150, 4)), 1)
            for name, order in [('train', [0, 1, 2, 3]), ('turned', [3, 2, 1, 0])]:
                with open(f'{sys.argv[1]}/{name}.csv', 'w') as f:
                    f.write(','.join('abcd'[i] for i in order) + ',y\\n')
                    for row, k in zip(x, c): f.write(','.join(str(row[i]) for i in order) + f',{"uvw"[k]}\\n')
            """, directory)
        for name in ["train", "turned"] { try importCSV(name, "--no-standardize") }
        let checkpoint = try train(
            "dataset: train.h5\nnetwork: [{linear: 3}]\noptimizer: {adam: {learningRate: 0.05}}\nbatchSize: 16\nepochs: 20\n"
        )
        let right = try lockstep("evaluate", checkpoint).output
        let outcome = try lockstep("evaluate", checkpoint, "--dataset", "turned.h5")
        XCTAssertEqual(outcome.output, right)
        XCTAssertTrue(outcome.errors.contains("another order"), outcome.errors)
        XCTAssertGreaterThan(try XCTUnwrap(Double(outcome.result("test accuracy")?.dropLast() ?? "")), 80)

        XCTAssertEqual(try shell("sed '1s/d/e/' turned.csv > renamed.csv").status, 0)
        try importCSV("renamed", "--no-standardize")
        for command in ["evaluate", "predict --output p.h5"] {
            assertFails(
                try shell("$lockstep \(command) \(checkpoint) --dataset renamed.h5"), "renamed.h5", "a, b, c, d",
                "e, c, b, a", "without d")
        }
    }
}
