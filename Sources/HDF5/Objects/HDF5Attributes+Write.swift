import CHDF5

/// Writing attributes the way h5py does: scalars as scalars, arrays of rank 1, strings of variable length in UTF-8.
/// An attribute that exists already is an error, not replaced.
extension HDF5Attributes {
    package func set<T: HDF5Scalar>(_ name: String, _ value: T) throws {
        try withUnsafePointer(to: value) { try write(name, shape: [], T.elementType, T.memoryType, $0) }
    }

    package func set<T: HDF5Scalar>(_ name: String, _ values: [T]) throws {
        try values.withUnsafeBufferPointer { buffer in
            try write(name, shape: [values.count], T.elementType, T.memoryType, buffer.baseAddress)
        }
    }

    package func set(_ name: String, _ value: Bool) throws {
        var byte: Int8 = value ? 1 : 0
        let subject = owner.subject.attribute(name)
        try subject.withBooleanType { type in
            try create(name, shape: [], type) { try subject.writeAttribute($0, type, &byte) }
        }
    }

    package func set(_ name: String, _ value: String) throws {
        try writeStrings(name, [value], shape: [])
    }

    package func set(_ name: String, _ values: [String]) throws {
        try writeStrings(name, values, shape: [values.count])
    }

    /// A string of fixed length, which h5py shows as bytes. It lies in the object's checksummed header; those of
    /// variable length lie in a heap that has no checksum and that HDF5 1.10 parses trustingly: one flipped bit there
    /// can crash a reader.
    package func setFixed(_ name: String, _ value: String) throws {
        try writeFixed(name, [value], shape: [])
    }

    /// Strings of one fixed length, padded with zeros (NumPy's `S`).
    package func setFixed(_ name: String, _ values: [String]) throws {
        try writeFixed(name, values, shape: [values.count])
    }

    private func write(
        _ name: String, shape: [Int], _ type: HDF5ElementType, _ memoryType: hid_t, _ values: UnsafeRawPointer?
    ) throws {
        let subject = owner.subject.attribute(name)
        try subject.withType(type) { type in
            try create(name, shape: shape, type) { try subject.writeAttribute($0, memoryType, values) }
        }
    }

    private func writeFixed(_ name: String, _ values: [String], shape: [Int]) throws {
        let subject = owner.subject.attribute(name)
        try requireNoZeroByte(values, subject)
        let bytes = HDF5Library.paddedBytes(of: values)
        try subject.withStringType(size: HDF5Library.textSize(of: values)) { type in
            try create(name, shape: shape, type) { try subject.writeAttribute($0, type, bytes) }
        }
    }

    /// A zero ends a string in a file.
    private func requireNoZeroByte(_ values: [String], _ subject: Subject) throws {
        guard let bad = values.first(where: { $0.utf8.contains(0) }) else { return }
        throw subject.error(.misuse, "write the attribute", "the string \(bad.debugDescription) contains a zero byte")
    }

    private func writeStrings(_ name: String, _ values: [String], shape: [Int]) throws {
        let subject = owner.subject.attribute(name)
        try requireNoZeroByte(values, subject)
        try subject.withStringType(size: nil) { type in
            try create(name, shape: shape, type) { id in
                // All strings in one buffer, each ended by a zero, and a pointer to the start of each.
                let buffer: [UInt8] = values.flatMap { Array($0.utf8) + [0] }
                try buffer.withUnsafeBufferPointer { (bytes: UnsafeBufferPointer<UInt8>) throws -> Void in
                    var pointers: [UnsafePointer<UInt8>] = []
                    var start = 0
                    for value in values {
                        pointers.append(bytes.baseAddress! + start)
                        start += value.utf8.count + 1
                    }
                    try subject.writeAttribute(id, type, pointers)
                }
            }
        }
    }
}

extension HDF5Attributes {
    /// Creates an attribute in the file's type `type` and hands it to `write`.
    fileprivate func create(_ name: String, shape: [Int], _ type: hid_t, _ write: (hid_t) throws -> Void) throws {
        let operation = "write the attribute"
        let subject = owner.subject.attribute(name)
        try owner.use(operation) { id in
            guard try !contains(name) else {
                throw subject.error(.exists, operation, "it exists already")
            }
            try subject.withSpace(shape, operation) { space in
                try subject.withList(operation, shim_H5P_ATTRIBUTE_CREATE()) { creation in
                    try subject.call(operation) { H5Pset_char_encoding(creation, H5T_CSET_UTF8) }
                    let open = { H5Acreate2(id, name, type, space, creation, hid_t(H5P_DEFAULT)) }
                    try subject.with(operation, closing: H5Aclose, open, write)
                }
            }
        }
    }
}

extension Subject {
    fileprivate func writeAttribute(_ id: hid_t, _ memoryType: hid_t, _ values: UnsafeRawPointer?) throws {
        try call("write the attribute") { H5Awrite(id, memoryType, values) }
    }

    /// Lends a string type in UTF-8: of `size` bytes padded with zeros, or of variable length.
    func withStringType<R>(size: Int?, _ body: (hid_t) throws -> R) throws -> R {
        let operation = "describe a string"
        return try with(operation, closing: H5Tclose, { H5Tcopy(shim_H5T_C_S1()) }) { id in
            try call(operation) { H5Tset_size(id, size ?? shim_H5T_VARIABLE()) }
            try call(operation) { H5Tset_cset(id, H5T_CSET_UTF8) }
            if size != nil { try call(operation) { H5Tset_strpad(id, H5T_STR_NULLPAD) } }
            return try body(id)
        }
    }
}
