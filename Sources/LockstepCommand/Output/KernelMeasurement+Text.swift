import Benchmarking
import Foundation

extension KernelMeasurement {
    /// The machine's limits, products by layer, streams, and a summary.
    var text: String {
        var lines = [
            "\(instructionSet), one core: at the most \(peakGflops.oneDecimal) GFLOP/s in multiply-adds, "
                + "\(memoryGigabytesPerSecond.oneDecimal) GB/s from memory"
        ]
        lines += ["", "GFLOP/s and share of the peak, by rows of a micro-batch"]
        lines += productTables.joined(separator: [""])
        lines += [""] + streamLines
        lines += [
            "",
            "median of the layers' products \(medianShareOfPeak.shortPercent) of the peak, "
                + "1024 x 1024 x 1024 \(squareShareOfPeak.shortPercent)",
        ]
        return lines.joined(separator: "\n")
    }

    /// A line for each layer and pass, with columns for the rows of micro-batches; a table for each choice of those.
    private var productTables: [[String]] {
        let lines = products.chunked { $0.shape.isSameLayerAndPass(as: $1.shape) }
        return lines.chunked { $0.map(\.shape.rows) == $1.map(\.shape.rows) }.map(productLines)
    }

    private func productLines(_ table: [[Product]]) -> [String] {
        var columns = Columns([.left, .left] + table[0].flatMap { _ in [.right, .right] as [Columns.Alignment] })
        columns.add(["layer", "pass"] + table[0].flatMap { ["\($0.shape.rows) rows", ""] })
        for line in table {
            let shape = line[0].shape
            columns.add(
                ["\(shape.inputs) → \(shape.outputs)", shape.pass.label]
                    + line.flatMap { [$0.gflops.oneDecimal, $0.shareOfPeak.wholePercent] })
        }
        return columns.lines()
    }

    private var streamLines: [String] {
        var columns = Columns([.left, .right, .right])
        columns.add("kernel", "ns an element", "GB/s")
        for stream in streams {
            columns.add(
                stream.kernel, String(format: "%.3f", stream.nanosecondsPerElement),
                stream.gigabytesPerSecond.oneDecimal)
        }
        return columns.lines()
    }
}

extension Array {
    /// Cut wherever two neighbors do not belong together.
    fileprivate func chunked(by belongTogether: (Element, Element) -> Bool) -> [[Element]] {
        reduce(into: []) { chunks, element in
            if let last = chunks.last?.last, belongTogether(last, element) {
                chunks[chunks.count - 1].append(element)
            } else {
                chunks.append([element])
            }
        }
    }
}

extension ProductShape {
    fileprivate func isSameLayerAndPass(as other: ProductShape) -> Bool {
        (inputs, outputs) == (other.inputs, other.outputs) && pass == other.pass
    }
}

extension ProductShape.Pass {
    fileprivate var label: String {
        switch self {
        case .forward: "forward"
        case .inputGradient: "input gradient"
        case .weightGradient: "weight gradient"
        }
    }
}

extension Double {
    fileprivate var wholePercent: String { String(format: "%.0f%%", self * 100) }
}
