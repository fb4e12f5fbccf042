import CHDF5

extension HDF5Attributes {
    /// The attribute of that name with its type and shape, or nil. Throws `.refused` beyond
    /// `HDF5Limits.attributeBytes`.
    package func attribute(_ name: String) throws -> HDF5Attribute? {
        let operation = "read the attribute"
        let subject = owner.subject.attribute(name)
        return try owner.use(operation) { id in
            guard try contains(name) else { return nil }
            let open: () -> hid_t = { H5Aopen(id, name, hid_t(H5P_DEFAULT)) }
            return try subject.with(operation, closing: H5Aclose, open) { try subject.readAttribute($0, name) }
        }
    }
}

extension Subject {
    private var operation: String { "read the attribute" }

    fileprivate func readAttribute(_ id: hid_t, _ name: String) throws -> HDF5Attribute {
        let openType: () -> hid_t = { H5Aget_type(id) }
        return try with(operation, closing: H5Tclose, openType) { typeID in
            let type = try elementType(typeID)
            let openSpace: () -> hid_t = { H5Aget_space(id) }
            return try with(operation, closing: H5Sclose, openSpace) { space in
                let shape = try shape(space)
                let count = try product(shape)
                guard try product([count, max(type.size, 8)]) <= HDF5Limits.attributeBytes else {
                    throw error(.refused, operation, "\(HDF5Library.text(shape)) elements of \(type) are too many")
                }
                let value = try count == 0 ? emptyValue(type) : value(id, typeID, space, type, count)
                return HDF5Attribute(name: name, type: type, shape: shape, value: value)
            }
        }
    }

    private func emptyValue(_ type: HDF5ElementType) -> HDF5AttributeValue {
        switch type.kind {
        case .signedInteger: return .integers([])
        case .unsignedInteger: return type.size == 8 ? .unsignedIntegers([]) : .integers([])
        case .float: return .numbers([])
        case .boolean: return .booleans([])
        case .string: return .strings([])
        case .other: return .none
        }
    }

    private func value(
        _ id: hid_t, _ typeID: hid_t, _ space: hid_t, _ type: HDF5ElementType, _ count: Int
    ) throws -> HDF5AttributeValue {
        switch type.kind {
        case .unsignedInteger where type.size == 8:
            return .unsignedIntegers(try read(id, UInt64.memoryType, count, 0))
        case .signedInteger, .unsignedInteger:
            return .integers(try read(id, Int64.memoryType, count, 0))
        case .float:
            return .numbers(try read(id, Double.memoryType, count, 0))
        case .boolean:
            let values: [Int8] = try withBooleanType { try read(id, $0, count, 0) }
            return .booleans(values.map { $0 != 0 })
        case .string(.variableLength):
            return .strings(try variableStrings(id, typeID, space, count))
        case .string(let form):
            // Read in the file's own type, so that nothing is cut or converted.
            let bytes: [UInt8] = try read(id, typeID, count * type.size, 0)
            return .strings((0..<count).map { text(bytes[($0 * type.size)..<(($0 + 1) * type.size)], form) })
        case .other:
            return .none
        }
    }

    private func read<T: BitwiseCopyable>(_ id: hid_t, _ memoryType: hid_t, _ count: Int, _ zero: T) throws -> [T] {
        var values = [T](repeating: zero, count: count)
        try values.withUnsafeMutableBytes { bytes in
            _ = try call(operation) { H5Aread(id, memoryType, bytes.baseAddress) }
        }
        return values
    }

    /// Strings beside the data, which HDF5 allocates and takes back.
    private func variableStrings(_ id: hid_t, _ type: hid_t, _ space: hid_t, _ count: Int) throws -> [String] {
        // Read in the file's own type: asking for UTF-8 where the file says ASCII fails.
        var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
        try call(operation) { H5Aread(id, type, &pointers) }
        var total = 0
        let strings = pointers.map { pointer -> String? in
            guard let pointer else { return "" }
            total += stringLength(pointer)
            return total <= HDF5Limits.attributeBytes ? String(cString: pointer) : nil
        }
        try call(operation) { H5Dvlen_reclaim(type, space, hid_t(H5P_DEFAULT), &pointers) }
        guard total <= HDF5Limits.attributeBytes else {
            throw error(.refused, operation, "its strings have \(total) bytes")
        }
        return strings.map { $0 ?? "" }
    }

    private func stringLength(_ pointer: UnsafePointer<CChar>) -> Int {
        var length = 0
        while pointer[length] != 0 { length += 1 }
        return length
    }

    private func text(_ bytes: ArraySlice<UInt8>, _ form: HDF5ElementType.StringForm) -> String {
        switch form {
        case .fixedSpacePadded:
            let end = bytes.lastIndex { $0 != 0x20 && $0 != 0 }.map { $0 + 1 } ?? bytes.startIndex
            return String(decoding: bytes[..<end], as: UTF8.self)
        case .fixedNullPadded:
            let end = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? bytes.startIndex
            return String(decoding: bytes[..<end], as: UTF8.self)
        case .fixedNullTerminated, .variableLength:
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
