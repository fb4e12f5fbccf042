import Kernels

/// In what forms a weight is packed for the products that read it.
///
/// A weight is a matrix of `taps · channels` rows and `groups · filters` columns: a linear layer's has one tap, a
/// convolution's one for each place of its window. The forward pass reads, for each group, its columns as one matrix.
/// The backward pass reads matrices that take gradients of outputs, `[taps · filters, channels]` for each group: one
/// for a linear layer, and for a convolution one for each phase of its stride, with the taps that reach inputs of that
/// phase.
public struct WeightPacking: Sendable, Equatable {
    public let taps: Int
    /// Rows of the weight a tap: the inputs of one group.
    public let channels: Int
    /// Columns of the weight a group.
    public let filters: Int
    public let groups: Int
    /// The taps of each matrix of the backward pass, in the order it reads them. Empty where nothing before learns.
    public let phases: [[Int]]

    public init(taps: Int, channels: Int, filters: Int, groups: Int, phases: [[Int]]) {
        self.taps = taps
        self.channels = channels
        self.filters = filters
        self.groups = groups
        self.phases = phases
    }

    /// A linear layer's: `W` and, if `isTransposedToo`, `Wᵀ`.
    public init(inputs: Int, outputs: Int, isTransposedToo: Bool) {
        self.init(taps: 1, channels: inputs, filters: outputs, groups: 1, phases: isTransposedToo ? [[0]] : [])
    }

    /// Floats of one group's matrix of the forward pass; the groups' follow one another.
    public func forwardCount(_ kernels: any KernelTable.Type) -> Int {
        Self.lines(kernels.packedCount(k: taps * channels, n: filters))
    }

    /// Floats of one group's matrix of a phase; the groups' follow one another, and so do the phases'.
    public func backwardCount(phase: Int, _ kernels: any KernelTable.Type) -> Int {
        Self.lines(kernels.packedCount(k: phases[phase].count * filters, n: channels))
    }

    /// Floats of the whole backward form.
    func backwardCount(_ kernels: any KernelTable.Type) -> Int {
        phases.indices.reduce(0) { $0 + groups * backwardCount(phase: $1, kernels) }
    }

    /// Packs some rows of the forward form.
    func packForward(
        _ weight: UnsafePointer<Float>, rows: Range<Int>, into packed: UnsafeMutablePointer<Float>,
        _ kernels: any KernelTable.Type
    ) {
        let count = forwardCount(kernels)
        for group in 0..<groups {
            kernels.pack(
                MatrixView(weight + group * filters, columns: groups * filters), k: taps * channels, n: filters,
                rows: rows, columns: 0..<filters, into: packed + group * count)
        }
    }

    /// Packs what some rows of the weight are in the backward form.
    func packBackward(
        _ weight: UnsafePointer<Float>, rows: Range<Int>, into packed: UnsafeMutablePointer<Float>,
        _ kernels: any KernelTable.Type
    ) {
        let width = groups * filters
        var packed = packed
        for phase in phases.indices {
            let count = backwardCount(phase: phase, kernels)
            // By index: an iterator over pairs allocates in debug builds.
            for place in phases[phase].indices {
                let tap = phases[phase][place]
                let channelsOfTap = rows.clamped(to: tap * channels..<(tap + 1) * channels)
                if channelsOfTap.isEmpty { continue }
                let first = channelsOfTap.lowerBound - tap * channels
                for group in 0..<groups {
                    // Row `place · filters + f` of the matrix is filter f of the tap.
                    let corner = weight + tap * channels * width + group * filters - place * filters
                    kernels.pack(
                        MatrixView(base: corner, rowStride: 1, columnStride: width), k: phases[phase].count * filters,
                        n: channels, rows: place * filters..<(place + 1) * filters,
                        columns: first..<first + channelsOfTap.count, into: packed + group * count)
                }
            }
            packed += groups * count
        }
    }

    private static func lines(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
