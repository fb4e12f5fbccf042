/// Pooling, up to 16 channels at a time.
extension InstructionSet {
    @inlinable @inline(never)
    package static func maxPool(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        @inline(__always) func body(_ output: Int, _ inputs: PooledInputs, _ lanes: Int) {
            var largest = Lanes16(repeating: -.infinity)
            inputs.forEach { input in
                let v = Lanes16.load(x + input, lanes: lanes)
                // NaN once found stays: nothing is above it.
                largest = largest.replaced(by: v, where: largest.isBelow(v) | ~v.isAtMost(v))
            }
            largest.store(y + output, lanes: lanes)
        }
        forEachWindow(images, window, body)
    }

    @inlinable @inline(never)
    package static func maxPoolGradient(
        x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        let isTiling = window.isTiling
        if !isTiling { dx.update(repeating: 0, count: images * window.inputCount) }
        @inline(__always) func body(_ output: Int, _ inputs: PooledInputs, _ lanes: Int) {
            let largest = Lanes16.load(y + output, lanes: lanes)
            var gradient = Lanes16.load(dy + output, lanes: lanes)
            inputs.forEach { input in
                let found = Lanes16.load(x + input, lanes: lanes).isEqual(to: largest)
                let share = Lanes16(repeating: 0).replaced(by: gradient, where: found)
                accumulate(share, dx + input, lanes, isFirst: isTiling)
                gradient = gradient.replaced(by: 0, where: found)
            }
        }
        forEachWindow(images, window, body)
    }

    @inlinable @inline(never)
    package static func averagePool(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        @inline(__always) func body(_ output: Int, _ inputs: PooledInputs, _ lanes: Int) {
            var sum = Lanes16(repeating: 0)
            inputs.forEach { sum += .load(x + $0, lanes: lanes) }
            (sum * (1 / Float(inputs.count))).store(y + output, lanes: lanes)
        }
        forEachWindow(images, window, body)
    }

    @inlinable @inline(never)
    package static func averagePoolGradient(
        dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        let isTiling = window.isTiling
        if !isTiling { dx.update(repeating: 0, count: images * window.inputCount) }
        @inline(__always) func body(_ output: Int, _ inputs: PooledInputs, _ lanes: Int) {
            let share = Lanes16.load(dy + output, lanes: lanes) * (1 / Float(inputs.count))
            inputs.forEach { accumulate(share, dx + $0, lanes, isFirst: isTiling) }
        }
        forEachWindow(images, window, body)
    }

    /// Adds to a sum that begins at zero, which need not be in memory yet for the first to do so.
    @inlinable @inline(__always)
    static func accumulate(
        _ share: Lanes16, _ sum: UnsafeMutablePointer<Float>, _ lanes: Int, isFirst: Bool
    ) {
        let start = isFirst ? Lanes16(repeating: 0) : .load(sum, lanes: lanes)
        (start + share).store(sum, lanes: lanes)
    }

    /// Calls `body` for each window of each image, 16 channels at a time and the others 8, 4, 2 and 1 at a time: lanes
    /// that the compiler knows need no mask.
    @inlinable @inline(__always)
    static func forEachWindow(
        _ images: Int, _ window: PoolWindow, _ body: (_ output: Int, _ inputs: PooledInputs, _ lanes: Int) -> Void
    ) {
        let (rows, columns, channels) = (window.rows, window.columns, window.channels)
        for image in 0..<images {
            for y in 0..<rows.output {
                let coveredRows = rows.inputs(of: y)
                for x in 0..<columns.output {
                    let coveredColumns = columns.inputs(of: x)
                    let output = ((image * rows.output + y) * columns.output + x) * channels
                    let corner = (image * rows.input + coveredRows.first) * columns.input + coveredColumns.first
                    let inputs = PooledInputs(
                        first: corner * channels, rows: coveredRows.end - coveredRows.first,
                        columns: coveredColumns.end - coveredColumns.first, line: columns.input * channels,
                        channels: channels)
                    forEachPowerOfTwo(channels) { channel, lanes in
                        body(output + channel, inputs.advanced(by: channel), lanes)
                    }
                }
            }
        }
    }

    @inlinable @inline(__always)
    static func forEachPowerOfTwo(_ count: Int, _ body: (_ offset: Int, _ lanes: Int) -> Void) {
        var offset = 0
        while offset + 16 <= count {
            body(offset, 16)
            offset += 16
        }
        if count & 8 > 0 {
            body(offset, 8)
            offset += 8
        }
        if count & 4 > 0 {
            body(offset, 4)
            offset += 4
        }
        if count & 2 > 0 {
            body(offset, 2)
            offset += 2
        }
        if count & 1 > 0 { body(offset, 1) }
    }
}

/// Where the elements of a window stand that one output is made of.
@usableFromInline
struct PooledInputs {
    @usableFromInline let first: Int
    @usableFromInline let rows: Int
    @usableFromInline let columns: Int
    /// Floats from one row of the image to the next, and from one pixel.
    @usableFromInline let line: Int
    @usableFromInline let channels: Int

    @inlinable @inline(__always)
    init(first: Int, rows: Int, columns: Int, line: Int, channels: Int) {
        self.first = first
        self.rows = rows
        self.columns = columns
        self.line = line
        self.channels = channels
    }

    @inlinable @inline(__always)
    var count: Int { rows * columns }

    @inlinable @inline(__always)
    func advanced(by channel: Int) -> PooledInputs {
        PooledInputs(first: first + channel, rows: rows, columns: columns, line: line, channels: channels)
    }

    /// Row by row. Windows of 2 × 2, which most are, take half of the time of loops.
    @inlinable @inline(__always)
    func forEach(_ body: (_ input: Int) -> Void) {
        if rows == 2 && columns == 2 {
            body(first)
            body(first + channels)
            body(first + line)
            body(first + line + channels)
            return
        }
        for row in 0..<rows {
            for column in 0..<columns { body(first + row * line + column * channels) }
        }
    }
}
