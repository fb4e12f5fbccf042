import Datasets
import Kernels

/// Inputs of some samples as bytes to show: normalization is undone, and what the data ranges over becomes black to
/// white.
///
/// Bytes range over 0 ... 255, or to the largest that is shown where none is above 127, as in images of 16 grays. Other
/// numbers range over what is shown.
struct PixelValues {
    private let inputs: AlignedBuffer
    private let scale: [Float]
    private let offset: [Float]
    private let center: [Float]
    private var range: (lowest: Float, highest: Float)

    /// - Parameter inputs: `[samples, features]`, normalized.
    init(_ inputs: AlignedBuffer, of table: SampleTable) {
        self.inputs = inputs
        scale = table.normalization.scale
        offset = table.normalization.offset
        center = table.normalization.center
        range = (0, 0)
        var (lowest, highest) = (Float.infinity, -Float.infinity)
        for index in 0..<inputs.count {
            let value = original(index, feature: index % scale.count)
            // The first is also what comes of NaN.
            lowest = value < lowest ? value : lowest
            highest = value > highest ? value : highest
        }
        // A tenth above, since normalization and its reverse round.
        range = table.storesBytes ? (0, highest > 127.1 ? 255 : max(1, highest)) : (lowest, highest)
    }

    subscript(sample: Int, feature: Int) -> UInt8 {
        let value = original(sample * scale.count + feature, feature: feature)
        let level = (value - range.lowest) / (range.highest - range.lowest) * 255
        // Not what is no number, or out of range after arithmetic.
        return level > 0 ? (level < 255 ? UInt8(level + 0.5) : 255) : 0
    }

    private func original(_ index: Int, feature: Int) -> Float {
        scale[feature] == 0 ? 0 : (inputs.pointer[index] - offset[feature]) / scale[feature] + center[feature]
    }
}
