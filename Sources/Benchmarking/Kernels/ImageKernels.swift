import Kernels

/// The kernels that know images: convolution, pooling and normalization of images of 16 × 16 pixels and 32 channels,
/// whose border of zeros, one pixel wide, is there for windows of 3 × 3.
///
/// An element is one of the output; a convolution of 3 × 3 takes 576 operations for each and is bound by them, not by
/// bytes.
final class ImageKernels {
    private let kernels: any KernelTable.Type
    private let images = 2
    private let side = 16
    private let channels = 32
    private var pixels: Int { side * side }
    private var count: Int { images * pixels * channels }

    /// Bordered, `[side + 2, side + 2, channels]`.
    private let bordered: AlignedBuffer
    private let x, y, dy: AlignedBuffer
    /// `[3, 3, channels, channels]`, packed.
    private let packed: AlignedBuffer
    /// `[3, 3, channels]`.
    private let weights: AlignedBuffer
    private let workspace: AlignedBuffer
    /// `[images + 1, 2, channels]`.
    private let moments: AlignedBuffer
    /// Mean, inverse, scale and offset, `[4, channels]`.
    private let numbers: AlignedBuffer
    /// Offsets of a window's rows, and of its taps.
    private let rowOffsets, tapOffsets: [Int]

    init(kernels: any KernelTable.Type) {
        self.kernels = kernels
        let (count, side, channels) = (2 * 16 * 16 * 32, 16, 32)
        func random(_ count: Int) -> AlignedBuffer {
            let buffer = AlignedBuffer(count: count)
            kernels.uniform(into: buffer.pointer, count: count, seed: 1, stream: 0, low: 0, high: 1)
            return buffer
        }
        // What may be read beyond the last column of the last image is ours too.
        bordered = random((side + 2) * (side + 2) * channels + 15 * channels)
        (x, y, dy) = (random(count), random(count), random(count))
        let depth = 9 * channels
        packed = random(kernels.packedCount(k: depth, n: channels))
        weights = random(depth)
        workspace = AlignedBuffer(count: kernels.patchWorkspaceCount())
        moments = random((images + 1) * 2 * channels)
        numbers = random(4 * channels)
        rowOffsets = (0..<3).map { $0 * (side + 2) * channels }
        tapOffsets = rowOffsets.flatMap { row in (0..<3).map { row + $0 * channels } }
    }

    var all: [StreamKernel] { convolutions + pooling + normalization }

    private func kernel(
        _ name: String, elements: Int? = nil, bytes: Int, _ body: @escaping () -> Void
    ) -> StreamKernel {
        StreamKernel(name: name, elements: elements ?? count, bytes: bytes, body: body)
    }

    private func patches(_ offsets: UnsafePointer<Int>, runs: Int, depth: Int) -> PatchView {
        PatchView(
            base: bordered.pointer, rows: side, columns: side, rowStride: (side + 2) * channels,
            columnStride: channels, offsets: offsets, runs: runs, depth: depth)
    }

    private var target: PatchTarget {
        PatchTarget(y.pointer, rowStride: side * channels, columnStride: channels)
    }

    private var convolutions: [StreamKernel] {
        let image = pixels * channels
        return [
            kernel("convolution", elements: image, bytes: 8) { [self] in
                kernels.gemm(
                    patches(rowOffsets, runs: 3, depth: 3 * channels), n: channels, packedB: packed.pointer, c: target,
                    start: .zero, epilogue: .none, workspace: workspace.pointer)
            },
            kernel("depthwise convolution", elements: image, bytes: 8) { [self] in
                kernels.depthwiseProduct(
                    patches(tapOffsets, runs: 9, depth: 1), channels: channels, weights: weights.pointer, bias: nil,
                    c: target, epilogue: .none)
            },
            kernel("depthwise weight gradient", elements: image, bytes: 8) { [self] in
                kernels.depthwiseWeightGradient(
                    patches(tapOffsets, runs: 9, depth: 1), channels: channels, dy: dy.pointer, into: weights.pointer,
                    start: .zero)
            },
        ]
    }

    /// Elements are those of the input.
    private var pooling: [StreamKernel] {
        let axis = PoolWindow.Axis(input: side, output: side / 2, size: 2, stride: 2, before: 0)
        let window = PoolWindow(rows: axis, columns: axis, channels: channels)
        return [
            kernel("max pool", bytes: 5) { [self] in
                kernels.maxPool(x.pointer, into: y.pointer, images: images, window: window)
            },
            kernel("max pool gradient", bytes: 10) { [self] in
                kernels.maxPoolGradient(
                    x: x.pointer, y: y.pointer, dy: y.pointer, into: dy.pointer, images: images, window: window)
            },
            kernel("average pool", bytes: 5) { [self] in
                kernels.averagePool(x.pointer, into: y.pointer, images: images, window: window)
            },
            kernel("average pool gradient", bytes: 5) { [self] in
                kernels.averagePoolGradient(dy: y.pointer, into: dy.pointer, images: images, window: window)
            },
        ]
    }

    private var normalization: [StreamKernel] {
        let (numbers, channels) = (numbers.pointer, channels)
        let by = ChannelNormalization(
            mean: numbers, inverse: numbers + channels, scale: numbers + 2 * channels, offset: numbers + 3 * channels)
        let whole = moments.pointer + images * 2 * channels
        return [
            kernel("channel moments", bytes: 8) { [self] in
                kernels.channelMoments(
                    x.pointer, images: images, pixels: pixels, channels: channels, into: moments.pointer)
            },
            kernel("batch moments", elements: images * 2 * channels, bytes: 4) { [self] in
                kernels.batchMoments(
                    moments.pointer, images: images, pixels: pixels, channels: channels, into: whole)
            },
            kernel("group moments", elements: 2 * channels, bytes: 8) { [self] in
                kernels.groupMoments(moments.pointer, pixels: pixels, channels: channels, groups: 4)
            },
            kernel("inverse deviations", elements: channels, bytes: 8) { [self] in
                kernels.inverseDeviations(numbers, factor: 1, epsilon: 1, count: channels, into: numbers + channels)
            },
            kernel("normalization", bytes: 8) { [self] in
                kernels.normalize(
                    x.pointer, adding: nil, into: y.pointer, rows: images * pixels, channels: channels, by: by,
                    activation: .relu)
            },
            kernel("normalization sums", bytes: 8) { [self] in
                kernels.normalizationSums(
                    x: x.pointer, dy: y.pointer, images: images, pixels: pixels, channels: channels, by: by,
                    into: moments.pointer)
            },
            kernel("group sums", elements: 2 * channels, bytes: 8) { [self] in
                kernels.groupSums(moments.pointer, scale: numbers, channels: channels, groups: 4, into: whole)
            },
            kernel("normalization gradient", bytes: 12) { [self] in
                kernels.normalizationGradient(
                    x: x.pointer, dy: y.pointer, into: dy.pointer, rows: images * pixels, channels: channels, by: by,
                    sums: moments.pointer, share: 0.001)
            },
        ]
    }
}
