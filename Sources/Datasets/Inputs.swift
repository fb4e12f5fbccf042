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
