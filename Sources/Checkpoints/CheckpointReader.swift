import HDF5
import Kernels

/// An open checkpoint file.
struct CheckpointReader {
    let path: String
    let root: HDF5Group
    let space: TensorSpace

    /// Opens a file, lends a reader of it, and closes it. Errors of HDF5 become `CheckpointError`s.
    static func withFile<R>(_ path: String, _ body: (CheckpointReader) throws -> R) throws -> R {
        do {
            return try HDF5File(reading: path).closeAfter { file in
                let reader = CheckpointReader(
                    path: path, root: try file.root, space: TensorSpace(bytes: try file.size))
                try reader.checkFormat()
                return try body(reader)
            }
        } catch let error as HDF5Error {
            throw CheckpointError(reading: path, error)
        }
    }

    private func checkFormat() throws {
        guard try root.attributes.contains("format"), try text(root, "format") == CheckpointFile.format else {
            throw CheckpointError(
                .notACheckpoint, path, "expected a checkpoint, found an HDF5 file of something else")
        }
        let version = try integer(root, "format_version")
        guard CheckpointFile.versions.contains(version) else {
            throw CheckpointError(
                .unsupportedVersion, path,
                "expected a checkpoint of format \(CheckpointFile.versions.lowerBound) to \(CheckpointFile.version), "
                    + "found \(version): use the program that wrote it"
            )
        }
    }

    // MARK: Everything but tensors

    /// A checkpoint without its tensors.
    func constants() throws -> Checkpoint {
        let (state, run) = (try root.group("state"), try root.group("run"))
        let writer = try root.group(CheckpointFile.writer)
        let inputShape = try inputShape(run)
        return Checkpoint(
            parameters: [],
            optimizerState: [:],
            progress: try progress(state),
            configuration: try text(run, "configuration"),
            seed: try required(run, "seed", run.attributes.integer("seed", as: UInt64.self)),
            batchSize: try integer(run, "batch_size"),
            shards: try integer(run, "shards"),
            inputShape: inputShape,
            classNames: try run.attributes.strings("class_names"),
            data: try data(inputShape: inputShape),
            datasetDigest: try text(run, "dataset_digest"),
            networkDigest: try text(run, "network_digest"),
            writtenBy: Checkpoint.Writer(
                version: try text(writer, "version"),
                bitsVersion: try writer.attributes.contains("bits_version") ? integer(writer, "bits_version") : nil,
                workers: try integer(writer, "workers"), instructionSet: try text(writer, "instruction_set")))
    }

    /// Positive lengths whose product an Int holds.
    private func inputShape(_ run: HDF5Group) throws -> [Int] {
        let shape = try required(run, "input_shape", run.attributes.integers("input_shape"))
        var count = 1
        for length in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard length > 0, !overflow else {
                throw CheckpointError(
                    .damaged, path, "the attribute input_shape of \(run.path) is \(shape), which no sample can have")
            }
            count = product
        }
        return shape
    }

    /// How far the run was, every number of which is one that a run can reach.
    private func progress(_ state: HDF5Group) throws -> Checkpoint.Progress {
        var progress = Checkpoint.Progress()
        progress.step = try integer(state, "step", in: 0...Checkpoint.Progress.mostSteps)
        progress.epoch = try integer(state, "epoch", in: 0...Checkpoint.Progress.mostEpochs)
        progress.samplesIntoEpoch = try integer(state, "samples_into_epoch", in: 0...Int(Int32.max))
        progress.epochLoss = try required(state, "epoch_loss", state.attributes.number("epoch_loss"))
        progress.epochWeight = try state.attributes.number("epoch_weight")
        if let weight = progress.epochWeight, !(weight >= 0 && weight.isFinite) {
            throw CheckpointError(
                .damaged, path,
                "the attribute epoch_weight of \(state.path) is \(weight), expected 0 or a positive number")
        }
        progress.epochCorrect = try integer(state, "epoch_correct", in: 0...progress.samplesIntoEpoch)
        progress.bestMetric = try state.attributes.number("best_metric")
        // Both are of epochs that are complete.
        if try state.attributes.contains("best_epoch") {
            progress.bestEpoch = try integer(state, "best_epoch", in: 1...max(1, progress.epoch))
        }
        progress.epochsWithoutImprovement = try integer(state, "epochs_without_improvement", in: 0...progress.epoch)
        progress.countedMetric = try state.attributes.number("counted_metric")
        if try state.attributes.contains("average_start") {
            progress.averageStart = try integer(state, "average_start", in: 0...progress.step)
        }
        progress.branches = try branches(state, until: progress)
        return progress
    }

    /// Changes of the batch size, each at a later step than the one before, and all before the checkpoint.
    private func branches(
        _ state: HDF5Group, until progress: Checkpoint.Progress
    ) throws -> [Checkpoint.Progress.Branch] {
        let columns = try CheckpointFile.branches.map { (try state.attributes.integers($0.key), $0.value) }
        let count = columns[0].0?.count ?? 0
        var branches = Array(
            repeating: Checkpoint.Progress.Branch(step: 0, epoch: 0, samplesIntoEpoch: 0, batchSize: 0), count: count)
        var isSound = columns.allSatisfy { ($0.0?.count ?? 0) == count }
        for (numbers, value) in columns where isSound {
            for (index, number) in (numbers ?? []).enumerated() { branches[index][keyPath: value] = number }
        }
        var (step, epoch) = (0, 0)
        for branch in branches {
            isSound =
                isSound && branch.step > step && branch.step <= progress.step && branch.epoch >= epoch
                && branch.epoch <= progress.epoch && (0...Int(Int32.max)).contains(branch.samplesIntoEpoch)
                && (1...Int(Int32.max)).contains(branch.batchSize)
            (step, epoch) = (branch.step, branch.epoch)
        }
        guard isSound else {
            throw CheckpointError(
                .damaged, path, "the branches of \(state.path) are not steps of a run, each after the one before")
        }
        return branches
    }

    // MARK: Tensors

    /// Reads the tensor of a name.
    typealias MakeRecord = (_ name: String, HDF5Dataset) throws -> TensorRecord

    /// Throws `.damaged` if the file's digest of everything is not that of `contents`.
    func verify(_ contents: CheckpointContents) throws {
        let (stored, found) = (try text(root, "digest"), contents.digest)
        guard stored == found else {
            throw CheckpointError(
                .damaged, path, "the checkpoint is damaged: its digest is \(stored), that of its content is \(found)")
        }
    }

    func tensorNames(_ group: String) throws -> [String] {
        let group = try root.group(group)
        let names = try required(group, CheckpointFile.tensors, group.attributes.strings(CheckpointFile.tensors))
        var known: Set<String> = []
        for name in names where !known.insert(name).inserted {
            throw CheckpointError(.damaged, path, "\(group.path) lists the tensor \(name) twice")
        }
        return names
    }

    /// Reads the tensors of a group in their order, by whatever `record` makes of one, and compares their digests with
    /// those that are stored.
    func records(in group: String, _ record: MakeRecord) throws -> [TensorRecord] {
        try tensorNames(group).map { try verified($0, in: group, record) }
    }

    /// Reads the moments of the optimizer, each of which belongs to a parameter and has its shape, and compares their
    /// digests with those that are stored.
    func optimizerState(
        of parameters: [TensorRecord], _ record: (_ moment: String) -> MakeRecord
    ) throws -> [String: [TensorRecord]] {
        let shapes = Dictionary(parameters.map { ($0.name, $0.shape) }) { first, _ in first }
        var state: [String: [TensorRecord]] = [:]
        for child in try root.group(CheckpointFile.optimizer).children() {
            let moment = CheckpointFile.moment(child.name)
            let records = try records(in: moment, record(child.name))
            for record in records {
                guard let shape = shapes[record.name] else {
                    throw CheckpointError(
                        .missingTensor, path, "\(moment)/\(record.name) belongs to a parameter that is missing")
                }
                guard shape == record.shape else {
                    throw CheckpointError(
                        .wrongShape, path,
                        "\(moment)/\(record.name): expected the shape of its parameter, \(shape), found \(record.shape)"
                    )
                }
            }
            state[child.name] = records
        }
        return state
    }

    /// Makes a record of a tensor, and compares its digest with the one that is stored.
    func verified(
        _ name: String, in group: String, _ record: MakeRecord
    ) throws -> TensorRecord {
        let place = "\(group)/\(name)"
        guard try root.link(place) == .dataset else {
            throw CheckpointError(.missingTensor, path, "the tensor \(place) is missing")
        }
        let dataset = try root.dataset(place)
        guard dataset.elementType == .float32 else {
            throw CheckpointError(.damaged, path, "\(place): expected float32, found \(dataset.elementType)")
        }
        try space.take(dataset, place, path)
        let found = try record(name, dataset)
        let stored = try dataset.attributes.string(CheckpointFile.tensorDigest)
        guard stored == found.digest else {
            throw CheckpointError(
                .damaged, path,
                "\(place) is damaged: its digest is \(stored ?? "missing"), that of its values is \(found.digest)")
        }
        try dataset.close()
        return found
    }

    func integer(_ group: HDF5Group, _ name: String) throws -> Int {
        try required(group, name, group.attributes.integer(name))
    }

    func integer(_ group: HDF5Group, _ name: String, in range: ClosedRange<Int>) throws -> Int {
        let value = try integer(group, name)
        guard range.contains(value) else {
            throw CheckpointError(
                .damaged, path,
                "the attribute \(name) of \(group.path) is \(value), expected \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    func text(_ group: HDF5Group, _ name: String) throws -> String {
        try required(group, name, group.attributes.string(name))
    }

    private func required<V>(_ group: HDF5Group, _ name: String, _ value: V?) throws -> V {
        guard let value else {
            throw CheckpointError(.damaged, path, "the attribute \(name) of \(group.path) is missing")
        }
        return value
    }
}
