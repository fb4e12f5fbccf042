import HDF5

extension Checkpoint {
    /// Reads a checkpoint and verifies every digest in it. Throws `CheckpointError`: `.notFound`, `.notACheckpoint`,
    /// `.unsupportedVersion`, `.truncated`, `.damaged`, `.missingTensor` or `.wrongShape`.
    public static func read(_ path: String) throws -> Checkpoint {
        try CheckpointReader.withFile(path) { reader in
            let checkpoint = try reader.checkpoint()
            let (stored, found) = (try reader.storedDigest(), checkpoint.digest)
            guard stored == found else {
                throw CheckpointError(
                    .damaged, path,
                    "the checkpoint is damaged: its digest is \(stored), that of its content is \(found)")
            }
            return checkpoint
        }
    }

    /// Names of the parameters in a checkpoint's file, in the order of the layers.
    public static func parameterNames(in path: String) throws -> [String] {
        try CheckpointReader.withFile(path) { try $0.tensorNames(CheckpointFile.parameters) }
    }

    /// Reads one parameter, such as `linear1/weight`, and verifies its digest; the rest of the file is not looked at.
    public static func readParameter(_ name: String, in path: String) throws -> Tensor {
        try CheckpointReader.withFile(path) { try $0.tensor(name, in: CheckpointFile.parameters) }
    }
}

/// An open checkpoint file.
private struct CheckpointReader {
    let path: String
    let root: HDF5Group

    /// Opens a file, lends a reader of it, and closes it. Errors of HDF5 become `CheckpointError`s.
    static func withFile<R>(_ path: String, _ body: (CheckpointReader) throws -> R) throws -> R {
        do {
            let file = try HDF5File(reading: path)
            let result = Result {
                let reader = CheckpointReader(path: path, root: try file.root)
                try reader.checkFormat()
                return try body(reader)
            }
            try file.close()
            return try result.get()
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
        guard version == CheckpointFile.version else {
            throw CheckpointError(
                .unsupportedVersion, path,
                "expected a checkpoint of format \(CheckpointFile.version), found \(version): use the program that wrote it"
            )
        }
    }

    func storedDigest() throws -> String { try text(root, "digest") }

    func checkpoint() throws -> Checkpoint {
        let (state, run, writer) = (try root.group("state"), try root.group("run"), try root.group("written_by"))
        let parameters = try tensors(in: CheckpointFile.parameters)
        return Checkpoint(
            parameters: parameters,
            optimizerState: try optimizerState(of: parameters),
            progress: try progress(state),
            configuration: try text(run, "configuration"),
            seed: try required(run, "seed", run.attributes.integer("seed", as: UInt64.self)),
            batchSize: try integer(run, "batch_size"),
            shards: try integer(run, "shards"),
            inputShape: try required(run, "input_shape", run.attributes.integers("input_shape")),
            classNames: try run.attributes.strings("class_names"),
            datasetDigest: try text(run, "dataset_digest"),
            networkDigest: try text(run, "network_digest"),
            writtenBy: Checkpoint.Writer(
                version: try text(writer, "version"), workers: try integer(writer, "workers"),
                instructionSet: try text(writer, "instruction_set")))
    }

    private func progress(_ state: HDF5Group) throws -> Checkpoint.Progress {
        var progress = Checkpoint.Progress()
        progress.step = try integer(state, "step")
        progress.epoch = try integer(state, "epoch")
        progress.samplesIntoEpoch = try integer(state, "samples_into_epoch")
        progress.epochLoss = try required(state, "epoch_loss", state.attributes.number("epoch_loss"))
        progress.epochCorrect = try integer(state, "epoch_correct")
        progress.bestMetric = try state.attributes.number("best_metric")
        progress.bestEpoch = try state.attributes.integer("best_epoch")
        progress.epochsWithoutImprovement = try integer(state, "epochs_without_improvement")
        return progress
    }

    private func optimizerState(of parameters: [Checkpoint.Tensor]) throws -> [String: [Checkpoint.Tensor]] {
        let shapes = Dictionary(parameters.map { ($0.name, $0.shape) }) { first, _ in first }
        var state: [String: [Checkpoint.Tensor]] = [:]
        for child in try root.group(CheckpointFile.optimizer).children() {
            let moment = CheckpointFile.moment(child.name)
            let tensors = try tensors(in: moment)
            for tensor in tensors {
                guard let shape = shapes[tensor.name] else {
                    throw CheckpointError(
                        .missingTensor, path, "\(moment)/\(tensor.name) belongs to a parameter that is missing")
                }
                guard shape == tensor.shape else {
                    throw CheckpointError(
                        .wrongShape, path,
                        "\(moment)/\(tensor.name): expected the shape of its parameter, \(shape), found \(tensor.shape)"
                    )
                }
            }
            state[child.name] = tensors
        }
        return state
    }

    func tensorNames(_ group: String) throws -> [String] {
        let group = try root.group(group)
        return try required(group, CheckpointFile.tensors, group.attributes.strings(CheckpointFile.tensors))
    }

    private func tensors(in group: String) throws -> [Checkpoint.Tensor] {
        try tensorNames(group).map { try tensor($0, in: group) }
    }

    func tensor(_ name: String, in group: String) throws -> Checkpoint.Tensor {
        let place = "\(group)/\(name)"
        guard try root.link(place) == .dataset else {
            throw CheckpointError(.missingTensor, path, "the tensor \(place) is missing")
        }
        let dataset = try root.dataset(place)
        guard dataset.elementType == .float32 else {
            throw CheckpointError(.damaged, path, "\(place): expected float32, found \(dataset.elementType)")
        }
        let tensor = Checkpoint.Tensor(name: name, shape: dataset.shape, values: try dataset.read())
        let stored = try dataset.attributes.string(CheckpointFile.tensorDigest)
        guard stored == tensor.digest else {
            throw CheckpointError(
                .damaged, path,
                "\(place) is damaged: its digest is \(stored ?? "missing"), that of its values is \(tensor.digest)")
        }
        try dataset.close()
        return tensor
    }

    private func integer(_ group: HDF5Group, _ name: String) throws -> Int {
        try required(group, name, group.attributes.integer(name))
    }

    private func text(_ group: HDF5Group, _ name: String) throws -> String {
        try required(group, name, group.attributes.string(name))
    }

    private func required<V>(_ group: HDF5Group, _ name: String, _ value: V?) throws -> V {
        guard let value else {
            throw CheckpointError(.damaged, path, "the attribute \(name) of \(group.path) is missing")
        }
        return value
    }
}
