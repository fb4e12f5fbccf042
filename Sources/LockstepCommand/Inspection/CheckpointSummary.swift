import Checkpoints
import Datasets
import Networks
import Training

/// A checkpoint for a reader: how far it is, the network, and the configuration it was trained with.
struct CheckpointSummary {
    private let checkpoint: Checkpoint
    private let network: CompiledNetwork

    /// - Throws: what reading the configuration and compiling its network throw.
    init(_ checkpoint: Checkpoint, path: String) throws {
        self.checkpoint = checkpoint
        let configuration = try Configuration(yaml: checkpoint.configuration, path: path)
        network = try CompiledNetwork(
            network: configuration.network, loss: configuration.loss, inputShape: Shape(checkpoint.inputShape),
            targets: nil)
    }

    var lines: [String] {
        ["checkpoint"] + facts.lines(indent: "  ")
            + ["", "network"] + layers.lines(indent: "  ")
            + ["", "configuration"]
            + checkpoint.configuration.split(separator: "\n").map { "  " + String($0).escaped }
    }

    private var facts: Columns {
        let progress = checkpoint.progress
        let writer = checkpoint.writtenBy
        var columns = Columns()
        columns.add("fingerprint", checkpoint.fingerprint)
        columns.add("step", progress.step.grouped)
        columns.add("epochs", epochs(progress))
        if let metric = progress.bestMetric, let epoch = progress.bestEpoch {
            columns.add("best", "epoch \(epoch), \(metric.brief)")
        }
        columns.add("seed", "\(checkpoint.seed)")
        columns.add(
            "batches", "\(counted(checkpoint.batchSize, "sample")) in \(counted(checkpoint.shards, "shard"))")
        for branch in progress.branches {
            columns.add("batches before", "\(counted(branch.batchSize, "sample")), until step \(branch.step.grouped)")
        }
        addData(to: &columns)
        let moments = checkpoint.optimizerState.keys.sorted().map(\.escaped)
        columns.add("optimizer", moments.isEmpty ? "no state" : moments.joined(separator: ", "))
        columns.add("data set", "digest \(checkpoint.datasetDigest.escaped)")
        columns.add(
            "written by",
            "lockstep \(writer.version), \(counted(writer.workers, "worker")), \(writer.instructionSet)".escaped)
        columns.add(
            "bits version",
            writer.bitsVersion.map { "\($0)" } ?? "not known: written before bits had a version")
        return columns
    }

    private static let longestList = 160

    /// What it was trained on, by which other data are matched.
    private func addData(to columns: inout Columns) {
        func list(_ names: [String]) -> String {
            names.map(\.escaped).joined(separator: ", ").shortened(to: Self.longestList)
        }
        guard let data = checkpoint.data else {
            if let names = checkpoint.classNames { columns.add("classes", list(names)) }
            return columns.add("features", "not known: written before checkpoints kept names and units of their data")
        }
        columns.add(
            "features", data.featureNames.map { "\(counted($0.count, "name")): \(list($0))" } ?? "without names")
        if let values = data.normalization { columns.add("normalized", values.text) }
        if let values = data.transformation { columns.add("made of raw", values.text) }
        switch data.targetKind {
        case .classes(let count): columns.add("classes", data.classNames.map(list) ?? "\(count.grouped), without names")
        case .values(let width):
            columns.add("targets", data.targetNames.map(list) ?? "\(counted(width, "number")) a sample")
        case .unlabeled: break
        }
        if let values = data.targetTransformation { columns.add("targets made", values.text) }
    }

    private func epochs(_ progress: Checkpoint.Progress) -> String {
        let complete = "\(progress.epoch.grouped) complete"
        guard progress.samplesIntoEpoch > 0 else { return complete }
        return "\(complete), \(counted(progress.samplesIntoEpoch, "sample")) of the next"
    }

    /// Layers with the shape of one sample's output and their parameters; those in a residual layer stand below it.
    private var layers: Columns {
        var columns = Columns([.left, .left, .right])
        columns.add("layer", "output", "parameters")
        columns.add("input", "\(network.inputShape)", "")
        for layer in network.summary {
            let depth = layer.name.filter { $0 == "/" }.count
            let parameters = layer.parameterCount == 0 ? "" : layer.parameterCount.grouped
            columns.add(String(repeating: "  ", count: depth) + layer.name, "\(layer.outputShape)", parameters)
        }
        columns.add("total", "", network.layout.elementCount.grouped)
        return columns
    }
}
