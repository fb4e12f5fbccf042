import Kernels

/// XXH64 of what reaches a batch: inputs as they are in memory, targets, shapes, normalization. How a file stores them
/// (chunks, compression, byte order) leaves no trace, nor whether they are in memory.
struct ContentDigest {
    private var hash = XXH64()

    init(inputShape: [Int], count: Int, storesBytes: Bool) {
        hash.update([count, inputShape.count] + inputShape)
        hash.update([storesBytes ? 1 : 4])
    }

    /// Goes on after all inputs, from a `state`.
    init?(state: [UInt64]) {
        guard let hash = XXH64(state: state) else { return nil }
        self.hash = hash
    }

    var state: [UInt64] { hash.state }

    /// Adds inputs, in order.
    mutating func add(_ inputs: UnsafeRawBufferPointer) { hash.update(inputs) }

    /// The digest, after all inputs were added.
    func finished(targets: Targets, normalization: Normalization) -> UInt64 {
        var hash = hash
        normalization.scale.withUnsafeBytes { hash.update($0) }
        normalization.offset.withUnsafeBytes { hash.update($0) }
        if normalization.centering != nil { normalization.center.withUnsafeBytes { hash.update($0) } }
        switch targets {
        case .classes(let labels):
            hash.update([0])
            labels.withUnsafeBytes { hash.update($0) }
        case .values(let values, let width):
            hash.update([width])
            values.withUnsafeBytes { hash.update($0) }
        case .unlabeled:
            hash.update([-1])
        }
        return hash.finalize()
    }
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
