import Foundation
import TestSupport
import XCTest

final class PredictTests: CommandTestCase {
    func testH5pyReadsProbabilitiesAndClasses() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try TestData.write(path("data.h5"), rows: ["test": 12], features: [6, 2])
        let outcome = try lockstep("predict", checkpoint, "--dataset", "data.h5", "--output", "out.h5")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.output, "out.h5\n")
        let report = try python(
            """
            with h5py.File(sys.argv[1]) as file:
                p, c = file["probabilities"][:], file["predictions"][:]
                print(p.shape, c.shape, p.dtype, bool((p.argmax(1) == c).all()), bool(abs(p.sum(1) - 1).max() < 1e-5))
            """, path("out.h5"))
        XCTAssertEqual(report, "(12, 3) (12,) float32 True True")
    }

    func testInputsWithoutTargetsAreEnough() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try withNewFile(path("data.h5")) {
            try $0.root.write("x_test", [Float](repeating: 0.5, count: 48), shape: [4, 6, 2])
        }
        let outcome = try lockstep("predict", checkpoint, "--dataset", "data.h5", "--output", "o")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(try files().contains("o"))
    }

    func testRegressionPredictsNumbers() throws {
        try TestData.writeRegression(path("data.h5"))
        try write(
            "dataset: data.h5\nnetwork: [{linear: 1}]\nloss: meanSquaredError\nepochs: 1\n", to: "config.yaml")
        try lockstep("train", "config.yaml", "--run", "run")
        let outcome = try lockstep(
            "predict", newestCheckpoint(of: "run"), "--dataset", "data.h5", "--split", "train", "--output", "out.h5")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let report = try python("print(h5py.File(sys.argv[1])['predictions'].shape)", path("out.h5"))
        XCTAssertEqual(report, "(30, 1)")
    }

    func testRowsOfSeveralBlocksAreInTheirPlaces() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try python(
            """
            x = np.random.RandomState(1).rand(9000, 6, 2).astype('f4')
            for name, rows in [('all', x), ('late', x[8500:8600])]:
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f: f['x_test'] = rows
            """, directory)
        for name in ["all", "late"] {
            try lockstep("predict", checkpoint, "--dataset", "\(name).h5", "--output", "\(name)-out.h5")
        }
        let report = try python(
            """
            all, late = (h5py.File(f'{sys.argv[1]}/{name}-out.h5') for name in ['all', 'late'])
            for name in ['probabilities', 'predictions']:
                print(all[name].shape[0], (all[name][8500:8600] == late[name][:]).all())
            """, directory)
        XCTAssertEqual(report, "9000 True\n9000 True")
    }

    func testAFileThatExistsIsNotTouched() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try TestData.write(path("data.h5"), rows: ["test": 12], features: [6, 2])
        try write("precious", to: "out.h5")
        assertFails(
            try lockstep("predict", checkpoint, "--dataset", "data.h5", "--output", "out.h5"), "out.h5", "overwritten")
        XCTAssertEqual(try String(contentsOfFile: path("out.h5"), encoding: .utf8), "precious")
    }

    func testADiskThatIsFullLeavesNoHalfFile() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try TestData.write(path("data.h5"), rows: ["test": 4000], features: [6, 2])
        let before = try files()
        assertFails(
            try shell("ulimit -f 4; $lockstep predict \(checkpoint) --dataset data.h5 --output out.h5"), "out.h5",
            "File too large")
        XCTAssertEqual(try files(), before)
    }
}
