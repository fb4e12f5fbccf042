import CHDF5

extension HDF5Group {
    /// Creates a data set, and the groups on the way to it that are missing. Elements that are never written read as
    /// zero.
    package func createDataset(
        _ path: String, shape: [Int], type: HDF5ElementType, storage: HDF5Storage = .contiguous
    ) throws -> HDF5Dataset {
        let operation = "create the data set"
        let subject = handle.subject.at(absolute(path))
        guard shape.allSatisfy({ $0 >= 0 }) else {
            throw subject.error(.misuse, operation, "a shape of \(HDF5Library.text(shape)) is negative")
        }
        _ = try subject.product(shape + [type.size])
        return try handle.use(operation) { id in
            try requireNothing(path, operation)
            try subject.withType(type) { type in
                try subject.withSpace(shape, operation) { space in
                    try subject.withStorage(storage, shape: shape) { creation in
                        try createGroups(path.split(separator: "/").filter { $0 != "." }.dropLast())
                        try subject.withLinkCreation(operation) { links in
                            let open = { H5Dcreate2(id, path, type, space, links, creation, hid_t(H5P_DEFAULT)) }
                            try subject.with(operation, closing: H5Dclose, open) { _ in }
                        }
                    }
                }
            }
            return try HDF5Dataset(file: file, path: absolute(path))
        }
    }

    /// Creates a data set and writes all of it.
    package func write<T: HDF5Scalar>(
        _ path: String, _ values: [T], shape: [Int]? = nil, type: HDF5ElementType = T.elementType,
        storage: HDF5Storage = .contiguous
    ) throws {
        let dataset = try createDataset(path, shape: shape ?? [values.count], type: type, storage: storage)
        try values.withUnsafeBufferPointer { try dataset.write(from: $0) }
        try dataset.close()
    }
}

extension HDF5Dataset {
    /// Writes all elements, in row-major order. That this returns proves nothing about a disk: HDF5 keeps what it
    /// can in memory until the file is closed.
    package func write<T: HDF5Scalar>(from values: UnsafeBufferPointer<T>) throws {
        let operation = "write the data set"
        try checkRoom(values.count, for: count, operation)
        guard count > 0 else { return }
        try handle.use(operation) { id in
            try handle.subject.call(operation) {
                H5Dwrite(id, T.memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), values.baseAddress)
            }
        }
    }

    /// Writes the box (hyperslab) of `count` elements a dimension that begins at `start`.
    package func write<T: HDF5Scalar>(start: [Int], count: [Int], from values: UnsafeBufferPointer<T>) throws {
        let operation = "write the data set"
        let total = try checkBox(start, count, operation)
        try checkRoom(values.count, for: total, operation)
        guard total > 0 else { return }
        try withBox(start, count, operation) { id, memory, selection in
            try handle.subject.call(operation) {
                H5Dwrite(id, T.memoryType, memory, selection, hid_t(H5P_DEFAULT), values.baseAddress)
            }
        }
    }

    package func write<T: HDF5Scalar>(_ values: [T]) throws {
        try values.withUnsafeBufferPointer { try write(from: $0) }
    }

    /// Writes the rows of the first dimension that begin at `row`; `values` holds whole rows.
    package func write<T: HDF5Scalar>(_ values: [T], atRow row: Int) throws {
        let rowSize = try handle.subject.product(Array(shape.dropFirst()))
        guard rowSize > 0, values.count.isMultiple(of: rowSize) else {
            throw handle.subject.error(
                .mismatch, "write the data set", "\(values.count) elements are not whole rows of \(rowSize)")
        }
        let box = try boxOfRows(row..<(row + values.count / rowSize), "write the data set")
        try values.withUnsafeBufferPointer { try write(start: box.start, count: box.count, from: $0) }
    }
}

extension Subject {
    /// Lends the property list of a data set: its layout and filters, no modification time.
    fileprivate func withStorage<R>(_ storage: HDF5Storage, shape: [Int], _ body: (hid_t) throws -> R) throws -> R {
        let operation = "create the data set"
        return try withList(operation, shim_H5P_DATASET_CREATE()) { list in
            try call(operation) { H5Pset_obj_track_times(list, false) }
            guard let chunk = storage.chunk else {
                guard storage == .contiguous else {
                    throw error(.misuse, operation, "filters need chunks")
                }
                return try body(list)
            }
            guard chunk.count == shape.count, !shape.isEmpty, chunk.allSatisfy({ $0 > 0 }) else {
                throw error(.misuse, operation, "chunks of \(HDF5Library.text(chunk)) do not suit rank \(shape.count)")
            }
            // Nothing to store, and HDF5 wants no chunk longer than the data set.
            guard !shape.contains(0) else { return try body(list) }
            let lengths = zip(chunk, shape).map { hsize_t(min($0, $1)) }
            try call(operation) { H5Pset_chunk(list, Int32(lengths.count), lengths) }
            if storage.shuffle { try call(operation) { H5Pset_shuffle(list) } }
            if let level = storage.deflate {
                guard (0...9).contains(level) else {
                    throw error(.misuse, operation, "a compression level of \(level); expected 0 to 9")
                }
                try call(operation) { H5Pset_deflate(list, UInt32(level)) }
            }
            if storage.fletcher32 { try call(operation) { H5Pset_fletcher32(list) } }
            return try body(list)
        }
    }
}
