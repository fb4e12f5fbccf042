extension ReferenceKernels {
    /// Calls `body` for each output element of each image, with the places of the inputs its window covers, in order.
    private static func forEachWindow(
        _ images: Int, _ window: PoolWindow, _ body: (_ output: Int, _ inputs: [Int]) -> Void
    ) {
        let (rows, columns) = (window.rows, window.columns)
        for image in 0..<images {
            for y in 0..<rows.output {
                for x in 0..<columns.output {
                    for channel in 0..<window.channels {
                        var inputs: [Int] = []
                        for i in 0..<rows.size {
                            for j in 0..<columns.size {
                                let row = y * rows.stride - rows.before + i
                                let column = x * columns.stride - columns.before + j
                                guard (0..<rows.input).contains(row), (0..<columns.input).contains(column) else {
                                    continue
                                }
                                let pixel = (image * rows.input + row) * columns.input + column
                                inputs.append(pixel * window.channels + channel)
                            }
                        }
                        let pixel = (image * rows.output + y) * columns.output + x
                        body(pixel * window.channels + channel, inputs)
                    }
                }
            }
        }
    }

    package static func maxPool(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        forEachWindow(images, window) { output, inputs in
            var largest = -Float.infinity
            for input in inputs where largest < x[input] || x[input].isNaN { largest = x[input] }
            y[output] = largest
        }
    }

    package static func maxPoolGradient(
        x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        for index in 0..<images * window.inputCount { dx[index] = 0 }
        forEachWindow(images, window) { output, inputs in
            let first = inputs.first { x[$0] == y[output] }
            for input in inputs { dx[input] += input == first ? dy[output] : 0 }
        }
    }

    package static func averagePool(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        forEachWindow(images, window) { output, inputs in
            y[output] = inputs.reduce(0) { $0 + x[$1] } * (1 / Float(inputs.count))
        }
    }

    package static func averagePoolGradient(
        dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    ) {
        for index in 0..<images * window.inputCount { dx[index] = 0 }
        forEachWindow(images, window) { output, inputs in
            for input in inputs { dx[input] += dy[output] * (1 / Float(inputs.count)) }
        }
    }
}
