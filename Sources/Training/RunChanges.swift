import Datasets

/// What may change in a configuration when its run goes on, or when a command line says otherwise. nil leaves it as it is.
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
    public func apply(to configuration: inout Configuration) {
        if let epochs { configuration.epochs = epochs }
        if let datasetPath { configuration.dataset = configuration.dataset.replacingPath(with: datasetPath) }
        if let checkpointEvery { configuration.checkpointEvery = checkpointEvery }
        if let checkpointMinutes { configuration.checkpointMinutes = checkpointMinutes }
        if let keepCheckpoints { configuration.keepCheckpoints = keepCheckpoints }
        if let keepEvery { configuration.keepEvery = keepEvery }
    }
}
