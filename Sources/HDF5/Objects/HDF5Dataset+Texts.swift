import CHDF5

/// Data sets of texts of one fixed length, padded with zeros (NumPy's `S`): for lists that are too long for attributes.
/// Nothing of them lies in a heap.
extension HDF5Group {
    /// Creates a data set of texts, in UTF-8, and writes all of it.
    ///
    /// - Throws: `HDF5Error` `.misuse` for a text with a zero byte, which would end it in the file.
    @discardableResult
    package func writeTexts(_ path: String, _ values: [String]) throws -> HDF5Dataset {
        let operation = "create the data set"
        let subject = handle.subject.at(absolute(path))
        if let bad = values.first(where: { $0.utf8.contains(0) }) {
            throw subject.error(.misuse, operation, "the text \(bad.debugDescription) contains a zero byte")
        }
        let size = HDF5Library.textSize(of: values)
        let bytes = HDF5Library.paddedBytes(of: values)
        return try handle.use(operation) { id in
            try requireNothing(path, operation)
            try createGroups(path.split(separator: "/").filter { $0 != "." }.dropLast())
            try subject.withStringType(size: size) { type in
                try subject.withSpace([values.count], operation) { space in
                    try subject.withList(operation, shim_H5P_DATASET_CREATE()) { creation in
                        try subject.call(operation) { H5Pset_obj_track_times(creation, false) }
                        try subject.withLinkCreation(operation) { links in
                            let open = { H5Dcreate2(id, path, type, space, links, creation, hid_t(H5P_DEFAULT)) }
                            try subject.with(operation, closing: H5Dclose, open) { dataset in
                                guard !values.isEmpty else { return }
                                try subject.call(operation) {
                                    H5Dwrite(
                                        dataset, type, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), bytes)
                                }
                            }
                        }
                    }
                }
            }
            return try HDF5Dataset(file: file, path: absolute(path))
        }
    }
}

extension HDF5Dataset {
    /// All texts of a data set that has one dimension and holds texts of a fixed length in one run of bytes, as
    /// `writeTexts` makes it.
    ///
    /// - Throws: `HDF5Error` `.mismatch` for any other, `.refused` for more than `HDF5Limits.attributeBytes`.
    package func readTexts() throws -> [String] {
        let operation = "read the data set"
        let subject = handle.subject
        guard case .string(.fixedNullPadded) = elementType.kind, elementType.size > 0, shape.count == 1 else {
            throw subject.error(
                .mismatch, operation,
                "expected a list of texts of one length, padded with zeros, found \(elementType), shape \(shape)")
        }
        let size = try subject.product([count, elementType.size])
        guard size <= HDF5Limits.attributeBytes else {
            throw subject.error(.refused, operation, "its texts have \(size) bytes")
        }
        guard count > 0 else { return [] }
        guard layout == .contiguous, !isExternal, filters.isEmpty, storageSize == size else {
            throw subject.error(
                .mismatch, operation, "expected \(size) bytes in one run, found \(storageSize) bytes, \(layout)")
        }
        var bytes = [UInt8](repeating: 0, count: size)
        try handle.use(operation) { id in
            // In the file's own type: asking for UTF-8 where it says ASCII fails.
            try subject.with(operation, closing: H5Tclose, { H5Dget_type(id) }) { type in
                try bytes.withUnsafeMutableBytes { bytes in
                    _ = try subject.call(operation) {
                        H5Dread(
                            id, type, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), bytes.baseAddress)
                    }
                }
            }
        }
        return (0..<count).map { index in
            let text = bytes[index * elementType.size..<(index + 1) * elementType.size]
            let end = text.lastIndex { $0 != 0 }.map { $0 + 1 } ?? text.startIndex
            return String(decoding: text[..<end], as: UTF8.self)
        }
    }
}

extension HDF5Library {
    /// Bytes that a text takes in a list of them: as many as the longest, and at least one.
    package static func textSize(of values: [String]) -> Int { max(values.lazy.map(\.utf8.count).max() ?? 1, 1) }

    /// Texts as they lie in a file, each padded with zeros.
    package static func paddedBytes(of values: [String]) -> [UInt8] {
        let size = textSize(of: values)
        var bytes = [UInt8](repeating: 0, count: values.count * size)
        for (index, value) in values.enumerated() {
            for (offset, byte) in value.utf8.enumerated() { bytes[index * size + offset] = byte }
        }
        return bytes
    }
}
