extension ReferenceKernels {
    package static func depthwiseProduct(
        _ a: PatchView, channels: Int, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, c: PatchTarget,
        epilogue: Epilogue
    ) {
        for y in 0..<a.rows {
            for x in 0..<a.columns {
                let patch = a.base + y * a.rowStride + x * a.columnStride
                for channel in 0..<channels {
                    var chain = bias?[channel] ?? 0
                    for tap in a.runs(ofRow: y) {
                        chain = fma(patch[a.offsets[tap] + channel], weights[tap * channels + channel], chain)
                    }
                    let offset = y * c.rowStride + x * c.columnStride + channel
                    switch epilogue {
                    case .none: c.base[offset] = chain
                    case .addition: preconditionFailure("no epilogue of this product")
                    case .activation(let activation): c.base[offset] = value(of: activation, at: chain)
                    case .activationGradient(let activation, let saved):
                        activationGradient(
                            activation, saved: saved + offset, dy: &chain, into: c.base + offset, count: 1)
                    }
                }
            }
        }
    }

    package static func depthwiseWeightGradient(
        _ a: PatchView, channels: Int, dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>,
        start: Accumulator
    ) {
        for tap in 0..<a.runs {
            for channel in 0..<channels {
                let output = dw + tap * channels + channel
                var chain: Float
                switch start {
                case .zero: chain = 0
                case .output: chain = output.pointee
                case .bias(let bias): chain = bias[channel]
                }
                for y in 0..<a.rows {
                    for x in 0..<a.columns {
                        let element = a.base + y * a.rowStride + x * a.columnStride + a.offsets[tap]
                        chain = fma(element[channel], dy[(y * a.columns + x) * channels + channel], chain)
                    }
                }
                output.pointee = chain
            }
        }
    }
}
