import Foundation
import HDF5

/// The type of elements in a file of raw numbers (IDX, NPY).
enum RawElement: Equatable {
    case boolean
    case unsigned(bytes: Int)
    case signed(bytes: Int)
    case float(bytes: Int)

    var size: Int {
        switch self {
        case .boolean: 1
        case .unsigned(let bytes), .signed(let bytes), .float(let bytes): bytes
        }
    }

    /// Bits of floating-point numbers if they are as few as Float32 has; nil for other numbers.
    var floatBits: Int? { if case .float(let bytes) = self, bytes <= 4 { bytes * 8 } else { nil } }

    /// `count` elements from the start of `bytes`, which has at least as many.
    ///
    /// As inputs, bytes stay bytes and all else becomes Float32, unless that would lose what matters (`RoundingLoss`):
    /// then elements keep 64 bits. As targets, numbers keep their value, in 64 bits.
    /// Throws the first integer that 64 signed bits do not hold.
    func decode(
        _ bytes: Data, _ layout: ArrayLayout, count: Int, bigEndian: Bool, as role: ImportedRole,
        _ judgment: RoundingLoss.Judgment = .table
    ) throws(IntegerTooLarge) -> ImportedValues {
        if self == .unsigned(bytes: 1) { return .uint8([UInt8](bytes.prefix(count))) }
        if role == .inputs, let values = wide(bytes, layout, count, bigEndian, judgment) { return values }
        return switch (self, role) {
        case (.float(2), _): .float32(map(bytes, count, bigEndian, UInt16.self) { Float(binary16: $0) })
        case (.float(4), _): .float32(map(bytes, count, bigEndian, UInt32.self) { Float(bitPattern: $0) })
        case (.float, .targets): .float64(map(bytes, count, bigEndian, UInt64.self) { Double(bitPattern: $0) })
        case (.float, .inputs): .float32(map(bytes, count, bigEndian, UInt64.self) { Float(Double(bitPattern: $0)) })
        case (_, .inputs): .float32(numbers(bytes, count, bigEndian))
        case (_, .targets): .int64(try integers(bytes, count, bigEndian))
        }
    }

    /// Elements in 64 bits where Float32 would lose what matters, else nil.
    private func wide(
        _ bytes: Data, _ layout: ArrayLayout, _ count: Int, _ bigEndian: Bool, _ judgment: RoundingLoss.Judgment
    ) -> ImportedValues? {
        func loses<Bits: FixedWidthInteger & UnsignedInteger>(_ bits: Bits.Type, _ value: (Bits) -> Double) -> Bool {
            var loss = RoundingLoss(features: layout.features, by: judgment)
            forEach(bytes, count, bigEndian, bits) { loss.add(value($1), layout.feature($0)) }
            return loss.feature != nil
        }
        switch self {
        case .float(8):
            guard loses(UInt64.self, { Double(bitPattern: $0) }) else { return nil }
            return .float64(map(bytes, count, bigEndian, UInt64.self) { Double(bitPattern: $0) })
        case .signed(4): guard loses(UInt32.self, { Double(Int32(bitPattern: $0)) }) else { return nil }
        case .signed(8): guard loses(UInt64.self, { Double(Int64(bitPattern: $0)) }) else { return nil }
        case .unsigned(4): guard loses(UInt32.self, { Double($0) }) else { return nil }
        case .unsigned(8): guard loses(UInt64.self, { Double($0) }) else { return nil }
        default: return nil
        }
        if let values = try? integers(bytes, count, bigEndian) { return .int64(values) }
        return .float64(map(bytes, count, bigEndian, UInt64.self) { Double($0) })
    }

    private func numbers(_ bytes: Data, _ count: Int, _ bigEndian: Bool) -> [Float] {
        switch self {
        case .signed(1): map(bytes, count, bigEndian, UInt8.self) { Float(Int8(bitPattern: $0)) }
        case .signed(2): map(bytes, count, bigEndian, UInt16.self) { Float(Int16(bitPattern: $0)) }
        case .signed(4): map(bytes, count, bigEndian, UInt32.self) { Float(Int32(bitPattern: $0)) }
        case .signed: map(bytes, count, bigEndian, UInt64.self) { Float(Int64(bitPattern: $0)) }
        case .unsigned(2): map(bytes, count, bigEndian, UInt16.self) { Float($0) }
        case .unsigned(4): map(bytes, count, bigEndian, UInt32.self) { Float($0) }
        case .unsigned(8): map(bytes, count, bigEndian, UInt64.self) { Float($0) }
        default: map(bytes, count, bigEndian, UInt8.self) { $0 == 0 ? 0 : 1 }
        }
    }

    private func integers(_ bytes: Data, _ count: Int, _ bigEndian: Bool) throws(IntegerTooLarge) -> [Int64] {
        switch self {
        case .signed(1): return map(bytes, count, bigEndian, UInt8.self) { Int64(Int8(bitPattern: $0)) }
        case .signed(2): return map(bytes, count, bigEndian, UInt16.self) { Int64(Int16(bitPattern: $0)) }
        case .signed(4): return map(bytes, count, bigEndian, UInt32.self) { Int64(Int32(bitPattern: $0)) }
        case .signed: return map(bytes, count, bigEndian, UInt64.self) { Int64(bitPattern: $0) }
        case .unsigned(2): return map(bytes, count, bigEndian, UInt16.self) { Int64($0) }
        case .unsigned(4): return map(bytes, count, bigEndian, UInt32.self) { Int64($0) }
        case .unsigned(8):
            let values = map(bytes, count, bigEndian, UInt64.self) { $0 }
            if let index = values.firstIndex(where: { $0 > UInt64(Int64.max) }) {
                throw IntegerTooLarge(value: values[index], index: index)
            }
            return values.map { Int64($0) }
        default: return map(bytes, count, bigEndian, UInt8.self) { $0 == 0 ? 0 : 1 }
        }
    }

    private func map<Bits: FixedWidthInteger & UnsignedInteger, Value>(
        _ bytes: Data, _ count: Int, _ bigEndian: Bool, _ bits: Bits.Type, _ value: (Bits) -> Value
    ) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        forEach(bytes, count, bigEndian, bits) { values.append(value($1)) }
        return values
    }

    private func forEach<Bits: FixedWidthInteger & UnsignedInteger>(
        _ bytes: Data, _ count: Int, _ bigEndian: Bool, _ bits: Bits.Type, _ body: (_ index: Int, Bits) -> Void
    ) {
        bytes.withUnsafeBytes { bytes in
            for index in 0..<count {
                let raw = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
                body(index, bigEndian ? Bits(bigEndian: raw) : Bits(littleEndian: raw))
            }
        }
    }
}

/// What an array is imported for.
enum ImportedRole { case inputs, targets }

struct IntegerTooLarge: Error {
    let value: UInt64
    let index: Int
}
