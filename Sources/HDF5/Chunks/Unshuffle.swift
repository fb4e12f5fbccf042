/// Undoes HDF5's filter 2, which stores the first bytes of all elements, then the second bytes, and so on.
///
/// - Parameters:
///   - source: `count * size` bytes.
///   - size: bytes of an element.
func unshuffle(
    _ source: UnsafePointer<UInt8>, count: Int, size: Int, into output: UnsafeMutablePointer<UInt8>
) {
    switch size {
    case 2: unshuffle(source, count: count, size: 2, as: UInt16.self, into: output)
    case 4: unshuffle(source, count: count, size: 4, as: UInt32.self, into: output)
    case 8: unshuffle(source, count: count, size: 8, as: UInt64.self, into: output)
    default:
        for byte in 0..<size {
            for element in 0..<count { output[element * size + byte] = source[byte * count + element] }
        }
    }
}

/// Unshuffles with one store for each element: byte by byte takes twice as long.
@inline(__always)
private func unshuffle<Word: FixedWidthInteger & UnsignedInteger>(
    _ source: UnsafePointer<UInt8>, count: Int, size: Int, as: Word.Type, into output: UnsafeMutablePointer<UInt8>
) {
    let output = UnsafeMutableRawPointer(output)
    for element in 0..<count {
        var word: Word = 0
        for byte in 0..<size {
            word |= Word(truncatingIfNeeded: source[byte &* count &+ element]) &<< Word(truncatingIfNeeded: 8 &* byte)
        }
        output.storeBytes(of: word.littleEndian, toByteOffset: element &* size, as: Word.self)
    }
}
