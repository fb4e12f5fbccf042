import Kernels

/// forward: `y[i, j] = x[i / h, j / w]`; backward: `dx = Σ dy` over the block of h × w pixels, a chain in their order.
struct UpsamplingOperation: UnaryOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    /// Of the input.
    let rows: Int
    let columns: Int
    let channels: Int
    let factor: Extent

    var savedForBackward: [Value.ID] { [] }

    /// Floats of a row of the output.
    private var line: Int { columns * factor.width * channels }

    func forward(_ frame: Frame) {
        for row in 0..<frame.rows * rows {
            let x = frame.value(input) + row * columns * channels
            let y = frame.value(output) + row * factor.height * line
            for pixel in 0..<columns * factor.width {
                (y + pixel * channels).update(from: x + pixel / factor.width * channels, count: channels)
            }
            for copy in 1..<factor.height { (y + copy * line).update(from: y, count: line) }
        }
    }

    func backward(_ frame: Frame) {
        guard let dx = frame.gradient(input), let dy = frame.gradient(output) else { return }
        for row in 0..<frame.rows * rows {
            for column in 0..<columns {
                let sum = dx + (row * columns + column) * channels
                let block = dy + row * factor.height * line + column * factor.width * channels
                sum.update(from: block, count: channels)
                for i in 0..<factor.height {
                    for j in (i == 0 ? 1 : 0)..<factor.width {
                        frame.kernels.add(block + i * line + j * channels, into: sum, count: channels)
                    }
                }
            }
        }
    }
}
