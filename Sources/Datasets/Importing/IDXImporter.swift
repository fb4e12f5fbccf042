import Foundation

/// The files of a data set in IDX format, plain or compressed by gzip. Without targets they are to predict on.
public struct IDXFiles: Equatable, Sendable {
    public var trainInputs: String
    public var trainTargets: String?
    public var testInputs: String?
    public var testTargets: String?

    public init(trainInputs: String, trainTargets: String?, testInputs: String? = nil, testTargets: String? = nil) {
        self.trainInputs = trainInputs
        self.trainTargets = trainTargets
        self.testInputs = testInputs
        self.testTargets = testTargets
    }

    /// The files of a folder that are named like those of the MNIST database: `train-images-idx3-ubyte`,
    /// `t10k-labels-idx1-ubyte.gz`, also with `.idx3`.
    ///
    /// - Parameter taking: whether there have to be labels, or shall be none.
    /// - Throws: `DatasetError` that names the one which is missing.
    public init(folder: String, taking: TargetImport = .required) throws {
        let available = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        func find(_ prefix: String, _ kind: String) -> String? {
            let names = ["-", "."].flatMap { ["\(prefix)\($0)\(kind)-ubyte", "\(prefix)\($0)\(kind)-ubyte.gz"] }
            return names.first(where: available.contains).map { "\(folder)/\($0)" }
        }
        func require(_ prefix: String, _ kind: String) throws -> String {
            if let path = find(prefix, kind) { return path }
            throw DatasetError(
                .missingFile, file: folder, expected: "\(prefix)-\(kind)-ubyte, or the same with .gz",
                found: "a folder with \(listed(available.sorted()))", advice: "Name the files one by one.")
        }
        trainInputs = try require("train-images", "idx3")
        switch taking {
        case .required: trainTargets = try require("train-labels", "idx1")
        case .optional: trainTargets = find("train-labels", "idx1")
        case .none: trainTargets = nil
        }
        testInputs = find("t10k-images", "idx3")
        testTargets = taking == .none ? nil : find("t10k-labels", "idx1")
    }
}

extension ImportedDataset {
    /// Reads a data set in the IDX format of the MNIST database. Bytes stay bytes, and become x / 255 in a batch.
    ///
    /// - Parameter isExcerpt: as in `npz`.
    public static func idx(
        _ files: IDXFiles, split fractions: SplitFractions = SplitFractions(), isExcerpt: Bool = false
    ) throws -> ImportedDataset {
        func table(_ inputs: String, _ targets: String?) throws -> Table {
            try Table(
                inputs: try IDXFile(path: inputs).array(as: .inputs, isExcerpt ? .excerpt : .table),
                targets: try targets.map { try IDXFile(path: $0).array(as: .targets) })
        }
        // Files to test on are a split by themselves, and then the others are the one to train on.
        let first = files.testInputs == nil ? fractions.destination : .train
        var tables = [first: try table(files.trainInputs, files.trainTargets)]
        switch (files.testInputs, files.testTargets) {
        case (let inputs?, let targets?): tables[.test] = try table(inputs, targets)
        case (let inputs?, nil) where files.trainTargets == nil: tables[.test] = try table(inputs, nil)
        case (nil, nil): break
        case (let inputs, let targets):
            throw DatasetError(
                .invalidOption, file: inputs ?? targets ?? "", expected: "inputs and targets for the test split",
                found: inputs == nil ? "targets alone" : "inputs alone")
        }
        var imported = ImportedDataset(tables: tables)
        try imported.cut(fractions, file: files.trainInputs)
        return imported
    }
}
