import Kernels

/// forward: `y = [a, b, …]` pixel by pixel; backward: `da`, `db`, … are the parts of `dy`.
struct ConcatenationOperation: Operation {
    let layer: String
    var inputs: [Value.ID]
    /// Of each input.
    let channels: [Int]
    var output: Value.ID
    let outputChannels: Int
    /// Of a sample.
    let pixels: Int

    var reads: [Value.ID] {
        get { inputs }
        set { inputs = newValue }
    }
    var savedForBackward: [Value.ID] { [] }

    func forward(_ frame: Frame) {
        let (y, width) = (frame.value(output), outputChannels)
        var first = 0
        for index in inputs.indices {
            let (x, count) = (frame.value(inputs[index]), channels[index])
            for pixel in 0..<frame.rows * pixels {
                (y + pixel * width + first).update(from: x + pixel * count, count: count)
            }
            first += count
        }
    }

    func backward(_ frame: Frame) {
        guard let dy = frame.gradient(output) else { return }
        let width = outputChannels
        var first = 0
        for index in inputs.indices {
            let count = channels[index]
            if let dx = frame.gradient(inputs[index]) {
                for pixel in 0..<frame.rows * pixels {
                    (dx + pixel * count).update(from: dy + pixel * width + first, count: count)
                }
            }
            first += count
        }
    }
}
