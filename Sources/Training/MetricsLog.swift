import Foundation

/// `metrics.csv`: a line for each finished epoch. Columns without a value are left empty.
struct MetricsLog {
    static let header =
        "epoch,step,learningRate,trainingLoss,trainingAccuracy,validationLoss,validationAccuracy,validationTop5Accuracy,"
        + "validationRootMeanSquaredError,validationMeanAbsoluteError,validationRSquared,samplesPerSecond,seconds"

    let path: String

    /// Starts a log, or takes one up again where a checkpoint stands: lines of epochs after it go, since they will be
    /// written anew.
    ///
    /// - Parameter epochs: finished epochs to keep.
    init(path: String, keepingEpochs epochs: Int) throws {
        self.path = path
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let kept = text.split(separator: "\n").dropFirst().filter { line in
            Int(line.prefix { $0 != "," }).map { $0 <= epochs } ?? false
        }
        let lines = [Self.header] + kept.map(String.init)
        try write(lines.joined(separator: "\n") + "\n")
    }

    /// Adds a line and hands it to the system before returning.
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
        let line = fields.joined(separator: ",") + "\n"
        do {
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            defer { try? file.close() }
            try file.seekToEnd()
            try file.write(contentsOf: Data(line.utf8))
        } catch {
            throw TrainingError.runDirectory(path: path, problem: "cannot be written: \(error.shortReason)")
        }
    }

    private func write(_ text: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw TrainingError.runDirectory(path: path, problem: "cannot be written: \(error.shortReason)")
        }
    }
}
