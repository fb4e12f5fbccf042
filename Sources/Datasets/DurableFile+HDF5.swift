import DurableFiles
import HDF5

extension DurableFile {
    /// Makes an HDF5 file piece by piece on the disk, and gives it its name when it reads back from there as what was
    /// written.
    ///
    /// - Parameters:
    ///   - fill: writes it.
    ///   - verify: reads it, and throws if anything is not what was written: a write that fails may show nowhere else.
    /// - Throws: `DurableFileError`, `HDF5Error` of this file, what the closures throw. Nothing is left then.
    package func writeHDF5(fill: (HDF5File) throws -> Void, verify: (HDF5File) throws -> Void) throws {
        func naming<Result>(_ temporary: String, _ body: () throws -> Result) throws -> Result {
            do { return try body() } catch let error as HDF5Error where error.file == temporary {
                throw error.renamed(path)
            }
        }
        try write(
            { temporary in
                try naming(temporary) { try HDF5File(creating: temporary).closeAfter(fill) }
            },
            verify: { temporary in
                try naming(temporary) {
                    try HDF5Library.$trustsFiles.withValue(true) {
                        try HDF5File(reading: temporary).closeAfter(verify)
                    }
                }
            })
    }
}
