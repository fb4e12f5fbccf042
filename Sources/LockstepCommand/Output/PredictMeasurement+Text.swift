import Benchmarking
import Foundation

extension PredictMeasurement {
    /// A few lines.
    var text: String {
        func line(_ times: Times) -> String {
            func text(_ microseconds: Double) -> String {
                microseconds < 1000
                    ? String(format: "%.1f µs", microseconds) : String(format: "%.2f ms", microseconds / 1000)
            }
            return "\(text(times.microsecondsBest)) best, \(text(times.microsecondsMedian)) median, "
                + "\(text(times.microsecondsP95)) in 95% of \(counted(times.calls, "call"))"
        }
        var columns = Columns()
        columns.add("first answer", String(format: "%.1f ms after the path of the checkpoint", firstAnswerMilliseconds))
        columns.add("1 sample", line(one))
        columns.add(
            "parameters",
            "\(oneGigabytesPerSecond.oneDecimal) GB/s, \(shareOfBandwidth.shortPercent) of the "
                + "\(readGigabytesPerSecond.oneDecimal) GB/s that the core reads of as many bytes")
        columns.add("\(manySamples.grouped) samples", line(many))
        columns.add("samples/s", Int(samplesPerSecond).grouped)
        let title =
            "\(workload.escaped): \(parameters.grouped) parameters, \(counted(workers, "worker")), \(instructionSet)"
        return ([title] + columns.lines(indent: "  ")).joined(separator: "\n")
    }
}
