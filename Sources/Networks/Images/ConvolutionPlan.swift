import Kernels

/// What the three products of a convolution read, worked out once: of the inputs for the forward pass, of the outputs'
/// gradients for that of the inputs, of the inputs again for that of the weights.
///
/// Each reads patches of a bordered image; see `PatchView`. With input x `[H, W, C]`, output y `[H', W', F]`, stride s,
/// dilation d, and p pixels of border before the image:
///
///     y[i, f]     = Σ over taps t, channels c    x[s·i + d·t - p, c] · w[t, c, f]
///     dx[j, c]    = Σ over taps t, filters f     dy[(j + p - d·t) / s, f] · w[t, c, f]     where s divides
///     dw[t, c, f] = Σ over pixels i              x[s·i + d·t - p, c] · dy[i, f]
///
/// The pixels j of one remainder by s, a phase, see the same taps; so the second is a convolution of stride 1 for each of the
/// s² phases. Its sum runs over outputs in increasing order, which is decreasing order of taps.
struct ConvolutionPlan: Sendable {
    let geometry: WindowGeometry
    let groups: Int
    let filters: Int

    /// Where the runs of a patch begin.
    struct Runs: Sendable {
        let offsets: OffsetTable
        let count: Int
        let depth: Int

        /// Runs of `depth` elements each; those that follow one another in memory become one.
        init(offsets: [Int], depth: Int) {
            var merged = 1
            while merged < offsets.count, offsets[merged] == offsets[0] + merged * depth { merged += 1 }
            let follow = offsets.indices.allSatisfy {
                $0 % merged == 0 || offsets[$0] == offsets[$0 - 1] + depth
            }
            if offsets.count % merged > 0 || !follow { merged = 1 }
            self.offsets = OffsetTable(stride(from: 0, to: offsets.count, by: merged).map { offsets[$0] })
            count = offsets.count / merged
            self.depth = depth * merged
        }
    }

    /// The inputs of one remainder by the stride.
    struct Phase: Sendable {
        /// The first of them.
        let row: Int
        let column: Int
        /// How many there are.
        let rows: Int
        let columns: Int
        /// In the bordered gradient, from the pixel that stands where the first of them does.
        let runs: Runs
        let taps: [Int]
    }

    /// In a bordered input.
    let forward: Runs
    /// In several bordered inputs, one run for each row of the output.
    let weights: Runs
    let phases: [Phase]
    /// The bordered gradient of the output: pixels before the image, and altogether.
    let gradientBorder: (row: Int, column: Int)
    let gradientRows: Int
    let gradientColumns: Int
    /// How many images the gradient of the weights takes at a time: as many as a cache holds, so that chains are long.
    /// Invisible in the bits.
    let imagesAtOnce: Int

    init(geometry: WindowGeometry, groups: Int, filters: Int) {
        self.geometry = geometry
        self.groups = groups
        self.filters = filters
        let (rows, columns, channels) = (geometry.rows, geometry.columns, geometry.channels)
        let line = columns.padded * channels
        forward = Runs(
            offsets: (0..<rows.size).flatMap { row in
                (0..<columns.size).map { row * rows.dilation * line + $0 * columns.dilation * channels }
            }, depth: channels / groups)

        let imageCount = rows.padded * line
        let floats = imageCount + geometry.outputPixels * filters
        let images = max(1, min(1024 / geometry.outputPixels, 65_536 / floats, 16))
        imagesAtOnce = images
        weights = Runs(
            offsets: (0..<images * rows.output).map {
                $0 / rows.output * imageCount + $0 % rows.output * rows.stride * line
            }, inSteps: columns.output)

        let (rowPhases, columnPhases) = (AxisPhase.all(rows), AxisPhase.all(columns))
        let (top, bottom) = AxisPhase.border(rowPhases, outputs: rows.output)
        let (left, right) = AxisPhase.border(columnPhases, outputs: columns.output)
        gradientBorder = (top, left)
        gradientRows = top + rows.output + bottom
        let width = left + columns.output + right
        gradientColumns = width
        phases = rowPhases.flatMap { row in
            columnPhases.map { column in
                let taps = row.taps.flatMap { r in column.taps.map { (row: r, column: $0) } }
                return Phase(
                    row: row.first, column: column.first, rows: row.count, columns: column.count,
                    runs: Runs(
                        offsets: taps.map { ((top + $0.row.shift) * width + left + $0.column.shift) * filters },
                        depth: filters / groups),
                    taps: taps.map { $0.row.tap * columns.size + $0.column.tap })
            }
        }
    }

    /// Whether each filter sees one channel of its own: then nothing is to be multiplied but each channel by itself.
    var isDepthwise: Bool { groups > 1 && groups == geometry.channels && groups == filters }

    /// The forms of the weight that the products read.
    func packing(isInputLearning: Bool) -> WeightPacking {
        WeightPacking(
            taps: geometry.taps, channels: geometry.channels / groups, filters: filters / groups, groups: groups,
            phases: isInputLearning ? phases.map(\.taps) : [])
    }
}

extension ConvolutionPlan.Runs {
    /// Runs whose elements are not next to one another.
    init(offsets: [Int], inSteps depth: Int) {
        self.offsets = OffsetTable(offsets)
        count = offsets.count
        self.depth = depth
    }
}

/// One dimension of a phase.
private struct AxisPhase {
    let first: Int
    let count: Int
    /// The taps that reach these inputs, and the output whose window has the tap on the first of them, by that output.
    let taps: [(tap: Int, shift: Int)]

    static func all(_ axis: WindowGeometry.Axis) -> [AxisPhase] {
        (0..<min(axis.stride, axis.input)).map { first in
            let taps = (0..<axis.size).reversed().compactMap { tap -> (tap: Int, shift: Int)? in
                let distance = first + axis.before - tap * axis.dilation
                let shift = distance.dividedDown(by: axis.stride)
                return shift * axis.stride == distance ? (tap, shift) : nil
            }
            return AxisPhase(first: first, count: (axis.input - first + axis.stride - 1) / axis.stride, taps: taps)
        }
    }

    /// How many zeros before and after the outputs the phases read.
    static func border(_ phases: [AxisPhase], outputs: Int) -> (before: Int, after: Int) {
        var (before, after) = (0, 0)
        for phase in phases {
            for tap in phase.taps {
                before = max(before, -tap.shift)
                after = max(after, tap.shift + phase.count - outputs)
            }
        }
        return (before, after)
    }
}
