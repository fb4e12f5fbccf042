import HDF5
import TestSupport

/// Small data sets in HDF5 files.
enum TestData {
    /// Writes splits under the usual names: bytes as inputs, classes as targets.
    ///
    /// - Parameters:
    ///   - rows: samples by split.
    ///   - features: the shape of a sample.
    ///   - edit: adds or replaces what a test is about.
    static func write(
        _ path: String, rows: [String: Int] = ["train": 30, "validation": 10, "test": 10], features: [Int] = [4],
        classes: Int = 3, edit: (HDF5File) throws -> Void = { _ in }
    ) throws {
        try withNewFile(path) { file in
            for (split, count) in rows {
                let inputs = (0..<count * features.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0 &* 37) }
                try file.root.write("x_\(split)", inputs, shape: [count] + features)
                try file.root.write("y_\(split)", (0..<count).map { UInt8($0 % classes) }, shape: [count])
            }
            try edit(file)
        }
    }
}

extension TestData {
    /// Writes splits whose targets are numbers: the sum of four inputs.
    static func writeRegression(_ path: String) throws {
        try withNewFile(path) { file in
            for (split, count) in [("train", 30), ("test", 10)] {
                let inputs = (0..<count * 4).map { Float($0 * 37 % 101) / 101 }
                try file.root.write("x_\(split)", inputs, shape: [count, 4])
                let sums = (0..<count).map { row in inputs[row * 4..<row * 4 + 4].reduce(0, +) }
                try file.root.write("y_\(split)", sums, shape: [count])
            }
        }
    }
}
