import CHDF5

/// Boxes (hyperslabs) of a data set: checks, and the data spaces that describe them to HDF5.
extension HDF5Dataset {
    /// Elements in a box; throws `.mismatch` unless it lies inside the data set.
    func checkBox(_ start: [Int], _ count: [Int], _ operation: String) throws -> Int {
        guard start.count == shape.count, count.count == shape.count else {
            throw handle.subject.error(
                .mismatch, operation,
                "expected rank \(start.count), found rank \(shape.count) (shape \(HDF5Library.text(shape)))")
        }
        for axis in shape.indices {
            let inside =
                start[axis] >= 0 && count[axis] >= 0 && start[axis] <= shape[axis]
                && count[axis] <= shape[axis] - start[axis]
            guard inside else {
                throw handle.subject.error(
                    .mismatch, operation,
                    "\(count[axis]) elements from \(start[axis]) on do not fit dimension \(axis) of "
                        + "shape \(HDF5Library.text(shape))")
            }
        }
        return try handle.subject.product(count)
    }

    func boxOfRows(_ rows: Range<Int>, _ operation: String) throws -> (start: [Int], count: [Int]) {
        guard let length = shape.first else {
            throw handle.subject.error(.mismatch, operation, "expected rows, found a scalar")
        }
        guard rows.lowerBound >= 0, rows.upperBound <= length else {
            throw handle.subject.error(
                .mismatch, operation, "rows \(rows.lowerBound)..<\(rows.upperBound) asked for, found \(length)")
        }
        let rest = shape.dropFirst()
        return ([rows.lowerBound] + rest.map { _ in 0 }, [rows.count] + rest)
    }

    func checkRoom(_ room: Int, for count: Int, _ operation: String) throws {
        guard room == count else {
            throw handle.subject.error(.misuse, operation, "\(count) elements do not fit memory for \(room)")
        }
    }

    /// Lends the data set, a data space for packed memory, and one that selects the box in the file.
    @discardableResult
    func withBox<R>(
        _ start: [Int], _ count: [Int], _ operation: String,
        _ body: (_ id: hid_t, _ memory: hid_t, _ file: hid_t) throws -> R
    ) throws -> R {
        let subject = handle.subject
        return try handle.use(operation) { id in
            try subject.with(
                operation, closing: H5Sclose,
                { H5Dget_space(id) }
            ) { selection in
                // A scalar has nothing to select from.
                guard !shape.isEmpty else { return try body(id, hid_t(H5S_ALL), hid_t(H5S_ALL)) }
                let (first, lengths) = (start.map { hsize_t($0) }, count.map { hsize_t($0) })
                try subject.call(operation) {
                    H5Sselect_hyperslab(selection, H5S_SELECT_SET, first, nil, lengths, nil)
                }
                return try subject.withSpace(count, operation) { try body(id, $0, selection) }
            }
        }
    }
}

extension Subject {
    /// Lends a new data space of a shape; a scalar for an empty one.
    func withSpace<R>(_ shape: [Int], _ operation: String, _ body: (hid_t) throws -> R) throws -> R {
        let lengths = shape.map { hsize_t($0) }
        let open: () -> hid_t = {
            lengths.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(lengths.count), lengths, nil)
        }
        return try with(operation, closing: H5Sclose, open, body)
    }
}
