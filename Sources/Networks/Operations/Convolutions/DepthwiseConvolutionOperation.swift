import Kernels

/// `ConvolutionOperation` where each filter sees one channel of its own, with the same chains and so the same bits.
///
/// A product of matrices would have one column for each channel; these kernels take 16 channels at a time, and read the
/// weight as it is, `[taps, channels]`.
struct DepthwiseConvolutionOperation: ActivatedOperation, DifferentiatingOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    let weight: Parameter
    let bias: Parameter?
    let plan: ConvolutionPlan
    var activation = Activation.identity
    /// The activation that the operation before has fused and left to this one to differentiate.
    var inputActivation = Activation.identity
    var isGradientHandedOver = false

    var flopsPerRow: Int { 2 * plan.geometry.outputPixels * weight.count }

    private var channels: Int { plan.filters }
    private var outputCount: Int { plan.geometry.outputPixels * channels }

    // MARK: Scratch memory

    /// Where the parts of the scratch memory begin, in floats, all at cache lines. A bordered image comes first.
    private struct Scratch {
        let gradient: Int
        let weights: Int
        let sums: Int
        let count: Int

        init(_ operation: DepthwiseConvolutionOperation) {
            func lines(_ count: Int) -> Int { (count + 15) / 16 * 16 }
            gradient = lines(operation.plan.borderedInput.count)
            weights = gradient + lines(operation.plan.borderedGradient.count)
            sums = weights + lines(operation.weight.count)
            count = sums + lines(operation.weight.count)
        }
    }

    func workspaceCount(rows: Int, isTrained: Bool, kernels: any KernelTable.Type) -> Int { Scratch(self).count }

    /// The patches of the bordered image in scratch memory.
    private func patches(of image: UnsafePointer<Float>, inside: FixedTable<Range<Int>>? = nil) -> PatchView {
        let (rows, columns) = (plan.geometry.rows, plan.geometry.columns)
        return PatchView(
            base: image, rows: rows.output, columns: columns.output, rowStride: rows.stride * plan.borderedInput.line,
            columnStride: columns.stride * channels, offsets: plan.forward.offsets.pointer, runs: plan.forward.count,
            depth: plan.forward.depth, inside: inside?.pointer)
    }

    // MARK: Forward

    func forward(_ frame: Frame) {
        let (bordered, image) = (plan.borderedInput, frame.workspace)
        bordered.clear(image)
        for row in 0..<frame.rows {
            bordered.fill(image, from: frame.value(input) + row * plan.geometry.inputCount)
            let target = PatchTarget(
                frame.value(output) + row * outputCount, rowStride: plan.geometry.columns.output * channels,
                columnStride: channels)
            frame.kernels.depthwiseProduct(
                patches(of: image, inside: plan.forward.inside), channels: channels,
                weights: frame.parameters + weight.offset, bias: bias.map { frame.parameters + $0.offset }, c: target,
                epilogue: .activation(activation))
        }
    }

    // MARK: Backward

    func backward(_ frame: Frame) {
        let scratch = Scratch(self)
        let dz = frame.preactivationGradient(
            of: output, isGradientHandedOver ? .identity : activation, count: outputCount)
        let sums = frame.workspace + scratch.sums
        if let bias {
            frame.addBiasGradient(bias, dz, rows: frame.rows * plan.geometry.outputPixels, scratch: sums)
        }
        let dw = frame.parameterGradients + weight.offset
        computeWeightGradient(dz, into: frame.addsGradients ? sums : dw, frame)
        if frame.addsGradients { frame.kernels.add(sums, into: dw, count: weight.count) }
        if let dx = frame.gradient(input) { computeInputGradient(dz, into: dx, scratch, frame) }
    }

    /// dW, a chain over all pixels of all images.
    private func computeWeightGradient(
        _ dz: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>, _ frame: Frame
    ) {
        let (bordered, image) = (plan.borderedInput, frame.workspace)
        var start = frame.gradientStart
        bordered.clear(image)
        for row in 0..<frame.rows {
            bordered.fill(image, from: frame.value(input) + row * plan.geometry.inputCount)
            frame.kernels.depthwiseWeightGradient(
                patches(of: image), channels: channels, dy: dz + row * outputCount, into: dw, start: start)
            start = .output
        }
    }

    /// dX, image by image and phase by phase.
    private func computeInputGradient(
        _ dz: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, _ scratch: Scratch, _ frame: Frame
    ) {
        let (geometry, bordered) = (plan.geometry, plan.borderedGradient)
        let gradient = frame.workspace + scratch.gradient
        let weights = frame.workspace + scratch.weights
        orderWeights(frame.parameters + weight.offset, into: weights)
        bordered.clear(gradient)
        for row in 0..<frame.rows {
            bordered.fill(gradient, from: dz + row * outputCount)
            var weightsOfPhase = weights
            for index in plan.phases.indices {
                let phase = plan.phases[index]
                let patches = PatchView(
                    base: gradient, rows: phase.rows, columns: phase.columns, rowStride: bordered.line,
                    columnStride: channels, offsets: phase.runs.offsets.pointer, runs: phase.runs.count,
                    depth: phase.runs.depth, inside: phase.runs.inside?.pointer)
                let place =
                    row * geometry.inputCount + (phase.row * geometry.columns.input + phase.column) * channels
                let target = PatchTarget(
                    dx + place, rowStride: geometry.rows.stride * geometry.columns.input * channels,
                    columnStride: geometry.columns.stride * channels)
                frame.kernels.depthwiseProduct(
                    patches, channels: channels, weights: weightsOfPhase, bias: nil, c: target,
                    epilogue: .activationGradient(inputActivation, saved: frame.value(input) + place))
                weightsOfPhase += phase.runs.count * channels
            }
        }
    }

    /// Copies the weight tap by tap in the order the phases read it. A tap belongs to one phase at most.
    private func orderWeights(_ weight: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
        var target = target
        for phase in plan.phases.indices {
            for index in plan.phases[phase].taps.indices {
                target.update(from: weight + plan.phases[phase].taps[index] * channels, count: channels)
                target += channels
            }
        }
    }
}
