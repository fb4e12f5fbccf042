import Foundation
import HDF5
import StrictCoding

/// An HDF5 file open for reading, with the errors a person needs.
struct OpenFile {
    /// The path as messages show it.
    let path: String
    let file: HDF5File

    /// - Throws: `DatasetError` for a missing file, `HDF5Error` for one that cannot be opened.
    init(_ path: String) throws {
        self.path = path
        do {
            file = try HDF5File(reading: path)
        } catch let error as HDF5Error where error.kind == .notFound {
            throw Self.missing(path)
        } catch let error as HDF5Error where error.kind == .notHDF5 && ColumnMajorProgram.isOldMATLAB(path) {
            throw DatasetError(
                .wrongFormat, file: path, expected: "HDF5", found: "a MAT-file of version 5",
                advice:
                    "Save it anew in MATLAB, such as save('new.mat', 'x', 'y', '-v7.3'), then: lockstep import matlab")
        }
    }

    /// Whether a data set has this name, or a link: opening that says why it is not followed.
    func contains(_ name: String) throws -> Bool {
        switch try file.root.link(name) {
        case nil, .group, .namedType: false
        default: true
        }
    }

    /// The data set of a name that must be there.
    func dataset(_ name: String, key: String) throws -> HDF5Dataset {
        guard try contains(name) else { throw try missing(name, key: key) }
        return try file.root.dataset(name)
    }

    /// The error for a data set that is not there.
    ///
    /// - Parameter key: how to say where it is.
    func missing(_ name: String, key: String) throws -> DatasetError {
        let available = try datasetNames()
        guard case .group = try file.root.link(name) else {
            return TableNames.missing(name, file: path, available: available, key: key)
        }
        let inside = available.filter { $0.hasPrefix(name + "/") }
        return DatasetError(
            .missingObject, file: path, object: name, expected: "a data set",
            found: "a group" + (inside.isEmpty ? " without any" : " that holds \(listed(inside))"),
            advice: "Say which data set it is with \(key)")
    }

    /// Paths of all data sets, without the slash before them.
    func datasetNames() throws -> [String] {
        try file.root.walk().filter { $0.kind == .dataset }.map { String($0.path.dropFirst()) }
    }

    private static func missing(_ path: String) -> DatasetError {
        let url = URL(fileURLWithPath: path)
        let name = url.lastPathComponent
        if name == "fashion-mnist.h5" {
            return DatasetError(
                .missingFile, file: path, expected: "a data set in HDF5", found: "no such file",
                advice: "Make it with: lockstep import fashion-mnist")
        }
        let folder = url.deletingLastPathComponent().path
        guard let neighbors = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return DatasetError(
                .missingFile, file: path, expected: "a data set in HDF5",
                found: "no such file, nor the folder it would be in", advice: "Check the path.")
        }
        let files = neighbors.filter { $0.hasSuffix(".h5") || $0.hasSuffix(".hdf5") }.sorted()
        let suggestion = nearest(name, among: files).map { "Did you mean '\($0)'?" }
        return DatasetError(
            .missingFile, file: path, expected: "a data set in HDF5", found: "no such file",
            advice: suggestion ?? "The folder holds \(listed(files)).")
    }
}
