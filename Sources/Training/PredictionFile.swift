import Checkpoints
import Datasets
import DurableFiles
import HDF5

/// A file of predictions while it is written. It gets its name when it is whole.
struct PredictionFile {
    private let file: HDF5File

    /// Makes a new file, hands it to `body`, and gives it its name if all went well.
    ///
    /// - Throws: `DurableFileError` if the path is taken or cannot be written; what `body` throws. Nothing is left then.
    static func write(to path: String, _ body: (PredictionFile) throws -> Void) throws {
        let output = DurableFile(path)
        try output.checkFree()
        let file = try HDF5File(inMemory: path)
        try body(PredictionFile(file: file))
        let image = try file.image()
        try file.close()
        try output.write(image)
    }

    func describe(checkpoint: Checkpoint, dataset: Dataset, split: Split) throws {
        let attributes = try file.root.attributes
        try attributes.set("fingerprint", checkpoint.fingerprint)
        try attributes.set("dataset", dataset.name)
        try attributes.set("split", split.rawValue)
        if let names = checkpoint.classNames { try attributes.set("class_names", names) }
    }

    func add<Value: HDF5Scalar>(_ name: String, _ values: [Value], shape: [Int]) throws {
        try file.root.write(name, values, shape: shape)
    }
}
