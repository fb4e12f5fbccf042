import CHDF5

extension HDF5Dataset {
    /// All elements in row-major order, converted by HDF5 (see `HDF5Scalar`).
    package func read<T: HDF5Scalar>(as type: T.Type = T.self) throws -> [T] {
        try checkReadable()
        return try [T](unsafeUninitializedCapacity: count) { buffer, initialized in
            try read(into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        }
    }

    /// The rows `rows` of the first dimension, all of each.
    package func read<T: HDF5Scalar>(rows: Range<Int>, as type: T.Type = T.self) throws -> [T] {
        let box = try boxOfRows(rows, "read the data set")
        return try read(start: box.start, count: box.count)
    }

    /// The box (hyperslab) of `count` elements a dimension that begins at `start`, in row-major order.
    package func read<T: HDF5Scalar>(start: [Int], count: [Int], as type: T.Type = T.self) throws -> [T] {
        try checkReadable()
        let total = try checkBox(start, count, "read the data set")
        return try [T](unsafeUninitializedCapacity: total) { buffer, initialized in
            try read(start: start, count: count, into: UnsafeMutableBufferPointer(rebasing: buffer[..<total]))
            initialized = total
        }
    }

    /// All elements into memory of the caller, which must have room for exactly `count`.
    package func read<T: HDF5Scalar>(into buffer: UnsafeMutableBufferPointer<T>) throws {
        let operation = "read the data set"
        try checkReadable()
        try checkRoom(buffer.count, for: count, operation)
        guard count > 0 else { return }
        if let floats = narrowed(buffer) { return try narrow(start: shape.map { _ in 0 }, count: shape, into: floats) }
        try handle.use(operation) { id in
            try handle.subject.call(operation) {
                H5Dread(id, T.memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer.baseAddress)
            }
        }
    }

    /// The rows `rows` of the first dimension into memory of the caller.
    package func read<T: HDF5Scalar>(rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<T>) throws {
        let box = try boxOfRows(rows, "read the data set")
        try read(start: box.start, count: box.count, into: buffer)
    }

    /// A box (hyperslab) into memory of the caller, which must have room for exactly its elements.
    package func read<T: HDF5Scalar>(
        start: [Int], count: [Int], into buffer: UnsafeMutableBufferPointer<T>
    ) throws {
        let operation = "read the data set"
        try checkReadable()
        let total = try checkBox(start, count, operation)
        try checkRoom(buffer.count, for: total, operation)
        guard total > 0 else { return }
        if let floats = narrowed(buffer) { return try narrow(start: start, count: count, into: floats) }
        try withBox(start, count, operation) { id, memory, selection in
            try handle.subject.call(operation) {
                H5Dread(id, T.memoryType, memory, selection, hid_t(H5P_DEFAULT), buffer.baseAddress)
            }
        }
    }

    /// Room for Float32 where the file has binary64 in the other byte order, which the library narrows by software that
    /// rounds in a way of its own.
    private func narrowed<T>(_ buffer: UnsafeMutableBufferPointer<T>) -> UnsafeMutableBufferPointer<Float>? {
        elementType == .float64.bigEndian ? buffer as? UnsafeMutableBufferPointer<Float> : nil
    }

    /// Reads in Double, some rows at a time, and rounds to the nearest.
    private func narrow(start: [Int], count: [Int], into floats: UnsafeMutableBufferPointer<Float>) throws {
        guard !shape.isEmpty else {
            floats[0] = Float(try read(as: Double.self)[0])
            return
        }
        let width = count.dropFirst().reduce(1, *)
        let band = max(1, (1 << 16) / width)
        for first in stride(from: 0, to: count[0], by: band) {
            let part = [min(band, count[0] - first)] + count.dropFirst()
            let values = try read(start: [start[0] + first] + start.dropFirst(), count: part, as: Double.self)
            for (index, value) in values.enumerated() { floats[first * width + index] = Float(narrowing: value) }
        }
    }

    /// Throws unless a read of the whole data set is safe: of a type, layout and pipeline on the white list, with no
    /// more declared than can have been stored. Every read starts with this, so that nothing is allocated on the word
    /// of the file alone.
    package func checkReadable() throws {
        let operation = "read the data set"
        let subject = handle.subject
        guard layout != .virtual else {
            let name = path.drop { $0 == "/" }
            throw subject.error(
                .refused, operation,
                "it is virtual: it stands for data sets of other files, which are not opened; copy it to a plain one, in h5py: "
                    + "g['\(name)'] = f['\(name)'][...]")
        }
        guard !isExternal else {
            throw subject.error(
                .refused, operation, "its data is in other files (external storage); copy it to a plain data set")
        }
        guard elementType.isNumeric else {
            throw subject.error(.unsupported, operation, "expected numbers, found elements of type \(elementType)")
        }
        for case .other(let id, let name) in filters {
            throw subject.error(
                .unsupported, operation,
                "stored with the filter \(HDF5Filter.other(id: id, name: name)), which is not available; "
                    + "write it again with gzip, shuffle and fletcher32 at most")
        }
        try checkSizes(operation)
    }

    /// How many chunks there are along each dimension.
    func chunkGrid(_ chunk: [Int]) -> [Int] { zip(shape, chunk).map { $0 / $1 + ($0 % $1 > 0 ? 1 : 0) } }

    /// Chunks that were never written for certain: each that was has a byte. Only after `checkReadable`.
    package var unstoredChunks: Int {
        guard case .chunked(let chunk) = layout else { return 0 }
        return max(0, chunkGrid(chunk).reduce(1, *) - storageSize)
    }

    private func checkSizes(_ operation: String) throws {
        let subject = handle.subject
        let declared = try subject.product(shape + [elementType.size])
        // The widest number that a read converts to has 8 bytes.
        _ = try subject.product([count, 8])
        guard storageSize <= (try file.size) else {
            throw subject.error(
                .refused, operation, "\(storageSize) bytes are said to be stored, more than the file has")
        }
        let deflates = filters.count { if case .deflate = $0 { true } else { false } }
        guard deflates <= 1 else {
            throw subject.error(.refused, operation, "compressed \(deflates) times over")
        }
        let expanded = storageSize.multipliedReportingOverflow(by: deflates > 0 ? HDF5Limits.deflateRatio : 1)
        let plausible = max(expanded.overflow ? Int.max : expanded.partialValue, HDF5Limits.unstoredBytes)
        guard declared <= plausible else {
            throw subject.error(
                .refused, operation,
                "\(HDF5Library.text(shape)) elements of \(elementType) are declared, but only \(storageSize) bytes are stored"
            )
        }
        guard case .chunked(let chunk) = layout else { return }
        guard chunk.count == shape.count, !chunk.contains(0) else {
            throw subject.error(
                .refused, operation,
                "chunks of \(HDF5Library.text(chunk)) elements do not go into the shape \(HDF5Library.text(shape))")
        }
        let chunks = try subject.product(chunkGrid(chunk))
        guard chunks - HDF5Limits.unstoredChunks <= storageSize else {
            throw subject.error(
                .refused, operation, "\(chunks) chunks are declared, but only \(storageSize) bytes are stored")
        }
        let chunkBytes = try subject.product(chunk + [elementType.size])
        guard chunkBytes <= min(plausible, HDF5Limits.chunkBytes) else {
            throw subject.error(
                .refused, operation,
                "a chunk of \(HDF5Library.text(chunk)) elements takes \(chunkBytes) bytes; use smaller ones")
        }
    }
}
