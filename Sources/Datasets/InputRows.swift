import Kernels

/// Some consecutive rows of inputs, in memory.
package enum InputRows {
    case bytes(UnsafePointer<UInt8>)
    case floats(UnsafePointer<Float>)

    /// Copies rows into a batch of shape [count, features], normalized.
    func gather(
        _ indices: UnsafePointer<Int32>, count: Int, _ normalization: Normalization,
        into batch: UnsafeMutablePointer<Float>, kernels: any KernelTable.Type
    ) {
        let (scale, offset) = (normalization.scales.pointer, normalization.offsets.pointer)
        let features = normalization.scales.count
        if let centering = normalization.centering {
            return gather(indices, count: count, normalization, centering, into: batch, kernels: kernels)
        }
        switch self {
        case .bytes(let pointer):
            kernels.gather(
                pointer, indices: indices, rows: count, columns: features, scale: scale, offset: offset, into: batch)
        case .floats(let pointer):
            kernels.gather(
                pointer, indices: indices, rows: count, columns: features, scale: scale, offset: offset, into: batch)
        }
    }

    /// Copies rows into a batch, normalized, where something is subtracted first: a run of rows at a time, short enough
    /// for the stack if a row is.
    private func gather(
        _ indices: UnsafePointer<Int32>, count: Int, _ normalization: Normalization,
        _ centering: Normalization.Centering, into batch: UnsafeMutablePointer<Float>, kernels: any KernelTable.Type
    ) {
        let features = normalization.scales.count
        let (ones, negated) = (centering.ones.pointer, centering.negated.pointer)
        let runLength = max(1, min(128, 256 / features))
        withUnsafeTemporaryAllocation(of: Float.self, capacity: runLength * features) { centered in
            let centered = centered.baseAddress!
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: runLength) { places in
                for place in 0..<runLength { places[place] = Int32(place) }
                for first in stride(from: 0, to: count, by: runLength) {
                    let rows = min(runLength, count - first)
                    switch self {
                    case .bytes(let pointer):
                        kernels.gather(
                            pointer, indices: indices + first, rows: rows, columns: features, scale: ones,
                            offset: negated, into: centered)
                    case .floats(let pointer):
                        kernels.gather(
                            pointer, indices: indices + first, rows: rows, columns: features, scale: ones,
                            offset: negated, into: centered)
                    }
                    kernels.gather(
                        centered, indices: places.baseAddress!, rows: rows, columns: features,
                        scale: normalization.scales.pointer, offset: normalization.offsets.pointer,
                        into: batch + first * features)
                }
            }
        }
    }

    /// The memory of `rows` rows.
    func memory(_ rows: Int, features: Int) -> UnsafeRawBufferPointer {
        switch self {
        case .bytes(let pointer): UnsafeRawBufferPointer(start: pointer, count: rows * features)
        case .floats(let pointer): UnsafeRawBufferPointer(UnsafeBufferPointer(start: pointer, count: rows * features))
        }
    }
}
