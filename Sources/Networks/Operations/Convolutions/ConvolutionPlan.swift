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
/// The pixels j of one remainder by s, a phase, see the same taps; so the second is a convolution of stride 1 for each
/// of the s² phases. Its sum runs over outputs in increasing order, which is decreasing order of taps.
///
/// Rows of a window that lie above the image or below it are left out of the first two sums; where a window reaches
/// beyond the sides, zeros of the border are multiplied, so that all tiles of a row do the same.
struct ConvolutionPlan: Sendable {
    let geometry: WindowGeometry
    let groups: Int
    let filters: Int

    /// Where the runs of a patch begin.
    struct Runs: Sendable {
        let offsets: FixedTable<Int>
        let count: Int
        let depth: Int
        /// For each row of patches the runs that are not border alone, where some are.
        let inside: FixedTable<Range<Int>>?

        /// Runs of `depth` elements each, by the rows of the window; those of a row that follow one another in memory
        /// become one.
        ///
        /// - Parameter inside: for each row of patches, the rows of the window that reach the image.
        init(window: [[Int]], depth: Int, inside: [Range<Int>]) {
            let columns = window.first?.count ?? 0
            let isWhole = window.allSatisfy { row in
                row.indices.dropFirst().allSatisfy { row[$0] == row[$0 - 1] + depth }
            }
            let runs = isWhole ? window.compactMap(\.first) : Array(window.joined())
            let runsOfRow = isWhole ? 1 : columns
            offsets = FixedTable(runs)
            count = runs.count
            self.depth = isWhole ? depth * columns : depth
            self.inside =
                columns == 0 || inside.allSatisfy { $0 == window.indices }
                ? nil : FixedTable(inside.map { $0.lowerBound * runsOfRow..<$0.upperBound * runsOfRow })
        }

        /// Runs whose elements are not next to one another.
        init(offsets: [Int], inSteps depth: Int) {
            self.offsets = FixedTable(offsets)
            count = offsets.count
            self.depth = depth
            inside = nil
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
            window: (0..<rows.size).map { row in
                (0..<columns.size).map { row * rows.dilation * line + $0 * columns.dilation * channels }
            }, depth: channels / groups, inside: (0..<rows.output).map(rows.tapsInside))

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
                Phase(
                    row: row.first, column: column.first, rows: row.count, columns: column.count,
                    runs: Runs(
                        window: row.taps.map { r in
                            column.taps.map { ((top + r.shift) * width + left + $0.shift) * filters }
                        }, depth: filters / groups, inside: row.tapsInside(outputs: rows.output)),
                    taps: row.taps.flatMap { r in column.taps.map { r.tap * columns.size + $0.tap } })
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

    /// For each input, the taps that stand on an output. Outputs increase from tap to tap, so these are neighbors.
    func tapsInside(outputs: Int) -> [Range<Int>] {
        (0..<count).map { input in
            let first = taps.firstIndex { input + $0.shift >= 0 } ?? taps.count
            let end = taps.firstIndex { input + $0.shift >= outputs } ?? taps.count
            return first..<max(first, end)
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
