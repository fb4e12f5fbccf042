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

    /// The names that a split of a configuration has are those of its own file: another may have the same name for
    /// other rows, or none of it.
    func testASplitOfAnotherFileIsFoundByItsUsualName() throws {
        try python(
            """
            def write(name, **splits):
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    for key, (x, y) in splits.items(): f['x' + key], f['y' + key] = x, y
            r = np.random.default_rng(1)
            def rows(n, flipped=False):
                x = r.normal(0, 1, (n, 2)).astype('f4')
                return x, (x[:, 0] > 0).astype(int) ^ flipped
            a, b, c, d = rows(200), rows(50), rows(60, True), rows(40)
            write('train', _train=a)
            write('other', _train=b)
            write('full', _train=c, _test=d)
            write('new', _test=d)
            write('joined', _train=a, _test=c)
            with h5py.File(f'{sys.argv[1]}/parts.h5', 'w') as f:
                f['a/images'], f['a/labels'] = a
                f['b/images'], f['b/labels'] = d
            """, directory)
        let network = "\nnetwork: [{linear: 2}]\noptimizer: {adam: {learningRate: 0.1}}\nbatchSize: 20\nepochs: 5\n"
        func percent(_ outcome: Outcome, _ key: String) throws -> Double {
            let text = try XCTUnwrap(outcome.result(key), outcome.output + outcome.errors)
            return try XCTUnwrap(Double(text.prefix { $0 != "%" }))
        }
        let splits = "dataset: {train: train.h5, test: {path: other.h5, inputs: x_train, targets: y_train}}"
        let parts = """
            dataset:
              path: parts.h5
              train: {inputs: a/images, targets: a/labels}
              test: {inputs: b/images, targets: b/labels}
            """
        for configuration in [splits, parts, "dataset: {path: parts.h5, train: {inputs: a/images, targets: a/labels}}"]
        {
            let checkpoint = try train(configuration + network)
            for file in ["full.h5", "new.h5"] {
                let outcome = try lockstep("evaluate", checkpoint, "--dataset", file)
                XCTAssertGreaterThan(try percent(outcome, "test accuracy"), 90, "\(configuration) \(file)")
            }
            let predictions = try lockstep("predict", checkpoint, "--dataset", "new.h5", "--output", "p.h5")
            XCTAssertEqual(predictions.status, 0, predictions.errors)
            try FileManager.default.removeItem(atPath: path("p.h5"))
        }
        let own = try lockstep("evaluate", try train(parts + network), "--dataset", "parts.h5")
        XCTAssertGreaterThan(try percent(own, "test accuracy"), 90)
        // The rows of joined.h5's test split are labeled the other way round; those of its train split are not.
        try write(splits + network, to: "config.yaml")
        let outcome = try lockstep("train", "config.yaml", "--dataset", "joined.h5", "--run", "joined", "--quiet")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.split(separator: "\n").contains { $0.hasPrefix("test accuracy") })
        let last = try lockstep("evaluate", try newestCheckpoint(of: "joined"))
        XCTAssertLessThan(try percent(last, "test accuracy"), 10)
    }

    func testANetworkThatIsTrainedAnewIsNormalizedAsItsConfigurationSays() throws {
        try python(
            """
            r = np.random.default_rng(2)
            for name, x in [('old', r.normal(0, 1, (60, 2))), ('new', r.normal(100, 10, (60, 2)))]:
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    f['x_train'], f['y_train'] = x.astype('f4'), np.arange(60) % 2
            """, directory)
        let network = "\nnetwork: [{linear: 2}]\nbatchSize: 20\nepochs: 1\n"
        let checkpoint = try train("dataset: {path: old.h5, normalization: standardize}" + network)
        func begin(_ dataset: String) throws -> (centers: String, errors: String) {
            try write("dataset: \(dataset)\(network)", to: "config.yaml")
            let outcome = try shell(
                "rm -rf begun; $lockstep train config.yaml --initialize-from \(checkpoint) --run begun --steps 0 --quiet"
            )
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            // What the network gets for the means of both files: 0 for its own.
            let centers = try python(
                """
                data = h5py.File(sys.argv[1])['data']
                for name in ['old', 'new']:
                    mean = h5py.File(f'{sys.argv[2]}/{name}.h5')['x_train'][:].astype('f8').mean(0)
                    print(*(mean * data['scale'][:] + data['offset'][:] if 'scale' in data else
                        (mean - data['mean'][:]) / data['standard_deviation'][:]).round(2) + 0.0)
                """, path(newestCheckpoint(of: "begun")), directory)
            return (centers, outcome.errors)
        }
        let kept = try begin("new.h5")
        XCTAssertTrue(kept.centers.hasPrefix("0.0 0.0\n"), kept.centers)
        let standardized = try begin("{path: new.h5, normalization: standardize}")
        XCTAssertTrue(standardized.centers.hasSuffix("\n0.0 0.0"), standardized.centers)
        XCTAssertTrue(
            standardized.errors.contains("new.h5: normalized as the configuration says, "), standardized.errors)
    }

    func testTargetsOfEveryTypeComeInTheUnitsOfTraining() throws {
        try python(
            """
            t = 1_700_000_000 + np.arange(600); x = (np.arange(600) / 300)[:, None].astype('f4')
            def write(name, split, y, **attributes):
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    f['x_' + split], f['y_' + split] = x, y
                    for key, value in attributes.items(): f['y_' + split].attrs[key] = value
            made = dict(transformed_mean=1.7e9, transformed_standard_deviation=300.)
            write('made', 'train', ((t - 1.7e9) / 300).astype('f4'), **made)
            write('doubles', 'test', t.astype('f8'))
            write('longs', 'test', t)
            write('late', 'test', t - 1_600_000_000, transformed_mean=1.6e9)
            two = np.stack([t, 2 * t - 1_700_000_000], 1)
            write('twins', 'train', (two - 1.7e9) / 300, target_names=['u', 'v'], **made)
            write('turned', 'test', two[:, ::-1].astype('f8'), target_names=['v', 'u'])
            write('turnedLongs', 'test', two[:, ::-1], target_names=['v', 'u'])
            """, directory)
        for (data, outputs, files) in [
            ("made.h5", 1, ["doubles.h5", "longs.h5", "late.h5"]), ("twins.h5", 2, ["turned.h5", "turnedLongs.h5"]),
        ] {
            let checkpoint = try train(
                """
                dataset: \(data)
                network: [{linear: \(outputs)}]
                loss: meanSquaredError
                batchSize: 50
                epochs: 2
                """)
            let own = try lockstep("evaluate", checkpoint, "--split", "train")
            for file in files {
                let outcome = try lockstep("evaluate", checkpoint, "--dataset", file)
                XCTAssertNotNil(outcome.result("test RMSE"), outcome.errors)
                XCTAssertEqual(outcome.result("test RMSE"), own.result("train RMSE"), file)
                XCTAssertTrue(outcome.errors.contains("brought into the units of the targets"), outcome.errors)
            }
        }
    }

    func testWhatNothingTellsOfImagesIsSaid() throws {
        try python(
            """
            x = np.random.default_rng(3).integers(0, 256, (40, 2, 2, 3)).astype('u1'); y = np.arange(40) % 2
            with h5py.File(sys.argv[1] + '/bytes.h5', 'w') as f: f['x_train'], f['y_train'] = x, y
            with h5py.File(sys.argv[1] + '/channels.h5', 'w') as f:
                f['x_test'], f['y_test'] = x, y
                f['x_test'].attrs['feature_names'] = ['blue', 'green', 'red']
            np.savez(sys.argv[1] + '/shares.npz', x=x / 255, y=y)
            np.savez(sys.argv[1] + '/whole.npz', x=x, y=y)
            """, directory)
        let checkpoint = try train("dataset: bytes.h5\nnetwork: [flatten, {linear: 2}]\nbatchSize: 20\nepochs: 1\n")
        let channels = try lockstep("evaluate", checkpoint, "--dataset", "channels.h5")
        XCTAssertTrue(channels.errors.contains("blue, green, red are taken by position"), channels.errors)
        func importing(_ name: String) throws -> String {
            try lockstep("import", "npz", name + ".npz", "--like", checkpoint).output
        }
        XCTAssertTrue(try importing("shares").contains("taken as 0 ... 255, too"))
        XCTAssertFalse(try importing("whole").contains("taken as 0"))
    }

    func testIndicesOfClassesAreNotAdvisedAsNumbersThatTheyAreNot() throws {
        try write("a,t\n" + (0..<30).map { "\($0 % 7),\([0, 10, 100][$0 % 3])\n" }.joined(), to: "t.csv")
        try importCSV("t", "--task classification --target -1")
        try write("{dataset: t.h5, network: [{linear: 1}], loss: meanSquaredError}", to: "config.yaml")
        let outcome = try lockstep("train", "config.yaml", "--run", "run")
        XCTAssertTrue(outcome.errors.contains("import again without --task classification"), outcome.errors)
        XCTAssertFalse(outcome.errors.contains("targetKind"), outcome.errors)
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
