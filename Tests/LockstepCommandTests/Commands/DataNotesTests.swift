import TestSupport
import XCTest

/// What is said of data on their way to a network: once, of the right thing, and with advice that works.
final class DataNotesTests: CommandTestCase {
    private func train(_ configuration: String, _ arguments: String = "", line: UInt = #line) throws -> Outcome {
        try write("{epochs: 1, batchSize: 4, \(configuration)}", to: "config.yaml")
        let outcome = try shell("rm -rf run; $lockstep train config.yaml --run run --workers 1 --quiet \(arguments)")
        XCTAssertEqual(outcome.status, 0, outcome.errors, line: line)
        return outcome
    }

    /// A run that goes on has its own data, or says that they are others.
    func testARunThatGoesOnSaysNothingOfColumnsWithoutNames() throws {
        try TestData.write(path("a.h5"), rows: ["train": 12, "validation": 4], features: [3])
        let configuration = "dataset: a.h5, network: [{linear: 3}]"
        XCTAssertEqual(try train(configuration).errors, "")
        _ = try shell("mv run first; cp a.h5 b.h5")
        let checkpoint = try newestCheckpoint(of: "first")
        XCTAssertFalse(try train(configuration, "--from \(checkpoint)").errors.contains("names"))
        let resumed = try lockstep("resume", "first", "--dataset", "b.h5", "--epochs", "2", "--quiet")
        XCTAssertEqual(resumed.status, 0, resumed.errors)
        XCTAssertFalse(resumed.errors.contains("names"), resumed.errors)
        let evaluated = try lockstep("evaluate", checkpoint, "--dataset", "b.h5", "--split", "validation")
        XCTAssertTrue(evaluated.errors.contains("nor has the network any: taken by position"), evaluated.errors)
    }

    /// What holds for one split of a file alone is said of that, and of a split that is not needed nothing is.
    func testNotesSayWhichSplitTheySpeakOf() throws {
        try python(
            """
            def write(name, orders):
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    for split, names in orders.items():
                        f['x_' + split], f['y_' + split] = np.arange(36.).reshape(12, 3), np.arange(12) % 2
                        f['x_' + split].attrs['feature_names'] = list(names)
            write('train', dict(train='abc', test='cab'))
            write('both', dict(train='cab', test='cab'))
            write('other', dict(train='xyz', validation='bca', test='abc'))
            """, directory)
        let said = try train("dataset: train.h5, network: [{linear: 2}]").errors
        XCTAssertTrue(said.contains("train.h5: x_test: its columns are in another order, c, a, b"), said)
        let checkpoint = try newestCheckpoint(of: "run")
        let test = try lockstep("evaluate", checkpoint, "--dataset", "other.h5")
        XCTAssertEqual(test.status, 0, "x_train is of no matter: \(test.errors)")
        XCTAssertFalse(test.errors.contains("order"), test.errors)
        let validation = try lockstep("evaluate", checkpoint, "--dataset", "other.h5", "--split", "validation")
        XCTAssertTrue(
            validation.errors.contains("other.h5: its columns are in another order, b, c, a"), validation.errors)
        assertFails(
            try lockstep("evaluate", checkpoint, "--dataset", "other.h5", "--split", "train"), "x_train", "x, y, z")
        for arguments in [[], ["--dataset", "both.h5"]] {
            let refused = try lockstep(["evaluate", checkpoint, "--split", "validation"] + arguments)
            assertFails(refused, "found train (12 samples), test (12 samples)", "--split")
            XCTAssertFalse(refused.errors.contains("validationFraction"), refused.errors)
        }
        let both = try train("dataset: {train: train.h5, test: both.h5}, network: [{linear: 2}]").errors
        XCTAssertTrue(both.contains("both.h5: its columns are in another order"), both)
        let joined = try shell("$lockstep convert both.h5 train.h5 --output joined.h5")
        XCTAssertTrue((joined.output + joined.errors).contains("train.h5: x_train: its columns"), joined.output)
    }

    func testASplitThatIsNotNeededTakesNoMemory() throws {
        try python(
            """
            def write(name, **rows):
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    for split, n in rows.items():
                        x = np.arange(3. * n).reshape(n, 3)
                        f.create_dataset('x_' + split, data=x, chunks=(n, 3), compression=1)
                        f['y_' + split] = np.arange(n) % 2
            write('train', train=12); write('large', train=100_000, test=12)
            """, directory)
        _ = try train("dataset: train.h5, network: [{linear: 2}]")
        let checkpoint = try newestCheckpoint(of: "run")
        for command in ["evaluate", "predict --output p.h5"] {
            let outcome = try shell("$lockstep \(command) \(checkpoint) --dataset large.h5 --data-memory 64KiB")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertFalse(outcome.errors.contains("x_train"), outcome.errors)
        }
    }

    /// Targets that are read as numbers have no classes.
    func testNothingIsSaidOfClassesWhereTargetsAreValues() throws {
        try python(
            """
            for name, names in [('a', ['low', 'high']), ('b', None)]:
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    f['x'], f['y'] = np.arange(36.).reshape(12, 3), np.arange(12) % 2
                    if names: f.attrs['class_names'] = names
            """, directory)
        let splits = "train: a.h5, test: b.h5"
        let said = try train(
            "dataset: {\(splits), targetKind: values}, network: [{linear: 1}], loss: meanSquaredError")
        XCTAssertFalse(said.errors.contains("classes"), said.errors)
        let evaluated = try lockstep(
            "evaluate", try newestCheckpoint(of: "run"), "--dataset", "b.h5", "--split", "train")
        XCTAssertEqual(evaluated.status, 0, evaluated.errors)
        XCTAssertFalse(evaluated.errors.contains("class"), evaluated.errors)
        let classes = try train("dataset: {\(splits)}, network: [{linear: 2}]")
        XCTAssertTrue(classes.errors.contains("b.h5: its classes have no names"), classes.errors)
    }

    /// A network that is trained reads what it reads.
    func testTargetsThatATrainedNetworkCannotReadAreAdvisedWhatWorks() throws {
        try python(
            """
            def write(name, y, **attributes):
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    f['x_test'], f['y_test'] = np.arange(36.).reshape(12, 3), y
                    f['x_train'], f['y_train'] = f['x_test'][:], f['y_test'][:]
                    f.attrs.update(attributes)
            c = np.arange(12) % 2
            write('classes', c); write('floats', c + 0.0); write('halves', c + 0.5); write('two', np.eye(2)[c])
            write('named', c, class_names=['low', 'high']); write('missing', c - 1)
            write('told', c, class_names=['5', '7'], target_kind='classes')
            """, directory)
        _ = try train("dataset: classes.h5, network: [{linear: 2}]")
        _ = try shell("mv run classifier")
        _ = try train("dataset: classes.h5, network: [{linear: 1}], loss: meanSquaredError")
        for (run, file) in [
            ("classifier", "floats"), ("classifier", "halves"), ("classifier", "two"), ("classifier", "missing"),
            ("run", "named"), ("run", "two"), ("run", "told"),
        ] {
            let outcome = try lockstep("evaluate", try newestCheckpoint(of: run), "--dataset", "\(file).h5")
            assertFails(outcome, "\(file).h5: y_test")
            for words in ["targetKind", "Use the loss", "use a loss", "use the loss", "last layer"]
            where outcome.errors.contains(words) {
                XCTFail("'\(words)', though the network is trained: \(outcome.errors)")
            }
        }
        let refused = try lockstep("evaluate", try newestCheckpoint(of: "classifier"), "--dataset", "floats.h5")
        let advice = try XCTUnwrap(refused.errors.components(separatedBy: "in h5py: ").last)
        try python(
            "f = h5py.File(sys.argv[1], 'a')\n" + advice.trimmingCharacters(in: .whitespacesAndNewlines),
            path("floats.h5"))
        XCTAssertEqual(
            try lockstep("evaluate", try newestCheckpoint(of: "classifier"), "--dataset", "floats.h5").status, 0)
    }
}
