import CHDF5

/// A chunk as it lies in the file: filtered, in the file's type and byte order.
public struct HDF5RawChunk: Sendable {
    public let bytes: [UInt8]
    /// Bit i set: filter i of the data set was skipped for this chunk.
    public let skippedFilters: UInt32
}

extension HDF5Dataset {
    /// The bytes of the chunk whose first element is at `start`, or nil if it was never written (its elements are zero).
    ///
    /// HDF5 undoes nothing: the caller reverses `filters` (Fletcher32 is the last 4 bytes), swaps bytes, and cuts what an
    /// edge chunk has beyond the data set. What it buys is that decompression runs outside the library's lock.
    public func rawChunk(at start: [Int]) throws -> HDF5RawChunk? {
        let operation = "read the chunk"
        let subject = handle.subject
        try checkReadable()
        guard case .chunked(let chunk) = layout else {
            throw subject.error(.mismatch, operation, "expected chunks, found a layout that is \(layout)")
        }
        guard
            start.count == shape.count,
            shape.indices.allSatisfy({ (0..<shape[$0]).contains(start[$0]) && start[$0].isMultiple(of: chunk[$0]) })
        else {
            throw subject.error(
                .mismatch, operation, "no chunk of \(HDF5.text(chunk)) begins at \(start) in shape \(HDF5.text(shape))")
        }
        let offset = start.map { hsize_t($0) }
        return try handle.use(operation) { id in
            var address: haddr_t = 0
            var size: hsize_t = 0
            var skipped: UInt32 = 0
            try subject.call(operation) { H5Dget_chunk_info_by_coord(id, offset, &skipped, &address, &size) }
            guard address != shim_HADDR_UNDEF(), size > 0 else { return nil }
            // H5Dread_chunk takes no size of the buffer: the two calls must see the same chunk, so stay under one lock.
            guard size <= min(storageSize, try file.size) else {
                throw subject.error(.refused, operation, "a chunk of \(size) bytes is more than the data set stores")
            }
            let bytes = try [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
                try subject.call(operation) {
                    H5Dread_chunk(id, hid_t(H5P_DEFAULT), offset, &skipped, buffer.baseAddress)
                }
                count = Int(size)
            }
            return HDF5RawChunk(bytes: bytes, skippedFilters: skipped)
        }
    }
}
