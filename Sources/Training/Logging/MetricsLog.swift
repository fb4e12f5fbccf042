import Foundation

/// `metrics.csv`: a line for each finished epoch. Columns without a value are left empty.
struct MetricsLog: Sendable {
    static let header =
        "epoch,step,learningRate,trainingLoss,trainingAccuracy,validationLoss,validationAccuracy,validationTop5Accuracy,"
        + "validationRootMeanSquaredError,validationMeanAbsoluteError,validationRSquared,samplesPerSecond,seconds"

    let log: LineLog

    /// Starts a log, or takes one up again where a checkpoint stands: lines of epochs after it go, since they will be
    /// written anew.
    ///
    /// - Parameter epochs: finished epochs to keep.
    init(path: String, keepingEpochs epochs: Int) throws {
        let columns = Self.header.split(separator: ",").count
        log = try LineLog(path: path, header: Self.header) { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            return fields.count == columns && Int(fields[0]).map { $0 <= epochs } ?? false
        }
    }

    /// Adds the line of an epoch.
    func append(_ report: EpochReport) throws {
        let validation = report.validation
        let numbers: [Double?] = [
            report.learningRate, report.trainingLoss, report.trainingAccuracy, validation?.loss, validation?.accuracy,
            validation?.top5Accuracy, validation?.rootMeanSquaredError, validation?.meanAbsoluteError,
            validation?.rSquared,
        ]
        let fields =
            ["\(report.epoch)", "\(report.step)"] + numbers.map { $0.map { "\($0)" } ?? "" }
            + [String(format: "%.1f", report.samplesPerSecond), String(format: "%.3f", report.seconds)]
        try log.append(fields.joined(separator: ","))
    }

    /// Puts all lines on the disk.
    func synchronize() throws { try log.synchronize() }
}
