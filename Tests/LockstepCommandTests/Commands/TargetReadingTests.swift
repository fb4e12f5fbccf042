import TestSupport
import XCTest

/// One table, and losses that read classes or values of it.
final class TargetReadingTests: CommandTestCase {
    /// A target that is 0, 10 or 100 by thresholds of a.
    private func importThresholds(_ arguments: String = "") throws -> Outcome {
        let rows = (0..<200).map { row -> String in
            let a = Double(row * 37 % 200) / 100 - 1
            return "\(a),\(a < -0.3 ? 0 : a < 0.3 ? 10 : 100)\n"
        }
        try write("a,t\n" + rows.joined(), to: "t.csv")
        return try shell("$lockstep import csv t.csv --overwrite \(arguments)")
    }

    private func train(_ loss: String, outputs: Int) throws -> Outcome {
        try write(
            """
            dataset: t.h5
            network: [{linear: 16}, relu, {linear: \(outputs)}]
            loss: \(loss)
            optimizer: {adam: {learningRate: 0.02}}
            batchSize: 20
            epochs: 30
            """, to: "\(loss).yaml")
        return try shell("rm -rf \(loss); $lockstep train \(loss).yaml --run \(loss) --quiet")
    }

    func testLossesForValuesTrainOnTheNumbersAndCrossEntropyOnTheClasses() throws {
        let imported = try importThresholds()
        XCTAssertEqual(imported.status, 0, imported.errors)
        XCTAssertEqual(
            imported.lines.last,
            "  guessed: line 1 names the columns (--header absent); target 't': 3 different whole numbers as classes for crossEntropy and as values for other losses "
                + "(--task classification or regression keeps one)")
        XCTAssertEqual(try train("meanSquaredError", outputs: 1).status, 0)
        _ = try shell(
            "$lockstep predict meanSquaredError/checkpoints/best.h5 --dataset t.h5 --output p.h5 --split train")
        let range = try python(
            "p = h5py.File(sys.argv[1])['predictions'][:]; print(p.min() < 15, p.max() > 60)", path("p.h5"))
        XCTAssertEqual(range, "True True", "in units of the target, and not of class indices")
        XCTAssertEqual(try train("crossEntropy", outputs: 3).status, 0)
        XCTAssert(
            try lockstep("inspect", "t.h5").output.contains("3 classes, or the numbers these are: 0, 10, 100"))
    }

    func testWhatTheImportWasToldBindsTheLoss() throws {
        XCTAssertEqual(try importThresholds("--task classification").status, 0)
        assertFails(try train("meanSquaredError", outputs: 1), "t.h5: y_train", "--task classification")
        XCTAssertEqual(try importThresholds("--task regression").status, 0)
        assertFails(try train("crossEntropy", outputs: 3), "t.h5: y_", "floating-point values")
        let verified = try lockstep("verify", "crossEntropy.yaml")
        XCTAssertEqual(verified.status, 1)
        XCTAssert(
            (verified.output + verified.errors).contains("floating-point values"), verified.output + verified.errors)
        // The way out of both.
        XCTAssertEqual(try importThresholds().status, 0)
        XCTAssertEqual(try train("crossEntropy", outputs: 3).status, 0)
        XCTAssertEqual(try train("meanSquaredError", outputs: 1).status, 0)
    }
}
