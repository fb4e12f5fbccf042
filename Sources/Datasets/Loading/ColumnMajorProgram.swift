import Foundation
import HDF5

/// A program that keeps arrays column by column. In an HDF5 file of it their axes stand in reverse order: [rows,
/// columns] there is [columns, rows] in the file, and nothing but a mark of the program tells.
enum ColumnMajorProgram: String {
    case matlab = "MATLAB"
    case julia = "Julia"
    case r = "R"

    /// By what these programs leave beside an array, or at the beginning of a file; nil where nothing tells.
    init?(writing dataset: HDF5Dataset) throws {
        if try dataset.attributes.contains("MATLAB_class") {
            self = .matlab
        } else if try dataset.attributes.contains("rhdf5-NA.OK") {
            self = .r
        } else if Self.juliaBeginnings.contains(where: Self.beginning(of: dataset.file.path).starts(with:)) {
            self = .julia
        } else {
            return nil
        }
    }

    private static let juliaBeginnings = ["HDF5-based Julia Data Format", "Julia data file (HDF5)"].map {
        Array($0.utf8)
    }

    /// The shape of an array of MATLAB that has no elements, as MATLAB has it: it lies in their place. Nil for others.
    static func shapeOfEmpty(_ dataset: HDF5Dataset) throws -> [Int]? {
        guard let mark = try dataset.attributes.attribute("MATLAB_empty") else { return nil }
        switch mark.value {
        case .integers(let values) where values.allSatisfy({ $0 == 0 }): return nil
        case .unsignedIntegers(let values) where values.allSatisfy({ $0 == 0 }): return nil
        default: break
        }
        guard dataset.elementType.isInteger, (1...mostAxes).contains(dataset.count) else { return [] }
        return try dataset.read(as: Int64.self).map { Int(clamping: $0) }
    }

    private static let mostAxes = 32

    var mark: String {
        switch self {
        case .matlab: "attribute MATLAB_class"
        case .r: "attribute rhdf5-NA.OK"
        case .julia: "the file begins so"
        }
    }

    /// The first bytes of a file; none if it cannot be read.
    static func beginning(of path: String) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        return (try? file.read(upToCount: 128)).map { Array($0) } ?? []
    }

    /// Whether a file is of MATLAB's own format before it took HDF5.
    static func isOldMATLAB(_ path: String) -> Bool {
        beginning(of: path).starts(with: Array("MATLAB 5.0 MAT-file".utf8))
    }

    /// - Throws: `DatasetError` for an array of such a program, with the command that brings it into order.
    static func refuse(_ dataset: HDF5Dataset, inputs: HDF5Dataset, targets: HDF5Dataset?) throws {
        guard let program = try ColumnMajorProgram(writing: dataset) else { return }
        if let empty = try shapeOfEmpty(dataset) {
            throw DatasetError(
                .empty, file: dataset.file.path, object: dataset.name, expected: "at least one row and one column",
                found: "an empty array of MATLAB\(empty.isEmpty ? "" : ", of shape \(empty)")",
                advice: "Save it again when it has rows.")
        }
        throw DatasetError(
            .wrongShape, file: dataset.file.path, object: dataset.name, expected: "rows first, as NumPy keeps arrays",
            found:
                "an array of \(program.rawValue) (\(program.mark)) of shape \(Array(dataset.shape.reversed())) there, "
                + "with its axes in reverse order in the file, \(dataset.shape)",
            advice: "Make a data set of it: \(command(dataset.file.path, inputs: inputs, targets: targets)).")
    }

    /// The command that makes a data set of a file.
    static func command(_ path: String, inputs: HDF5Dataset, targets: HDF5Dataset?) -> String {
        let usual = Set(
            Split.allCases.flatMap { split in
                ["x", "X", "y", "Y"].flatMap { TableNames.candidates($0, split) }
            })
        var words = ["lockstep", "import", "matlab", path]
        if !usual.contains(inputs.name) { words += ["--inputs", inputs.name] }
        if let targets {
            if !usual.contains(targets.name) { words += ["--targets", targets.name] }
        } else {
            words.append("--no-targets")
        }
        let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        return (words + ["--output", stem + "-rows.h5"]).map(quoted).joined(separator: " ")
    }

    /// For a shell.
    static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_./".utf8.contains(byte)
        }
        return plain && !word.isEmpty ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}
