import CHDF5

/// A chunk as it lies in the file: filtered, in the file's type and byte order.
package struct HDF5RawChunk: Sendable {
    package let bytes: [UInt8]
    /// Bit i set: filter i of the data set was skipped for this chunk.
    package let skippedFilters: UInt32
}

extension HDF5Dataset {
    /// The bytes of the chunk whose first element is at `start`, or nil if it was never written (its elements have the
    /// fill value).
    ///
    /// HDF5 undoes nothing: the caller reverses `filters` (Fletcher32 is the last 4 bytes), swaps bytes, and cuts what
    /// an edge chunk has beyond the data set. `HDF5ChunkReader` does all that, outside the library's lock.
    package func rawChunk(at start: [Int]) throws -> HDF5RawChunk? {
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
                .mismatch, operation,
                "no chunk of \(HDF5Library.text(chunk)) begins at \(start) in shape \(HDF5Library.text(shape))")
        }
        var bytes: [UInt8] = []
        let limit = min(storageSize, try file.size)
        let skipped = try readRawChunk(at: start, atMost: limit) { size, read in
            bytes = try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                try read(buffer.baseAddress!)
                count = size
            }
        }
        return skipped.map { HDF5RawChunk(bytes: bytes, skippedFilters: $0) }
    }

    /// Reads the bytes of a chunk into memory of the caller, who is told their number first. Nil if the chunk was never
    /// written; else which filters it skipped.
    ///
    /// The library looks a chunk up by its position in logarithmic time here. Asking for its address instead
    /// (H5Dget_chunk_info_by_coord) walks all chunks before it: 0.9 ms each in a file of 20,000 (1.10.8).
    ///
    /// - Parameters:
    ///   - start: the first element of an existing chunk.
    ///   - limit: the most bytes that the chunk can have; more are refused before memory is taken.
    func readRawChunk(
        at start: [Int], atMost limit: Int,
        _ body: (_ size: Int, _ read: (UnsafeMutableRawPointer) throws -> Void) throws -> Void
    ) throws -> UInt32? {
        let operation = "read the chunk"
        let subject = handle.subject
        let offset = start.map { hsize_t($0) }
        // H5Dread_chunk takes no size of the buffer: the two calls must see the same chunk, so stay under one lock.
        return try handle.use(operation) { id in
            var size: hsize_t = 0
            // 1.10 fails for a chunk that was never written; later versions give it a size of zero.
            let found = try subject.call(operation, unless: errorStackSaysThatChunkIsMissing) {
                H5Dget_chunk_storage_size(id, offset, &size)
            }
            guard found != nil, size > 0 else { return nil }
            guard size <= limit else {
                throw subject.error(
                    .refused, operation,
                    "the chunk at \(start) is said to have \(size) bytes, more than the \(limit) that it can have")
            }
            var skipped: UInt32 = 0
            try body(Int(size)) { buffer in
                try subject.call(operation) {
                    H5Dread_chunk(id, hid_t(H5P_DEFAULT), offset, &skipped, buffer)
                }
            }
            return skipped
        }
    }

    /// What of a data set was never written, so that its elements read as the fill value.
    package struct UnwrittenPart: Equatable, Sendable {
        /// Chunks that are missing, of how many; 1 of 1 for data without chunks.
        package let missing: Int
        package let chunks: Int
        /// The first row of the first that is missing.
        package let firstRow: Int
    }

    /// Finds out whether every chunk was written, from their index; nil if so. Only after `checkReadable`.
    ///
    /// Space that was taken when the data set was made, whether or not anything was written to it since, counts as
    /// written: nothing in the file tells.
    package func unwrittenPart() throws -> UnwrittenPart? {
        guard count > 0 else { return nil }
        guard case .chunked(let chunk) = layout else {
            return storageSize > 0 ? nil : UnwrittenPart(missing: 1, chunks: 1, firstRow: 0)
        }
        let chunks = chunkGrid(chunk).reduce(1, *)
        let whole = chunks.multipliedReportingOverflow(by: chunk.reduce(elementType.size, *))
        if filters.isEmpty, !whole.overflow, whole.partialValue == storageSize { return nil }
        let stored = storageSize > 0 ? try storedChunks() : 0
        guard stored < chunks else { return nil }
        return UnwrittenPart(
            missing: chunks - stored, chunks: chunks, firstRow: stored == 0 ? 0 : try firstMissingRow(chunk))
    }

    /// Chunks that were written, by walking the whole index of them.
    func storedChunks() throws -> Int {
        let operation = "count the chunks"
        let subject = handle.subject
        return try handle.use(operation) { id in
            // Not H5S_ALL, which this function of 1.10 does not take.
            try subject.with(operation, closing: H5Sclose, { H5Dget_space(id) }) { space in
                var count: hsize_t = 0
                try subject.call(operation) { H5Dget_num_chunks(id, space, &count) }
                return Int(clamping: count)
            }
        }
    }

    /// The first row of the first chunk that was never written, of which there is one.
    private func firstMissingRow(_ chunk: [Int]) throws -> Int {
        let operation = "look for a chunk"
        let subject = handle.subject
        return try handle.use(operation) { id in
            var start = shape.map { _ in hsize_t(0) }
            while start[0] < shape[0] {
                var size: hsize_t = 0
                let found = try subject.call(operation, unless: errorStackSaysThatChunkIsMissing) {
                    H5Dget_chunk_storage_size(id, start, &size)
                }
                if found == nil || size == 0 { break }
                // The next one, in row-major order.
                for dimension in shape.indices.reversed() {
                    start[dimension] += hsize_t(chunk[dimension])
                    if start[dimension] < shape[dimension] || dimension == 0 { break }
                    start[dimension] = 0
                }
            }
            return Int(start[0])
        }
    }

    /// What elements read as that were never written, or nil if that is not defined.
    func fillValue<T: HDF5Scalar>(as type: T.Type, zero: T) throws -> T? {
        let operation = "read the fill value"
        let subject = handle.subject
        return try handle.use(operation) { id in
            try subject.with(operation, closing: H5Pclose, { H5Dget_create_plist(id) }) { list in
                var status = H5D_FILL_VALUE_ERROR
                try subject.call(operation) { H5Pfill_value_defined(list, &status) }
                guard status != H5D_FILL_VALUE_UNDEFINED else { return nil }
                var value = zero
                try subject.call(operation) { H5Pget_fill_value(list, T.memoryType, &value) }
                return value
            }
        }
    }
}
