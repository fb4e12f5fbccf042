import Kernels

/// Convolution by products over patches, image by image; `ConvolutionPlan` has the formulas.
///
///     forward    Y = f(patches(X)·W + b + A)
///     backward   dZ = dY · f'(Y)    db += Σ pixels of dZ    dW += patches(X)ᵀ·dZ    dX = patches(dZ)·Wᵀ · g'(X)
///
/// where A is the other part of a residual sum, if there is one, whose gradient lies where dZ does, and g the
/// activation that the operation before has fused and left to this one to differentiate. Each image is copied into a
/// bordered place in scratch memory, which stays in a near cache while the products read it many times.
struct ConvolutionOperation: SummingOperation, DifferentiatingOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    var addend: Value.ID?
    let weight: Parameter
    let bias: Parameter?
    let plan: ConvolutionPlan
    var activation = Activation.identity
    /// g of the formula.
    var inputActivation = Activation.identity
    var isGradientHandedOver = false

    var flopsPerRow: Int { 2 * plan.geometry.outputPixels * weight.count }

    private var channelsOfGroup: Int { plan.geometry.channels / plan.groups }
    private var filtersOfGroup: Int { plan.filters / plan.groups }
    private var outputCount: Int { plan.geometry.outputPixels * plan.filters }

    /// Whether tiles have the activation applied as they are stored: in registers, or in the nearest cache, pixel by
    /// pixel, which a few filters of a pixel are too short for. A whole image of them is still near.
    /// After a residual sum it is applied there too.
    private var appliesActivation: Bool {
        activation == .identity || addend == nil && (activation == .relu || filtersOfGroup >= 16)
    }

    // MARK: Scratch memory

    /// Where the parts of the scratch memory begin, in floats, all at cache lines.
    private struct Scratch {
        let images: Int
        let gradient: Int
        let packedGradient: Int
        let sums: Int
        let count: Int

        /// The products may read 15 patches beyond the last, which are this far apart at most.
        init(_ operation: ConvolutionOperation, _ kernels: any KernelTable.Type) {
            let plan = operation.plan
            func lines(_ count: Int) -> Int { (count + 15) / 16 * 16 }
            images = lines(kernels.patchWorkspaceCount())
            let columns = plan.geometry.columns
            gradient =
                images
                + lines(
                    plan.imagesAtOnce * plan.borderedInput.count + 16 * columns.stride * plan.geometry.channels)
            packedGradient = gradient + lines(plan.borderedGradient.count + 16 * plan.filters)
            sums =
                packedGradient
                + lines(
                    kernels.packedCount(
                        k: plan.imagesAtOnce * plan.geometry.outputPixels, n: operation.filtersOfGroup))
            count = sums + lines(max(operation.weight.count, plan.filters))
        }
    }

    func workspaceCount(rows: Int, isTrained: Bool, kernels: any KernelTable.Type) -> Int {
        Scratch(self, kernels).count
    }

    // MARK: Forward

    func forward(_ frame: Frame) {
        let geometry = plan.geometry
        let scratch = Scratch(self, frame.kernels)
        let (bordered, image) = (plan.borderedInput, frame.workspace + scratch.images)
        let packed = frame.packed.forward(weight)
        let packedCount = weight.packing!.forwardCount(frame.kernels)
        bordered.clear(image)
        for row in 0..<frame.rows {
            bordered.fill(image, from: frame.value(input) + row * geometry.inputCount)
            let y = frame.value(output) + row * outputCount
            if let addend { y.update(from: frame.value(addend) + row * outputCount, count: outputCount) }
            for group in 0..<plan.groups {
                let patches = PatchView(
                    base: image + group * channelsOfGroup, rows: geometry.rows.output,
                    columns: geometry.columns.output, rowStride: geometry.rows.stride * bordered.line,
                    columnStride: geometry.columns.stride * geometry.channels, offsets: plan.forward.offsets.pointer,
                    runs: plan.forward.count, depth: plan.forward.depth, inside: plan.forward.inside?.pointer)
                let filter = group * filtersOfGroup
                let target = PatchTarget(
                    y + filter,
                    rowStride: geometry.columns.output * plan.filters, columnStride: plan.filters)
                frame.kernels.gemm(
                    patches, n: filtersOfGroup, packedB: packed + group * packedCount, c: target,
                    start: bias.map { .bias(frame.parameters + $0.offset + filter) } ?? .zero,
                    epilogue: addend != nil ? .addition : appliesActivation ? .activation(activation) : .none,
                    workspace: frame.workspace)
            }
            if !appliesActivation { frame.kernels.activate(activation, y, into: y, count: outputCount) }
        }
    }

    // MARK: Backward

    func backward(_ frame: Frame) {
        let kernels = frame.kernels
        let scratch = Scratch(self, kernels)
        let dz = frame.preactivationGradient(
            of: output, isGradientHandedOver ? .identity : activation, count: outputCount)
        let sums = frame.workspace + scratch.sums
        if let bias {
            frame.addBiasGradient(bias, dz, rows: frame.rows * plan.geometry.outputPixels, scratch: sums)
        }
        let dw = frame.parameterGradients + weight.offset
        computeGradients(dz, dw: frame.addsGradients ? sums : dw, dx: frame.gradient(input), scratch, frame)
        if frame.addsGradients { kernels.add(sums, into: dw, count: weight.count) }
    }

    /// dW, a chain over all pixels of all images, and dX: both of some images while the gradient of their outputs is
    /// near.
    private func computeGradients(
        _ dz: UnsafePointer<Float>, dw: UnsafeMutablePointer<Float>, dx: UnsafeMutablePointer<Float>?,
        _ scratch: Scratch, _ frame: Frame
    ) {
        let images = frame.workspace + scratch.images
        for slot in 0..<plan.imagesAtOnce { plan.borderedInput.clear(images + slot * plan.borderedInput.count) }
        if dx != nil { plan.borderedGradient.clear(frame.workspace + scratch.gradient) }
        var start = frame.gradientStart
        for first in stride(from: 0, to: frame.rows, by: plan.imagesAtOnce) {
            let rows = first..<min(first + plan.imagesAtOnce, frame.rows)
            computeWeightGradient(dz, of: rows, into: dw, start, scratch, frame)
            if let dx { computeInputGradient(dz, of: rows, into: dx, scratch, frame) }
            start = .output
        }
    }

    /// Goes on with dW over the pixels of some images.
    private func computeWeightGradient(
        _ dz: UnsafePointer<Float>, of rows: Range<Int>, into dw: UnsafeMutablePointer<Float>, _ start: Accumulator,
        _ scratch: Scratch, _ frame: Frame
    ) {
        let (kernels, geometry, bordered) = (frame.kernels, plan.geometry, plan.borderedInput)
        let images = frame.workspace + scratch.images
        let packed = frame.workspace + scratch.packedGradient
        // Neighboring taps are neighboring pixels, and so one long row of the weight, unless something lies between.
        let isWhole = plan.groups == 1 && geometry.columns.dilation == 1
        let columns = isWhole ? geometry.columns.size * channelsOfGroup : channelsOfGroup
        for slot in 0..<rows.count {
            bordered.fill(
                images + slot * bordered.count,
                from: frame.value(input) + (rows.lowerBound + slot) * geometry.inputCount)
        }
        let pixels = rows.count * geometry.outputPixels
        for group in 0..<plan.groups {
            let filter = group * filtersOfGroup
            kernels.pack(
                MatrixView(dz + rows.lowerBound * outputCount + filter, columns: plan.filters), k: pixels,
                n: filtersOfGroup, rows: 0..<pixels, columns: 0..<filtersOfGroup, into: packed)
            for column in 0..<(isWhole ? 1 : geometry.columns.size) {
                let patches = PatchView(
                    base: images + group * channelsOfGroup
                        + column * geometry.columns.dilation * geometry.channels,
                    rows: geometry.rows.size, columns: columns, rowStride: geometry.rows.dilation * bordered.line,
                    columnStride: 1, offsets: plan.weights.offsets.pointer, runs: rows.count * geometry.rows.output,
                    depth: plan.weights.depth, depthStride: geometry.columns.stride * geometry.channels)
                let target = PatchTarget(
                    dw + column * channelsOfGroup * plan.filters + filter,
                    rowStride: geometry.columns.size * channelsOfGroup * plan.filters,
                    columnStride: plan.filters)
                kernels.gemm(
                    patches, n: filtersOfGroup, packedB: packed, c: target, start: start, epilogue: .none,
                    workspace: frame.workspace)
            }
        }
    }

    /// dX of some images, image by image and phase by phase.
    private func computeInputGradient(
        _ dz: UnsafePointer<Float>, of rows: Range<Int>, into dx: UnsafeMutablePointer<Float>, _ scratch: Scratch,
        _ frame: Frame
    ) {
        let (kernels, geometry, bordered) = (frame.kernels, plan.geometry, plan.borderedGradient)
        let gradient = frame.workspace + scratch.gradient
        for row in rows {
            bordered.fill(gradient, from: dz + row * outputCount)
            var packed = frame.packed.backward(weight)
            for index in plan.phases.indices {
                let packedCount = weight.packing!.backwardCount(phase: index, kernels)
                let phase = plan.phases[index]
                for group in 0..<plan.groups {
                    let patches = PatchView(
                        base: gradient + group * filtersOfGroup, rows: phase.rows, columns: phase.columns,
                        rowStride: bordered.line, columnStride: plan.filters, offsets: phase.runs.offsets.pointer,
                        runs: phase.runs.count, depth: phase.runs.depth, inside: phase.runs.inside?.pointer)
                    let place =
                        row * geometry.inputCount + group * channelsOfGroup
                        + (phase.row * geometry.columns.input + phase.column) * geometry.channels
                    let target = PatchTarget(
                        dx + place, rowStride: geometry.rows.stride * geometry.columns.input * geometry.channels,
                        columnStride: geometry.columns.stride * geometry.channels)
                    kernels.gemm(
                        patches, n: channelsOfGroup, packedB: packed + group * packedCount, c: target, start: .zero,
                        epilogue: .activationGradient(inputActivation, saved: frame.value(input) + place),
                        workspace: frame.workspace)
                }
                packed += plan.groups * packedCount
            }
        }
    }
}
