import Foundation
import HDF5
import StrictCoding

/// An HDF5 file open for reading, with the errors a person needs.
struct OpenFile {
    /// As messages show it.
    let path: String
    let file: HDF5File

    /// - Throws: `DatasetError` for a missing file, `HDF5Error` for one that cannot be opened.
    init(_ path: String) throws {
        self.path = path
        do {
            file = try HDF5File(reading: path)
        } catch let error as HDF5Error where error.kind == .notFound {
            throw Self.missing(path)
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
        guard try contains(name) else {
            throw TableNames.missing(name, file: path, available: try datasetNames(), key: key)
        }
        return try file.root.dataset(name)
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
