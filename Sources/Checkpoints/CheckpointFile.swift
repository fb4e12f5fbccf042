import HDF5

/// How a checkpoint lies in its HDF5 file:
///
///     /                                      format "lockstep-checkpoint", format_version, digest: of all below
///     /parameters                            tensors: the names below, in the order of the layers
///     /parameters/<layer>/<tensor>           float32, contiguous; xxh64: digest of its bytes
///     /optimizer/<moment>                    tensors
///     /optimizer/<moment>/<layer>/<tensor>   as the parameters
///     /state                                 step, epoch, samples_into_epoch, …
///     /run                                   configuration (YAML), seed, batch_size, shards, input_shape,
///                                            dataset_digest, network_digest
///     /data                                  what it was trained on: inputs, targets, target_count
///     /data/<list>                           feature_names, class_names, target_names; scale, offset, mean and
///                                            standard_deviation, plain and after transformed_ and
///                                            targets_transformed_, float64; xxh64
///     /written_by                            version, bits_version, workers, instruction_set
///
/// What stands after a group are its attributes. Texts have a fixed length, since only those lie under HDF5's
/// checksums; h5py shows them as bytes. A value that is nil has no attribute, and a list that is nil no data set.
///
/// Format 2 had no /data, and class_names in /run.
enum CheckpointFile {
    static let format = "lockstep-checkpoint"
    static let version = 3
    /// Formats that are read.
    static let versions = 2...version

    static let parameters = "parameters"
    static let optimizer = "optimizer"
    static let writer = "written_by"
    static func moment(_ name: String) -> String { "\(optimizer)/\(name)" }

    /// Name of the attribute that lists a group's tensors in order.
    static let tensors = "tensors"
    /// Name of the attribute with a tensor's digest.
    static let tensorDigest = "xxh64"

    /// Attributes with a number for each branch, of those checkpoints that have any behind them.
    static var branches: KeyValuePairs<String, WritableKeyPath<Checkpoint.Progress.Branch, Int>> {
        [
            "branch_steps": \.step, "branch_epochs": \.epoch, "branch_samples_into_epoch": \.samplesIntoEpoch,
            "branch_batch_sizes": \.batchSize,
        ]
    }

    enum Value: Sendable {
        case integer(Int)
        case unsignedInteger(UInt64)
        case number(Double)
        case text(String)
        case integers([Int])
        case texts([String])
    }

    struct Attribute: Sendable {
        let group: String
        let name: String
        let value: Value
    }
}

extension Checkpoint {
    /// Everything but tensors and lists, as attributes of groups: the one list that the writer writes and the digest
    /// covers.
    var attributes: [CheckpointFile.Attribute] {
        var list: [CheckpointFile.Attribute] = []
        func add(_ group: String, _ name: String, _ value: CheckpointFile.Value?) {
            if let value { list.append(CheckpointFile.Attribute(group: group, name: name, value: value)) }
        }
        add("state", "step", .integer(progress.step))
        add("state", "epoch", .integer(progress.epoch))
        add("state", "samples_into_epoch", .integer(progress.samplesIntoEpoch))
        add("state", "epoch_loss", .number(progress.epochLoss))
        add("state", "epoch_weight", progress.epochWeight.map { .number($0) })
        add("state", "epoch_correct", .integer(progress.epochCorrect))
        add("state", "best_metric", progress.bestMetric.map { .number($0) })
        add("state", "best_epoch", progress.bestEpoch.map { .integer($0) })
        add("state", "epochs_without_improvement", .integer(progress.epochsWithoutImprovement))
        add("state", "counted_metric", progress.countedMetric.map { .number($0) })
        add("state", "average_start", progress.averageStart.map { .integer($0) })
        if !progress.branches.isEmpty {
            for (name, value) in CheckpointFile.branches {
                add("state", name, .integers(progress.branches.map { $0[keyPath: value] }))
            }
        }
        add("run", "configuration", .text(configuration))
        add("run", "seed", .unsignedInteger(seed))
        add("run", "batch_size", .integer(batchSize))
        add("run", "shards", .integer(shards))
        add("run", "input_shape", .integers(inputShape))
        if data == nil { add("run", "class_names", olderClassNames.map { .texts($0) }) }
        add("run", "dataset_digest", .text(datasetDigest))
        add("run", "network_digest", .text(networkDigest))
        if let data { list += CheckpointFile.attributes(of: data) }
        add(CheckpointFile.writer, "version", .text(writtenBy.version))
        add(CheckpointFile.writer, "bits_version", writtenBy.bitsVersion.map { .integer($0) })
        add(CheckpointFile.writer, "workers", .integer(writtenBy.workers))
        add(CheckpointFile.writer, "instruction_set", .text(writtenBy.instructionSet))
        return list
    }
}
