import HDF5

/// The bytes of a checkpoint's file that tensors may still claim, so that a small file cannot ask for much memory: not
/// by values that were never stored, nor by naming the same ones again and again.
final class TensorSpace {
    private var bytes: Int

    /// - Parameter bytes: the size of the file.
    init(bytes: Int) { self.bytes = bytes }

    /// Checks that the values of a tensor are in the file, as they are written: one run of bytes for it alone.
    ///
    /// - Parameter place: its name, for messages; `path` is the file's.
    /// - Throws: `CheckpointError` `.damaged`; errors of HDF5 for values that lie beyond the end of the file.
    func take(_ dataset: HDF5Dataset, _ place: String, _ path: String) throws {
        guard dataset.count > 0 else { return }
        let (size, overflow) = dataset.count.multipliedReportingOverflow(by: dataset.elementType.size)
        guard !overflow, dataset.storageSize == size, try dataset.contiguousOffset() != nil else {
            throw CheckpointError(
                .damaged, path,
                "\(place): expected \(dataset.count) values in one run of bytes, found \(dataset.storageSize) bytes")
        }
        guard size <= bytes else {
            throw CheckpointError(.damaged, path, "\(place): its tensors together are larger than the file")
        }
        bytes -= size
    }
}
