import Kernels

/// Rows of a mapped file of which a network takes some columns, in an order of its own: any row at any time, as a full
/// shuffle needs them, and no copy of the file.
struct MappedColumns: Sendable {
    let mapping: FileMapping
    let storesBytes: Bool
    /// For each number of a row, its place in a row of the file.
    let places: [Int32]
    /// The rows that are mapped, read one after the other.
    let source: any RowSource
    /// Numbers in a row of the file.
    let width: Int

    /// Rows that are handed on at once, about as many numbers.
    private static let bandCount = 1 << 16

    /// Bytes of a row of the file.
    var rowBytes: Int { width * (storesBytes ? 1 : MemoryLayout<Float>.stride) }

    /// Copies rows into a batch of shape [count, features], normalized: the same bits as the gather kernels give, which
    /// are those of one fused multiplication and addition.
    func gather(
        _ rows: UnsafePointer<Int32>, count: Int, _ normalization: Normalization,
        into batch: UnsafeMutablePointer<Float>
    ) {
        if storesBytes {
            gather(mapping.pointer.assumingMemoryBound(to: UInt8.self), rows, count, normalization, batch) { Float($0) }
        } else {
            gather(mapping.pointer.assumingMemoryBound(to: Float.self), rows, count, normalization, batch) { $0 }
        }
    }

    private func gather<Element>(
        _ elements: UnsafePointer<Element>, _ rows: UnsafePointer<Int32>, _ count: Int, _ normalization: Normalization,
        _ batch: UnsafeMutablePointer<Float>, _ number: (Element) -> Float
    ) {
        let (scales, offsets) = (normalization.scales.pointer, normalization.offsets.pointer)
        let negated = normalization.centering?.negated.pointer
        places.withUnsafeBufferPointer { places in
            for index in 0..<count {
                let row = elements + Int(rows[index]) * width
                let output = batch + index * places.count
                for feature in places.indices {
                    var value = number(row[Int(places[feature])])
                    if let negated { value += negated[feature] }
                    output[feature] = offsets[feature].addingProduct(value, scales[feature])
                }
            }
        }
    }

    /// Hands on all rows, some at a time, in order.
    func forEachRun(rows: Int, _ body: (_ rows: Range<Int>, InputRows) throws -> Void) throws {
        let band = max(1, Self.bandCount / places.count)
        let memory = ByteBuffer(count: min(band, rows) * source.rowBytes)
        let reader = source.makeReader()
        for first in stride(from: 0, to: rows, by: band) {
            let run = first..<min(first + band, rows)
            try reader.read(run, into: memory.pointer)
            let pointer = UnsafePointer(memory.pointer)
            try body(
                run,
                storesBytes
                    ? .bytes(pointer) : .floats(UnsafeRawPointer(pointer).assumingMemoryBound(to: Float.self)))
        }
    }
}
