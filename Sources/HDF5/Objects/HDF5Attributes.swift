import CHDF5

/// The attributes of a group or data set: small named values beside the data.
///
///     try file.root.attributes.set("license", "CC BY 4.0")
///     let names: [String]? = try file.root.attributes.strings("class_names")
///
/// Strings of variable length, h5py's usual ones, are read too; a file of a stranger can crash HDF5 through them.
/// Getters return nil when there is no attribute of that name, and throw when it is of another kind.
package struct HDF5Attributes: Sendable {
    let owner: Handle

    /// In order of names.
    package func names() throws -> [String] {
        let operation = "list the attributes"
        let subject = owner.subject
        return try owner.use(operation) { id in
            var info = H5O_info_t()
            try subject.call(operation) { H5Oget_info2(id, &info, UInt32(H5O_INFO_NUM_ATTRS)) }
            guard info.num_attrs <= HDF5Limits.attributes else {
                throw subject.error(.refused, operation, "it has \(info.num_attrs) attributes")
            }
            return try NameList.collect(subject, operation, most: HDF5Limits.attributes) { list in
                try subject.call(operation) {
                    H5Aiterate2(id, H5_INDEX_NAME, H5_ITER_INC, nil, { NameList.add($1, to: $3) }, list)
                }
            }
        }
    }

    package func contains(_ name: String) throws -> Bool {
        let operation = "look up the attribute"
        return try owner.use(operation) { id in
            try owner.subject.attribute(name).call(operation) { H5Aexists(id, name) } > 0
        }
    }

    /// A single integer, or nil if absent. Throws `.mismatch` for another kind, or a value that does not fit.
    package func integer<T: FixedWidthInteger>(_ name: String, as type: T.Type = Int.self) throws -> T? {
        guard let attribute = try attribute(name) else { return nil }
        return try single(integers(of: attribute, as: type), attribute)
    }

    /// Integers of any shape, in row-major order.
    package func integers<T: FixedWidthInteger>(_ name: String, as type: T.Type = Int.self) throws -> [T]? {
        try attribute(name).map { try integers(of: $0, as: type) }
    }

    /// A single number, an integer or not.
    package func number(_ name: String) throws -> Double? {
        guard let attribute = try attribute(name) else { return nil }
        return try single(numbers(of: attribute), attribute)
    }

    /// Numbers of any shape, in row-major order.
    package func numbers(_ name: String) throws -> [Double]? {
        try attribute(name).map { try numbers(of: $0) }
    }

    package func boolean(_ name: String) throws -> Bool? {
        guard let attribute = try attribute(name) else { return nil }
        guard case .booleans(let values) = attribute.value else { throw mismatch(attribute, "a bool") }
        return try single(values, attribute)
    }

    /// A single string, of variable or fixed length.
    package func string(_ name: String) throws -> String? {
        guard let attribute = try attribute(name) else { return nil }
        guard case .strings(let values) = attribute.value else { throw mismatch(attribute, "a string") }
        return try single(values, attribute)
    }

    /// Strings of any shape, in row-major order.
    package func strings(_ name: String) throws -> [String]? {
        guard let attribute = try attribute(name) else { return nil }
        guard case .strings(let values) = attribute.value else { throw mismatch(attribute, "strings") }
        return values
    }

    private func integers<T: FixedWidthInteger>(of attribute: HDF5Attribute, as type: T.Type) throws -> [T] {
        func exactly<V: BinaryInteger>(_ values: [V]) throws -> [T] {
            try values.map { value in
                guard let result = T(exactly: value) else { throw mismatch(attribute, "at most \(T.max)") }
                return result
            }
        }
        switch attribute.value {
        case .integers(let values): return try exactly(values)
        case .unsignedIntegers(let values): return try exactly(values)
        default: throw mismatch(attribute, "integers")
        }
    }

    private func numbers(of attribute: HDF5Attribute) throws -> [Double] {
        switch attribute.value {
        case .integers(let values): return values.map(Double.init)
        case .unsignedIntegers(let values): return values.map(Double.init)
        case .numbers(let values): return values
        default: throw mismatch(attribute, "numbers")
        }
    }

    private func single<V>(_ values: [V], _ attribute: HDF5Attribute) throws -> V {
        guard values.count == 1 else { throw mismatch(attribute, "a single value") }
        return values[0]
    }

    private func mismatch(_ attribute: HDF5Attribute, _ expected: String) -> HDF5Error {
        owner.subject.attribute(attribute.name).error(
            .mismatch, "read the attribute",
            "expected \(expected), found \(attribute.type), shape \(HDF5Library.text(attribute.shape)): \(attribute.value)"
        )
    }
}

/// An attribute that was read.
package struct HDF5Attribute: Equatable, Sendable {
    package let name: String
    package let type: HDF5ElementType
    /// Empty for a scalar.
    package let shape: [Int]
    /// In row-major order.
    package let value: HDF5AttributeValue
}

/// What an attribute holds, widened to the largest type of its kind.
package enum HDF5AttributeValue: Equatable, Sendable, CustomStringConvertible {
    case integers([Int64])
    /// Unsigned 64-bit numbers, which `integers` would not hold.
    case unsignedIntegers([UInt64])
    case numbers([Double])
    case booleans([Bool])
    case strings([String])
    /// h5py's Empty, or of a kind that is not read.
    case none

    package var description: String {
        switch self {
        case .integers(let values): return list(values)
        case .unsignedIntegers(let values): return list(values)
        case .numbers(let values): return list(values)
        case .booleans(let values): return list(values)
        case .strings(let values): return list(values)
        case .none: return "nothing"
        }
    }

    private func list<V>(_ values: [V]) -> String {
        guard values.count != 1 else { return "\(values[0])" }
        let shown = values.prefix(20).map { "\($0)" }.joined(separator: ", ")
        return "[\(shown)\(values.count > 20 ? ", …" : "")]"
    }
}
