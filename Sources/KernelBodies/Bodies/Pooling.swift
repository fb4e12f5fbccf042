/// Pooling, 16 channels at a time.
extension InstructionSet {
    @inlinable @inline(never)
    public static func maxPool(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        for image in 0..<images {
            let (x, y) = (x + image * window.inputCount, y + image * window.outputCount)
            @inline(__always) func pixel(
                _ output: Int, _ rows: (first: Int, end: Int), _ columns: (first: Int, end: Int)
            ) {
                @inline(__always) func body(c: Int, lanes: Int) {
                    var largest = Lanes16(repeating: -.infinity)
                    for row in rows.first..<rows.end {
                        for column in columns.first..<columns.end {
                            let at = (row * window.columns.input + column) * window.channels + c
                            let v = Lanes16.load(x + at, lanes: lanes)
                            // NaN once found stays: nothing is above it.
                            largest = largest.replaced(by: v, where: largest.isBelow(v) | ~v.isAtMost(v))
                        }
                    }
                    largest.store(y + output + c, lanes: lanes)
                }
                forEach16(window.channels, body)
            }
            window.forEachOutput(pixel)
        }
    }

    @inlinable @inline(never)
    public static func maxPoolGradient(
        x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        dx.update(repeating: 0, count: images * window.inputCount)
        for image in 0..<images {
            let (x, dx) = (x + image * window.inputCount, dx + image * window.inputCount)
            let (y, dy) = (y + image * window.outputCount, dy + image * window.outputCount)
            @inline(__always) func pixel(
                _ output: Int, _ rows: (first: Int, end: Int), _ columns: (first: Int, end: Int)
            ) {
                @inline(__always) func body(c: Int, lanes: Int) {
                    let largest = Lanes16.load(y + output + c, lanes: lanes)
                    var gradient = Lanes16.load(dy + output + c, lanes: lanes)
                    for row in rows.first..<rows.end {
                        for column in columns.first..<columns.end {
                            let at = (row * window.columns.input + column) * window.channels + c
                            let found = Lanes16.load(x + at, lanes: lanes).isEqual(to: largest)
                            let share = Lanes16(repeating: 0).replaced(by: gradient, where: found)
                            (Lanes16.load(dx + at, lanes: lanes) + share).store(dx + at, lanes: lanes)
                            gradient = gradient.replaced(by: 0, where: found)
                        }
                    }
                }
                forEach16(window.channels, body)
            }
            window.forEachOutput(pixel)
        }
    }

    @inlinable @inline(never)
    public static func averagePool(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        for image in 0..<images {
            let (x, y) = (x + image * window.inputCount, y + image * window.outputCount)
            @inline(__always) func pixel(
                _ output: Int, _ rows: (first: Int, end: Int), _ columns: (first: Int, end: Int)
            ) {
                let share = 1 / Float((rows.end - rows.first) * (columns.end - columns.first))
                @inline(__always) func body(c: Int, lanes: Int) {
                    var sum = Lanes16(repeating: 0)
                    for row in rows.first..<rows.end {
                        for column in columns.first..<columns.end {
                            sum += .load(x + (row * window.columns.input + column) * window.channels + c, lanes: lanes)
                        }
                    }
                    (sum * share).store(y + output + c, lanes: lanes)
                }
                forEach16(window.channels, body)
            }
            window.forEachOutput(pixel)
        }
    }

    @inlinable @inline(never)
    public static func averagePoolGradient(
        dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        dx.update(repeating: 0, count: images * window.inputCount)
        for image in 0..<images {
            let (dx, dy) = (dx + image * window.inputCount, dy + image * window.outputCount)
            @inline(__always) func pixel(
                _ output: Int, _ rows: (first: Int, end: Int), _ columns: (first: Int, end: Int)
            ) {
                let share = 1 / Float((rows.end - rows.first) * (columns.end - columns.first))
                @inline(__always) func body(c: Int, lanes: Int) {
                    let gradient = Lanes16.load(dy + output + c, lanes: lanes) * share
                    for row in rows.first..<rows.end {
                        for column in columns.first..<columns.end {
                            let at = (row * window.columns.input + column) * window.channels + c
                            (Lanes16.load(dx + at, lanes: lanes) + gradient).store(dx + at, lanes: lanes)
                        }
                    }
                }
                forEach16(window.channels, body)
            }
            window.forEachOutput(pixel)
        }
    }
}
