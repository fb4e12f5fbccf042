import Datasets

/// What may change in a configuration when its run goes on, or when a command line says otherwise. nil leaves it as it
/// is.
public struct RunChanges: Sendable, Equatable {
    /// Epochs of the whole run.
    public var epochs: Int?
    /// Another file with the data; a resume checks that they are the same.
    public var datasetPath: String?
    public var checkpointEvery: Int?
    public var checkpointMinutes: Double?
    public var keepCheckpoints: Int?
    public var keepEvery: Int?

    public init(epochs: Int? = nil, datasetPath: String? = nil) {
        self.epochs = epochs
        self.datasetPath = datasetPath
    }

    /// Makes the changes.
    package func apply(to configuration: inout Configuration) {
        if let epochs { configuration.epochs = epochs }
        if let datasetPath { configuration.dataset = configuration.dataset.replacingPath(with: datasetPath) }
        if let checkpointEvery { configuration.checkpointEvery = checkpointEvery }
        if let checkpointMinutes { configuration.checkpointMinutes = checkpointMinutes }
        if let keepCheckpoints { configuration.keepCheckpoints = keepCheckpoints }
        if let keepEvery { configuration.keepEvery = keepEvery }
    }
}

extension RunChanges {
    /// What one configuration of a run has otherwise than another, of all that may change.
    init(from before: Configuration, to after: Configuration) {
        func change<Value: Equatable>(_ path: KeyPath<Configuration, Value?>) -> Value? {
            before[keyPath: path] == after[keyPath: path] ? nil : after[keyPath: path]
        }
        epochs = before.epochs == after.epochs ? nil : after.epochs
        datasetPath = before.dataset.path == after.dataset.path ? nil : after.dataset.path
        checkpointEvery = change(\.checkpointEvery)
        checkpointMinutes = change(\.checkpointMinutes)
        keepCheckpoints = before.keepCheckpoints == after.keepCheckpoints ? nil : after.keepCheckpoints
        keepEvery = change(\.keepEvery)
    }
}

extension RunDirectory {
    /// What `config.yaml` says otherwise than the configuration of a checkpoint, as far as that may change while a run
    /// lasts.
    ///
    /// - Parameter note: hears of a file that cannot be read, and of changes that do not count.
    func changes(from checkpoint: Configuration, note: (String) -> Void) -> RunChanges? {
        let current: Configuration
        do {
            current = try Configuration(contentsOf: configurationPath, kinds: checkpoint.kinds)
            try current.check()
        } catch {
            note("going on without it: \(error)")
            return nil
        }
        let changes = RunChanges(from: checkpoint, to: current)
        var expected = checkpoint
        changes.apply(to: &expected)
        if expected != current {
            note(
                "\(configurationPath): differs from the checkpoint in more than a resume can change; the checkpoint counts "
                    + "(train --from CHECKPOINT takes another configuration)")
        }
        return changes
    }
}
