@testable import Networks

extension Oracle {
    /// One dimension of a window on an image: which input each element of each window sees, nil on the border.
    private struct Axis {
        let outputs: Int
        let stride: Int
        let dilation: Int
        let before: Int
        let input: Int

        init(_ input: Int, size: Int, stride: Int, dilation: Int, before: Int, after: Int, isSame: Bool) {
            let reach = dilation * (size - 1) + 1
            var (before, after) = (before, after)
            if isSame {
                let wanted = (input + stride - 1) / stride
                let missing = max(0, (wanted - 1) * stride + reach - input)
                (before, after) = (missing / 2, missing - missing / 2)
            }
            outputs = (input + before + after - reach) / stride + 1
            (self.stride, self.dilation, self.before, self.input) = (stride, dilation, before, input)
        }

        func place(output: Int, tap: Int) -> Int? {
            let place = output * stride + tap * dilation - before
            return (0..<input).contains(place) ? place : nil
        }
    }

    private func axes(_ window: Window, _ dimensions: [Int]) -> (rows: Axis, columns: Axis, size: Extent) {
        var (top, left, bottom, right) = (0, 0, 0, 0)
        if case .edges(let t, let l, let b, let r) = window.padding { (top, left, bottom, right) = (t, l, b, r) }
        let isSignal = dimensions.count == 2
        let size = isSignal ? Extent(1, window.size.width) : window.size
        let isSame = window.padding == .same
        return (
            isSignal
                ? Axis(1, size: 1, stride: 1, dilation: 1, before: 0, after: 0, isSame: false)
                : Axis(
                    dimensions[0], size: size.height, stride: window.stride.height, dilation: window.dilation.height,
                    before: top, after: bottom, isSame: isSame),
            Axis(
                dimensions[dimensions.count - 2], size: size.width, stride: window.stride.width,
                dilation: window.dilation.width, before: left, after: right, isSame: isSame), size
        )
    }

    /// Calls `body` for every output pixel of every sample and every element of its window that is on the image.
    private func slide(
        _ window: Window, _ dimensions: [Int], samples: Int, _ body: (_ output: Int, _ tap: Int, _ input: Int) -> Void
    ) -> (rows: Int, columns: Int) {
        let (rows, columns, size) = axes(window, dimensions)
        for sample in 0..<samples {
            for y in 0..<rows.outputs {
                for x in 0..<columns.outputs {
                    for i in 0..<size.height {
                        for j in 0..<size.width {
                            guard let row = rows.place(output: y, tap: i), let column = columns.place(output: x, tap: j)
                            else { continue }
                            body(
                                (sample * rows.outputs + y) * columns.outputs + x, i * size.width + j,
                                (sample * rows.input + row) * columns.input + column)
                        }
                    }
                }
            }
        }
        return (rows.outputs, columns.outputs)
    }

    /// Replaces the plane's dimensions and channels.
    private func set(_ dimensions: inout [Int], _ plane: (rows: Int, columns: Int), channels: Int) {
        dimensions = (dimensions.count == 2 ? [plane.columns] : [plane.rows, plane.columns]) + [channels]
    }

    func convolution(
        _ layer: any ConvolutionLayer, _ x: [Double], _ dimensions: inout [Int], _ name: String
    ) -> [Double] {
        let (weight, channels) = (parameters[name + "/weight"]!, dimensions.last!)
        // Each look at the layer copies it.
        let (filters, groups) = (layer.filters, layer.groups)
        let bias = parameters[name + "/bias"] ?? Array(repeating: 0, count: filters)
        let (inputs, outputs) = (channels / groups, filters / groups)
        let samples = x.count / dimensions.reduce(1, *)
        let (rows, columns, _) = axes(layer.window, dimensions)
        var y = (0..<samples * rows.outputs * columns.outputs).flatMap { _ in bias }
        let plane = slide(layer.window, dimensions, samples: samples) { output, tap, input in
            for filter in 0..<filters {
                for c in 0..<inputs {
                    y[output * filters + filter] +=
                        x[input * channels + filter / outputs * inputs + c]
                        * weight[(tap * inputs + c) * filters + filter]
                }
            }
        }
        set(&dimensions, plane, channels: filters)
        return y
    }

    func pool(
        _ window: Window, _ x: [Double], _ dimensions: inout [Int], _ combine: ([Double]) -> Double
    ) -> [Double] {
        let channels = dimensions.last!
        let samples = x.count / dimensions.reduce(1, *)
        let (rows, columns, _) = axes(window, dimensions)
        var seen = [[Double]](repeating: [], count: samples * rows.outputs * columns.outputs * channels)
        let plane = slide(window, dimensions, samples: samples) { output, _, input in
            for c in 0..<channels { seen[output * channels + c].append(x[input * channels + c]) }
        }
        set(&dimensions, plane, channels: channels)
        return seen.map(combine)
    }

    func upsample(_ factor: Extent, _ x: [Double], _ dimensions: inout [Int]) -> [Double] {
        let channels = dimensions.last!
        let (rows, columns) = (dimensions.count == 2 ? 1 : dimensions[0], dimensions[dimensions.count - 2])
        let samples = x.count / (rows * columns * channels)
        set(&dimensions, (rows * factor.height, columns * factor.width), channels: channels)
        // Samples follow one another as rows do.
        return (0..<samples * rows * factor.height).flatMap { row in
            (0..<columns * factor.width).flatMap { column in
                let pixel = row / factor.height * columns + column / factor.width
                return x[pixel * channels..<(pixel + 1) * channels]
            }
        }
    }
}
