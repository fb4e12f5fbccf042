import Kernels

/// XXH64 of what reaches a batch: inputs as they are in memory, targets, shapes, normalization. How a file stores them
/// (chunks, compression, byte order) leaves no trace.
func contentDigest(
    inputs: SampleTable.Inputs, inputShape: [Int], targets: Targets, normalization: Normalization, count: Int
) -> UInt64 {
    var digest = XXH64()
    digest.update([count, inputShape.count] + inputShape)
    switch inputs {
    case .bytes(let buffer):
        digest.update([1])
        digest.update(UnsafeRawBufferPointer(start: buffer.pointer, count: buffer.count))
    case .floats(let buffer):
        digest.update([4])
        digest.update(UnsafeRawBufferPointer(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count)))
    }
    normalization.scale.withUnsafeBytes { digest.update($0) }
    normalization.offset.withUnsafeBytes { digest.update($0) }
    switch targets {
    case .classes(let labels):
        digest.update([0])
        labels.withUnsafeBytes { digest.update($0) }
    case .values(let values, let width):
        digest.update([width])
        values.withUnsafeBytes { digest.update($0) }
    case .unlabeled:
        digest.update([-1])
    }
    return digest.finalize()
}

/// The digest of some rows of a table.
func partDigest(of table: UInt64, rows: [Int32]) -> UInt64 {
    var digest = XXH64(seed: table)
    rows.withUnsafeBytes { digest.update($0) }
    return digest.finalize()
}

extension XXH64 {
    /// Integers as 64-bit words, little end first.
    mutating func update(_ integers: [Int]) {
        integers.map { UInt64(bitPattern: Int64($0)).littleEndian }.withUnsafeBytes { update($0) }
    }
}
