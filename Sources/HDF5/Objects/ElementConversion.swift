/// A number that chunks are decoded to outside the library, by the rules of `HDF5Scalar`.
///
/// HDF5 narrows binary64 in the other byte order by software that rounds ties in a way of its own; reads and chunks
/// round them as those in this machine's byte order.
package protocol HDF5Decodable: HDF5Scalar {
    static var zero: Self { get }

    /// Whether elements of a type are converted here; the library converts the others.
    static func decodes(_ type: HDF5ElementType) -> Bool

    /// Converts `count` elements of a type that `decodes` as they lie in a file.
    static func decode(
        _ source: UnsafeRawPointer, count: Int, _ type: HDF5ElementType, into output: UnsafeMutablePointer<Self>)
}

extension UInt8: HDF5Decodable {
    package static func decodes(_ type: HDF5ElementType) -> Bool { type == .uint8 }

    package static func decode(
        _ source: UnsafeRawPointer, count: Int, _ type: HDF5ElementType, into output: UnsafeMutablePointer<UInt8>
    ) {
        UnsafeMutableRawPointer(output).copyMemory(from: source, byteCount: count)
    }
}

extension Float: HDF5Decodable {
    package static func decodes(_ type: HDF5ElementType) -> Bool { type.isNumeric }

    package static func decode(
        _ source: UnsafeRawPointer, count: Int, _ type: HDF5ElementType, into output: UnsafeMutablePointer<Float>
    ) {
        func convert<Bits: FixedWidthInteger>(_ bits: Bits.Type, _ number: (Bits) -> Float) {
            forEach(bits, in: source, count, type) { output[$0] = number($1) }
        }
        switch (type.kind, type.size) {
        case (.float, 4) where type == .float32 && 1.littleEndian == 1:
            UnsafeMutableRawPointer(output).copyMemory(from: source, byteCount: 4 * count)
        case (.float, 4): convert(UInt32.self) { Float(bitPattern: $0) }
        case (.float, 8): convert(UInt64.self) { Float(narrowing: Double(bitPattern: $0)) }
        case (.float, _): convert(UInt16.self) { Float(binary16: $0) }
        case (.unsignedInteger, 1): convert(UInt8.self) { Float($0) }
        case (.unsignedInteger, 2): convert(UInt16.self) { Float($0) }
        case (.unsignedInteger, 4): convert(UInt32.self) { Float($0) }
        case (.unsignedInteger, _): convert(UInt64.self) { Float($0) }
        case (_, 1): convert(Int8.self) { Float($0) }
        case (_, 2): convert(Int16.self) { Float($0) }
        case (_, 4): convert(Int32.self) { Float($0) }
        default: convert(Int64.self) { Float($0) }
        }
    }

    /// To the nearest; whatever is beyond the largest Float32, even by less than half a unit, becomes infinite, as in
    /// HDF5.
    init(narrowing value: Double) {
        guard value.magnitude <= Double(Float.greatestFiniteMagnitude) else {
            self = value.isNaN ? .nan : value > 0 ? .infinity : -.infinity
            return
        }
        self.init(value)
    }

    /// Widens a half-precision number (binary16), exactly. `Float16` does the same by a call of the run-time library
    /// for each number where the baseline has no instruction for it, in four times the time on x86-64.
    package init(binary16 half: UInt16) {
        let sign = UInt32(half & 0x8000) << 16
        let exponent = UInt32(half >> 10 & 0x1F)
        let fraction = UInt32(half & 0x3FF)
        switch exponent {
        case 0: self.init(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
        case 31: self.init(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: self.init(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}

extension Double: HDF5Decodable {
    package static func decodes(_ type: HDF5ElementType) -> Bool { type.isNumeric }

    package static func decode(
        _ source: UnsafeRawPointer, count: Int, _ type: HDF5ElementType, into output: UnsafeMutablePointer<Double>
    ) {
        guard type.size == 8 else {
            // Float32 holds all others but 32-bit integers.
            func convert<Bits: FixedWidthInteger>(_ bits: Bits.Type) {
                forEach(bits, in: source, count, type) { output[$0] = Double($1) }
            }
            if type.size == 4, type.isInteger {
                return type.kind == .signedInteger ? convert(Int32.self) : convert(UInt32.self)
            }
            return withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { floats in
                Float.decode(source, count: count, type, into: floats.baseAddress!)
                for index in 0..<count { output[index] = Double(floats[index]) }
            }
        }
        switch type.kind {
        case .float: forEach(UInt64.self, in: source, count, type) { output[$0] = Double(bitPattern: $1) }
        case .unsignedInteger: forEach(UInt64.self, in: source, count, type) { output[$0] = Double($1) }
        default: forEach(Int64.self, in: source, count, type) { output[$0] = Double($1) }
        }
    }
}

/// Hands on elements as they lie in a file, in this machine's byte order.
@inline(__always)
private func forEach<Bits: FixedWidthInteger>(
    _ bits: Bits.Type, in source: UnsafeRawPointer, _ count: Int, _ type: HDF5ElementType,
    _ body: (_ index: Int, Bits) -> Void
) {
    let swapped = type.byteOrder == .bigEndian
    for index in 0..<count {
        let raw = source.loadUnaligned(fromByteOffset: index &* MemoryLayout<Bits>.size, as: Bits.self)
        body(index, swapped ? Bits(bigEndian: raw) : Bits(littleEndian: raw))
    }
}
