import TestSupport
import XCTest

/// What is said of files that are brought to what a network was trained on.
final class ImportLikeNotesTests: CommandTestCase {
    /// Trains on `train.h5`, and returns a checkpoint.
    private func train(outputs: Int = 2, _ more: String = "") throws -> String {
        try write(
            "{dataset: train.h5, network: [{linear: \(outputs)}], epochs: 1, batchSize: 4\(more)}", to: "config.yaml")
        let outcome = try shell("rm -rf run; $lockstep train config.yaml --run run --quiet")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return try newestCheckpoint(of: "run")
    }

    /// Float32 has lost what a network would subtract the mean of first, whichever importer reads it.
    func testNumbersThatAFileHasRoundedAreSaid() throws {
        try python(
            """
            import struct
            x = np.stack([1_700_000_000 + np.arange(1000.), np.arange(1000) % 10 / 10], 1); folder = sys.argv[1] + '/'
            with h5py.File(folder + 'train.h5', 'w') as f:
                f['x'], f['y'] = x, np.arange(1000) % 2
                f['x'].attrs['mean'], f['x'].attrs['standard_deviation'] = x.mean(0), x.std(0)
                f['x'].attrs['feature_names'] = ['t', 'a']
            few = x[:3].astype('f4')
            np.savez(folder + 'a.npz', x=few); np.save(folder + 'b.npy', few)
            open(folder + 'c', 'wb').write(struct.pack('>HBBII', 0, 13, 2, 3, 2) + few.astype('>f4').tobytes())
            with h5py.File(folder + 'd.mat', 'w') as f:
                f['x'] = few.T; f['x'].attrs['MATLAB_class'] = np.bytes_('single')
            with h5py.File(folder + 'e.h5', 'w') as f: f['x_test'], f['y_test'] = few, [0, 1, 0]
            np.save(folder + 'held.npy', few.astype('f8')); np.save(folder + 'whole.npy', few.astype('i8'))
            with h5py.File(folder + 'near.h5', 'w') as f:
                f['x'], f['y'] = x - [1_700_000_000, 0] + [30_000, 0], np.arange(1000) % 2
                f['x'].attrs['mean'], f['x'].attrs['standard_deviation'] = [30_500, 0.45], x.std(0)
            """, directory)
        let checkpoint = try train()
        func text(_ file: String) -> String {
            "\(file): 't' is float32, which has steps of 128 near 1700000512, where training "
                + "had a deviation of 288.7: numbers of 64 bits that were rounded to it have lost what matters"
        }
        for like in [checkpoint, "train.h5"] {
            for (arguments, note) in [
                (["npz", "a.npz"], text("a.npz")), (["npz", "b.npy"], text("b.npy")), (["idx", "c"], text("c")),
                (["matlab", "d.mat", "--samples", "first"], text("d.mat")),
            ] {
                let outcome = try lockstep(
                    ["import"] + arguments + ["--like", like, "--no-targets", "-o", "o.h5", "--overwrite"])
                XCTAssertTrue(outcome.output.contains(note), outcome.output + outcome.errors)
            }
        }
        for arguments in [
            ["import", "npz", "held.npy", "--like", checkpoint], ["import", "npz", "whole.npy", "--like", checkpoint],
            ["import", "npz", "b.npy", "--like", "near.h5"],
        ] {
            let outcome = try lockstep(arguments + ["-o", "o.h5", "--overwrite"])
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertFalse(outcome.output.contains("steps of"), outcome.output)
        }
        for arguments in [["evaluate"], ["predict", "--output", "p.h5"]] {
            let outcome = try lockstep(arguments.prefix(1) + [checkpoint, "--dataset", "e.h5"] + arguments.dropFirst())
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertTrue(outcome.errors.contains("lockstep: " + text("e.h5")), outcome.errors)
        }
    }

    func testTextsForANetworkOfNumbersAreAdvisedWhatHelps() throws {
        try write("a,b,c,y\n1,2,3,yes\n4,5,6,no\n", to: "texts.csv")
        try write("a,b,c,y\n1,2,3,1\n4,5,6,0\n", to: "coded.csv")
        for (loss, outputs, expected) in [("crossEntropy", 2, "0 or 1"), ("meanSquaredError", 1, "a finite number")] {
            try python(
                """
                with h5py.File(sys.argv[1] + '/train.h5', 'w') as f:
                    f['x'], f['y'] = np.arange(24.).reshape(8, 3), (np.arange(8) % 2).astype(sys.argv[2])
                """, directory, outputs == 1 ? "f4" : "i4")
            let checkpoint = try train(outputs: outputs, ", loss: \(loss)")
            let like = ["--like", checkpoint, "-o", "o.h5", "--overwrite"]
            let refused = try lockstep(["import", "csv", "texts.csv"] + like)
            assertFails(refused, "texts.csv: line 2, target y", expected, "'yes'", "--no-targets", "--target")
            XCTAssertFalse(refused.errors.contains("--task"), refused.errors)
            for arguments in [["texts.csv", "--no-targets"], ["coded.csv"], ["texts.csv", "--target", "a"]] {
                let outcome = try lockstep(["import", "csv"] + arguments + like)
                if arguments.contains("a") {
                    assertFails(outcome, "texts.csv")
                } else {
                    XCTAssertEqual(outcome.status, 0, outcome.errors)
                }
            }
            assertFails(
                try lockstep(["import", "csv", "texts.csv", "--task", "classification"] + like), status: 64, "--task",
                "--like")
            assertFails(
                try lockstep(["import", "csv", "coded.csv", "--no-standardize"] + like), status: 64,
                "--no-standardize", "--like")
        }
    }

    /// A loss for numbers makes no classes of whole ones.
    func testARegressionOnWholeNumbersTakesOthers() throws {
        try python(
            """
            with h5py.File(sys.argv[1] + '/train.h5', 'w') as f:
                f['x'], f['y'] = np.arange(24.).reshape(8, 3), np.arange(8)
            """, directory)
        let checkpoint = try train(outputs: 1, ", loss: meanSquaredError")
        try write("a,b,c,y\n1,2,3,2.5\n4,5,6,9\n", to: "new.csv")
        let outcome = try lockstep("import", "csv", "new.csv", "--like", checkpoint, "-o", "o.h5")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(
            try python("print(h5py.File(sys.argv[1])['y_test'][...].tolist())", path("o.h5")), "[2.5, 9.0]")
        XCTAssertEqual(try lockstep("evaluate", checkpoint, "--dataset", "o.h5").status, 0)
        XCTAssertEqual(try lockstep("evaluate", checkpoint, "--dataset", "train.h5", "--split", "train").status, 0)
    }

    func testColumnsAreMatchedOnceAndSaidOnce() throws {
        try python(
            """
            x = np.arange(24.).reshape(8, 3)
            with h5py.File(sys.argv[1] + '/train.h5', 'w') as f: f['x'], f['y'] = x, np.arange(8) % 2
            """, directory)
        try write("a,b,c,y\n1,2,3,1\n4,5,6,0\n", to: "new.csv")
        let outcome = try lockstep("import", "csv", "new.csv", "--like", try train(), "-o", "o.h5")
        XCTAssertEqual(
            outcome.lines.filter { $0.contains("columns") && !$0.contains("guessed") },
            ["  new.csv: run/checkpoints/step-00000002.h5 has no names of columns: a, b, c are taken by position"]
                .map { line in
                    line.replacingOccurrences(
                        of: "run/checkpoints/step-00000002.h5", with: (try? newestCheckpoint(of: "run")) ?? "")
                }, outcome.output + outcome.errors)
    }
}
