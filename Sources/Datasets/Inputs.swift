import Kernels

extension SampleTable {
    /// All inputs of a table, row-major: bytes or Float32, in memory or still in their file.
    enum Inputs: Sendable {
        case bytes(Elements<UInt8>)
        case floats(Elements<Float>)
        case mappedColumns(MappedColumns)
        case streamed(StreamedInputs)
    }
}

/// Elements that never change, and what keeps their memory alive: a buffer, or a mapping of a file.
struct Elements<Element>: @unchecked Sendable {
    let pointer: UnsafePointer<Element>
    let count: Int
    let owner: AnyObject

    init(_ pointer: UnsafePointer<Element>, count: Int, owner: AnyObject) {
        self.pointer = pointer
        self.count = count
        self.owner = owner
    }
}

extension Elements<UInt8> {
    init(_ buffer: ByteBuffer) { self.init(buffer.pointer, count: buffer.count, owner: buffer) }
}

extension Elements<Float> {
    init(_ buffer: AlignedBuffer) { self.init(buffer.pointer, count: buffer.count, owner: buffer) }
}

/// Some consecutive rows of inputs, in memory.
enum InputRows {
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

extension SampleTable.Inputs {
    var storesBytes: Bool {
        switch self {
        case .bytes: true
        case .floats: false
        case .mappedColumns(let columns): columns.storesBytes
        case .streamed(let inputs): inputs.source.storesBytes
        }
    }

    /// Where all rows are, if they are in memory.
    var resident: InputRows? {
        switch self {
        case .bytes(let elements): .bytes(elements.pointer)
        case .floats(let elements): .floats(elements.pointer)
        case .mappedColumns, .streamed: nil
        }
    }

    /// The file that the rows are a part of, if they are mapped.
    var mapping: FileMapping? {
        switch self {
        case .bytes(let elements): elements.owner as? FileMapping
        case .floats(let elements): elements.owner as? FileMapping
        case .mappedColumns(let columns): columns.mapping
        case .streamed: nil
        }
    }

    /// Hands on all rows, some at a time, in order.
    ///
    /// - Parameter rows: how many there are.
    /// - Throws: what reading a file throws, and what `body` throws.
    func forEachRun(rows: Int, _ body: (_ rows: Range<Int>, InputRows) throws -> Void) throws {
        if case .mappedColumns(let columns) = self { return try columns.forEachRun(rows: rows, body) }
        guard case .streamed(let inputs) = self else { return try body(0..<rows, resident!) }
        let stream = try inputs.streamInFileOrder(count: rows, rows: nil)
        for window in 0..<stream.plan.windowsInEpoch {
            try stream.acquire(window...window)
            try body(stream.plan.samples(in: window), stream.rows(from: stream.firstSlot(of: window)))
        }
    }
}
