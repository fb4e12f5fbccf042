import Checkpoints
import Foundation
import TestSupport
import XCTest

final class VerifyTests: CommandTestCase {
    /// Writes `bytes` over what is at `place` in a file.
    private func overwrite(_ name: String, at place: Int, with bytes: [UInt8]) throws {
        let file = try XCTUnwrap(FileHandle(forUpdatingAtPath: path(name)))
        try file.seek(toOffset: UInt64(place))
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    /// Turns one bit of the values of tensors of the newest checkpoint of a run. Returns its path.
    private func damage(_ run: String, _ tensors: [Int]) throws -> String {
        let name = try newestCheckpoint(of: run)
        let checkpoint = try Checkpoint.read(path(name))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path(name)))
        for tensor in tensors {
            let values = checkpoint.parameters[tensor].values.withUnsafeBytes { Data($0) }
            let place = try XCTUnwrap(bytes.firstRange(of: values)).lowerBound
            try overwrite(name, at: place, with: [bytes[place] ^ 1])
        }
        return name
    }

    // MARK: Good files

    func testGoodFilesAreSaidToBe() throws {
        let run = try trainSmall(arguments: "--record-fingerprints")
        try TestData.write(path("data.h5"))
        let outcome = try lockstep("verify", "data.h5", try newestCheckpoint(of: run), run, "small.yaml")
        XCTAssertEqual(outcome.status, 0, outcome.output + outcome.errors)
        XCTAssertEqual(outcome.lines[0].prefix(22), "data.h5: ok, dataset: ")
        XCTAssertEqual(
            outcome.lines[1], "run/checkpoints/step-00000015.h5: ok, checkpoint: step 15, 12 tensors")
        XCTAssertEqual(outcome.lines[2], "run/config.yaml: ok, configuration: complete")
        XCTAssertEqual(outcome.lines[3], "run/metrics.csv: ok, metrics: 3 epochs")
        XCTAssertEqual(outcome.lines[4], "run/fingerprints.csv: ok, fingerprints: steps 0 to 15")
        XCTAssertTrue(outcome.output.contains("run/checkpoints/best.h5: ok"), outcome.output)
        XCTAssertTrue(outcome.lines.last!.hasPrefix("small.yaml: ok, configuration: with "), outcome.output)
        XCTAssertTrue(outcome.lines.allSatisfy { $0.contains(": ok, ") })
    }

    func testAMovingAverageBelongsToACheckpointWhoseConfigurationHasOne() throws {
        for (number, optimizer) in ["adam: {learningRate: 0.01}", "sgd: {learningRate: 0.1}"].enumerated() {
            let text = Self.small.replacingOccurrences(of: "adamW: {learningRate: 0.01}", with: optimizer)
            try write(text + "\nmovingAverage: 0.9\n", to: "average.yaml")
            XCTAssertEqual(try lockstep("train", "average.yaml", "--run", "run\(number)", "--quiet").status, 0)
            let good = try lockstep("verify", "run\(number)")
            XCTAssertEqual(good.status, 0, good.output)
            let name = try newestCheckpoint(of: "run\(number)")
            var checkpoint = try Checkpoint.read(path(name))
            XCTAssertNotNil(checkpoint.optimizerState.removeValue(forKey: "movingAverage"))
            try checkpoint.write(to: path("without-\(number).h5"))
        }
        let bad = try lockstep("verify", "without-0.h5", "without-1.h5")
        XCTAssertEqual(bad.status, 1)
        XCTAssertEqual(
            bad.lines,
            [
                "without-0.h5: optimizer: expected what the configuration's optimizer and moving average keep: "
                    + "firstMoment, movingAverage, secondMoment, found firstMoment, secondMoment",
                "without-1.h5: optimizer: expected what the configuration's optimizer and moving average keep: "
                    + "movingAverage, found none",
            ])
    }

    func testPredictionsAreGoodUnlessTheyAreDamaged() throws {
        try TestData.write(path("data.h5"))
        try write("dataset: data.h5\nnetwork: [{linear: 3}]\nbatchSize: 10\nepochs: 1\n", to: "run.yaml")
        XCTAssertEqual(try lockstep("train", "run.yaml", "--run", "run", "--quiet").status, 0)
        let predicted = try lockstep(
            "predict", newestCheckpoint(of: "run"), "--dataset", "data.h5", "--output", "predictions.h5")
        XCTAssertEqual(predicted.status, 0, predicted.errors)
        let good = try lockstep("verify", "predictions.h5")
        XCTAssertEqual(good.status, 0, good.output)
        XCTAssertTrue(good.output.hasPrefix("predictions.h5: ok, predictions: "), good.output)
        let size = try Data(contentsOf: URL(fileURLWithPath: path("predictions.h5"))).count
        try Data(contentsOf: URL(fileURLWithPath: path("predictions.h5"))).prefix(size / 2)
            .write(to: URL(fileURLWithPath: path("half.h5")))
        XCTAssertEqual(try lockstep("verify", "half.h5").status, 1)
    }

    func testStoredAndCompressedDataAreReadInLittleMemory() throws {
        try TestData.write(path("data.h5"), rows: ["train": 12_000, "test": 10], features: [40, 40])
        try lockstep("convert", "data.h5", "--output", "small.h5", "--compress", "4")
        let outcome = try lockstep("verify", "data.h5", "small.h5", "--data-memory", "8MiB")
        XCTAssertEqual(outcome.status, 0, outcome.output + outcome.errors)
    }

    func testAFileOfThousandsOfObjectsIsGood() throws {
        try python(
            """
            with h5py.File(sys.argv[1], 'w', libver='v110') as f:
                f['x_train'], f['y_train'] = np.zeros((4, 2), 'f4'), np.zeros(4, 'i4')
                for i in range(6000): f.create_group(f'group{i}')
            """, path("many.h5"))
        let outcome = try lockstep("verify", "many.h5")
        XCTAssertEqual(outcome.status, 0, outcome.output + outcome.errors)
    }

    func testChunksThatWereNeverWrittenAreLookedForWithinBounds() throws {
        try python(
            """
            with h5py.File(sys.argv[1], 'w') as f:
                f['x_train'], f['y_train'] = np.zeros((4, 2), 'f4'), np.zeros(4, 'i4')
                for name in ['a', 'b']:
                    f.create_dataset(name, (200_000, 1), 'u1', chunks=(1, 1))[7] = 3
            """, path("sparse.h5"))
        let outcome = try lockstep("verify", "sparse.h5")
        XCTAssertEqual(outcome.status, 1, outcome.output)
        let text = outcome.output + outcome.errors
        XCTAssertTrue(
            text.contains("/b: expected at most 262144 chunks in all objects that were never written"), text)
        XCTAssertFalse(text.contains("/a:"), text)
    }

    // MARK: Damage

    func testEveryTensorThatIsDamagedIsNamedAndTheNextFileIsChecked() throws {
        leavesDamaged("run", "linear1/weight is damaged", "linear2/weight is damaged")
        let run = try trainSmall()
        let name = try damage(run, [0, 2])
        try TestData.write(path("data.h5"))
        let outcome = try lockstep("verify", name, "data.h5")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertEqual(outcome.lines.count, 3, outcome.output)
        XCTAssertTrue(outcome.lines[0].hasPrefix("\(name): parameters/linear1/weight"), outcome.output)
        XCTAssertTrue(outcome.lines[1].hasPrefix("\(name): parameters/linear2/weight"), outcome.output)
        XCTAssertTrue(outcome.lines[2].hasPrefix("data.h5: ok"), outcome.output)
    }

    func testARunNamesItsBadFiles() throws {
        leavesDamaged("run", "run/config.yaml", "run/metrics.csv", "run/fingerprints.csv", "linear1/bias is damaged")
        let run = try trainSmall(arguments: "--record-fingerprints")
        let name = try damage(run, [1])
        try write("epoch,step\n1,2\n", to: "run/metrics.csv")
        try write("network: [linear]\n", to: "run/config.yaml")
        let lines = try String(contentsOfFile: path("run/fingerprints.csv"), encoding: .utf8).split(separator: "\n")
        let changed = lines.enumerated().filter { $0.offset != 4 }.map { index, line in
            index == 11 ? line.replacingOccurrences(of: ",", with: ",0000000000000000,", range: nil) : String(line)
        }
        try write(changed.joined(separator: "\n") + "\n", to: "run/fingerprints.csv")
        let outcome = try lockstep("verify", "run")
        XCTAssertEqual(outcome.status, 1)
        for words in [
            "run/config.yaml: ", "run/metrics.csv: line 1: expected 'epoch,step,learningRate",
            "run/fingerprints.csv: line 5: expected step 3, found 4", "\(name): parameters/linear1/bias",
            "run/checkpoints/step-00000010.h5: ok",
        ] { XCTAssertTrue(outcome.output.contains(words), "\(words) is missing in: \(outcome.output)") }
    }

    func testFingerprintsThatAreNotThoseOfACheckpointAreNoticed() throws {
        leavesDamaged("run", "recorded for step 15")
        let run = try trainSmall(arguments: "--record-fingerprints")
        let text = try String(contentsOfFile: path("run/fingerprints.csv"), encoding: .utf8)
        let fingerprint = try fingerprint(of: newestCheckpoint(of: run))
        try write(text.replacingOccurrences(of: fingerprint, with: "0123456789abcdef"), to: "run/fingerprints.csv")
        let outcome = try lockstep("verify", "run")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(
            outcome.output.contains("recorded for step 15, 0123456789abcdef, found \(fingerprint)"), outcome.output)
    }

    func testDamagedChunksLabelsAndNumbersAreNamed() throws {
        try python(
            """
            with h5py.File(sys.argv[1] + '/chunks.h5', 'w') as f:
                x = np.random.default_rng(1).integers(0, 255, (4000, 64, 64), dtype='u1')
                f.create_dataset('x_train', data=x, chunks=(500, 64, 64), compression='gzip'); f['y_train'] = x[:, 0, 0] % 3
                places = [f['x_train'].id.get_chunk_info(i).byte_offset for i in (1, 6)]
            with open(sys.argv[1] + '/chunks.h5', 'r+b') as f:
                for place in places: f.seek(place + 5000); f.write(b'damage')
            with h5py.File(sys.argv[1] + '/labels.h5', 'w') as f:
                f['x'], f['y'], f.attrs['class_names'] = np.zeros((4, 2)), np.array([0, 1, 2, 7]), ['a', 'b', 'c']
            with h5py.File(sys.argv[1] + '/numbers.h5', 'w') as f:
                f['x'], f['y'] = np.array([[0.], [1], [np.nan]]), np.arange(3)
            with h5py.File(sys.argv[1] + '/other.h5', 'w') as f: f['z'] = 1
            """, directory)
        let outcome = try lockstep("verify", "chunks.h5", "labels.h5", "numbers.h5", "other.h5", "none.h5")
        XCTAssertEqual(outcome.status, 1)
        let starts = [
            "chunks.h5: /x_train: ", "chunks.h5: /x_train: ", "labels.h5: y: expected labels in 0 ..< 3",
            "numbers.h5: x: expected finite numbers, found nan", "other.h5: x_train: ", "none.h5: ",
        ]
        XCTAssertEqual(outcome.lines.count, starts.count, outcome.output)
        for (line, start) in zip(outcome.lines, starts) { XCTAssertTrue(line.hasPrefix(start), line) }
    }

    // MARK: Forms

    func testJSONHasAnObjectALine() throws {
        leavesDamaged("run", "linear1/weight is damaged")
        let name = try damage(trainSmall(), [0])
        try TestData.write(path("data.h5"))
        let outcome = try lockstep("verify", "--json", name, "data.h5")
        XCTAssertEqual(outcome.status, 1)
        struct Line: Decodable {
            struct Problem: Decodable {
                let object: String?
                let found: String
            }
            let file: String
            let kind: String
            let ok: Bool
            let problems: [Problem]
        }
        let lines = try outcome.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        XCTAssertEqual(lines.map(\.file), [name, "data.h5"])
        XCTAssertEqual(lines.map(\.kind), ["checkpoint", "dataset"])
        XCTAssertEqual(lines.map(\.ok), [false, true])
        XCTAssertEqual(lines[0].problems.map(\.object), ["parameters/linear1/weight"])
    }
}
