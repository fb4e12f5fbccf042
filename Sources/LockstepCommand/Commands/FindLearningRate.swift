import ArgumentParser
import Benchmarking
import DurableFiles
import Foundation
import Training

struct FindLearningRate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find a good learning rate: train with one that grows, and watch the loss.",
        discussion: """
            Starts from initial values, and keeps nothing. The schedule of the configuration is left out, and so is the \
            scaling of its learning rate: the rate found is that of the configuration's batch size.
            """)

    @Argument(
        help: ArgumentHelp("What to train, in YAML: see the README.", valueName: "config.yaml"),
        completion: .file(extensions: ["yaml", "yml"]))
    var configurationFile: String?

    @Option(help: ArgumentHelp("HDF5 file to train on.", valueName: "file"), completion: .file(extensions: ["h5"]))
    var dataset: String?

    @Option(help: ArgumentHelp("Samples a step.", valueName: "n"))
    var batchSize: Int?

    @Option(help: ArgumentHelp("Rate of the first step.", valueName: "rate"))
    var lowest = LearningRateFinder().lowest

    @Option(help: ArgumentHelp("Rate of the last step; the test ends earlier if the loss explodes.", valueName: "rate"))
    var highest = LearningRateFinder().highest

    @Option(help: ArgumentHelp("Steps from the lowest rate to the highest.", valueName: "n"))
    var steps = LearningRateFinder().steps

    @OptionGroup var workers: WorkerOptions
    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp("Draw loss over learning rate, as a page for a browser.", valueName: "file.html"),
        completion: .file(extensions: ["html"]))
    var report: String?

    @Flag(help: "Say what all takes of memory.")
    var verbose = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        try requirePositive(batchSize, "--batch-size")
        try requirePositive(lowest, "--lowest")
        guard highest > lowest, highest.isFinite else {
            throw ValidationError("--highest: expected more than the lowest rate of \(lowest), found \(highest)")
        }
        guard (10...LearningRateFinder.mostSteps).contains(steps) else {
            throw ValidationError("--steps: expected 10 ... \(LearningRateFinder.mostSteps), found \(steps)")
        }
    }

    func run() throws {
        let page = report.map { DurableFile($0, replacing: true) }
        try page?.checkFree()
        let processors = try workers.placement()
        let configuration = try loadConfiguration()
        let finder = LearningRateFinder(lowest: lowest, highest: highest, steps: steps)
        let sweep = try namingFile(configurationFile ?? ShippedConfiguration.path) {
            try Interruption.finishing {
                try finder.sweep(
                    configuration, loading: data.loading, workers: workers.workers, processors: processors,
                    isInterrupted: { Interruption.signal != nil }, planned: verbose ? Terminal.show : { _ in })
            }
        }
        try page?.write(Array(LearningRateReport(sweep).html.utf8))
        print(try json ? jsonLine(sweep) : sweep.text)
        if let signal = Interruption.signal { throw ExitCode(128 + signal) }
    }

    private func loadConfiguration() throws -> Configuration {
        var configuration =
            try configurationFile.map { try Configuration(contentsOf: $0) } ?? ShippedConfiguration.load()
        if let dataset { configuration.dataset = configuration.dataset.replacingPath(with: dataset) }
        if let batchSize { configuration.batchSize = batchSize }
        return configuration
    }
}

extension LearningRateSweep {
    /// What was found, as rows, and a few of the points.
    var text: String {
        var columns = Columns()
        columns.add("batch size", batchSize.grouped)
        columns.add("steps", "\(points.count)\(hasDiverged ? ", until the loss exploded" : "")")
        let isScaled = scaling != nil
        let unit = isScaled ? ", the rate of the batch" : ""
        columns.add("loss falls fastest at", steepest.map { $0.brief + unit } ?? "no rate: it does not fall")
        if let atLeastLoss { columns.add("loss is least at", atLeastLoss.brief + unit) }
        if let learningRate, isScaled {
            columns.add("as learningRate", "\(learningRate.brief) in the configuration, before learningRateScaling")
        }
        var table = ["", "learning rate         loss"]
        // Eleven lines are enough to see the valley.
        let count = min(11, points.count)
        for row in 0..<count {
            let point = points[count == 1 ? 0 : row * (points.count - 1) / (count - 1)]
            table.append(point.learningRate.brief.padded(to: 13) + "  " + point.smoothed.brief.leftPadded(to: 11))
        }
        return (columns.lines() + table).joined(separator: "\n")
    }
}
