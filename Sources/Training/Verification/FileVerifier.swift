import Checkpoints
import Datasets
import Foundation
import HDF5
import Networks
import Optimization

/// Checks files that Lockstep reads or writes, and goes on after a bad one.
///
///     FileVerifier().verify("runs/digits-1") { print($0.file, $0.isGood) }
public struct FileVerifier: Sendable {
    /// How much memory data may take.
    public var loading: LoadingOptions
    /// What configurations may name.
    public var kinds: ConfigurationKinds

    /// Data of any size is checked in this much, unless told otherwise: less than training takes in any case.
    public static var defaultMemory: Int { min(256 << 20, DataMemory.automatic()) }

    public init(
        loading: LoadingOptions = LoadingOptions(memory: defaultMemory), kinds: ConfigurationKinds = .standard
    ) {
        self.loading = loading
        self.kinds = kinds
    }

    /// Checks a data set or a checkpoint in HDF5, a configuration in YAML with the data it names, or the directory of a
    /// run with all its files.
    ///
    /// - Parameter report: hears of each file when it is done.
    public func verify(_ path: String, _ report: (FileVerification) throws -> Void) rethrows {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
            try verifyRun(path, report)
        } else if path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
            try report(verifyConfiguration(path, withData: true))
        } else if let problem = openingProblem(path) {
            try report(FileVerification(path, .file, problems: [problem]))
        } else {
            try report(verifyCheckpoint(path) ?? verifyPredictions(path) ?? verifyDataset(path))
        }
    }

    /// What is wrong with a file that cannot even be opened, or nil.
    private func openingProblem(_ path: String) -> FileProblem? {
        do {
            try HDF5File(reading: path).close()
            return nil
        } catch {
            return FileProblem(error, in: path)
        }
    }

    // MARK: Single files

    /// Everything a resume needs of a checkpoint: what `Checkpoint.examine` checks, a configuration whose network has
    /// these parameters, and the moments of its optimizer.
    ///
    /// - Parameter fingerprints: by step, what the run has recorded.
    /// - Returns: nil for a file that is no checkpoint.
    private func verifyCheckpoint(_ path: String, fingerprints: [Int: String] = [:]) -> FileVerification? {
        do {
            let verification = try Checkpoint.examine(path)
            guard let checkpoint = verification.checkpoint else {
                return FileVerification(path, .checkpoint, problems: verification.problems)
            }
            var problems: [FileProblem] = []
            do {
                try checkFit(checkpoint, path)
            } catch {
                problems.append(FileProblem(error, in: path))
            }
            let (step, fingerprint) = (checkpoint.progress.step, checkpoint.fingerprint)
            if let recorded = fingerprints[step], recorded != fingerprint {
                problems.append(
                    FileProblem(
                        "parameters", expected: "the fingerprint that the run recorded for step \(step), \(recorded)",
                        found: fingerprint))
            }
            let tensors = checkpoint.optimizerState.values.reduce(checkpoint.parameters.count) { $0 + $1.count }
            return FileVerification(path, .checkpoint, content: "step \(step), \(tensors) tensors", problems: problems)
        } catch let error as CheckpointError where error.reason == .notACheckpoint {
            return nil
        } catch {
            return FileVerification(path, .checkpoint, problems: [FileProblem(error, in: path)])
        }
    }

    /// - Throws: what is wrong between a checkpoint's tensors and its configuration.
    private func checkFit(_ checkpoint: Checkpoint, _ path: String) throws {
        let configuration = try Configuration(yaml: checkpoint.configuration, path: path, kinds: kinds)
        try configuration.check()
        let layout = try CompiledNetwork(
            network: configuration.network, loss: configuration.loss, inputShape: Shape(checkpoint.inputShape),
            targets: nil
        ).layout
        try layout.check(checkpoint.parameters, path: path, what: "parameter")
        let (expected, found) = (
            configuration.optimizer.stateNames(with: configuration.movingAverage).sorted(),
            checkpoint.optimizerState.keys.sorted()
        )
        guard expected == found else {
            func text(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
            throw FileProblem(
                "optimizer",
                expected: "what the configuration's optimizer and moving average keep: \(text(expected))",
                found: text(found))
        }
    }

    /// - Returns: nil for a file that `predict` did not write.
    private func verifyPredictions(_ path: String) -> FileVerification? {
        guard (try? PredictionFile.isOne(path)) == true else { return nil }
        let contents = Dataset.examineContents(path, loading: loading)
        return FileVerification(
            path, .predictions, content: "\(contents.objects) tables", problems: contents.problems)
    }

    private func verifyDataset(_ path: String) -> FileVerification {
        let verification = Dataset.examine(path, loading: loading)
        let content = verification.dataset.map { dataset in
            let splits = dataset.splits.map { "\($0) \(dataset[$0]!.count)" }.joined(separator: ", ")
            return "\(splits), samples of \(dataset.inputShape), digest \(dataset.digest)"
        }
        return FileVerification(path, .dataset, content: content, problems: verification.problems)
    }

    /// - Parameter withData: whether the data set is read too.
    private func verifyConfiguration(_ path: String, withData: Bool) -> FileVerification {
        do {
            let configuration = try Configuration(contentsOf: path, kinds: kinds)
            try configuration.check()
            guard withData else { return FileVerification(path, .configuration, content: "complete") }
            let dataset = try Dataset.load(
                configuration.dataset, reading: configuration.loss.reading, loading: loading)
            let network = try Trainer.compile(configuration, for: dataset)
            try MemoryPlanner(beside: dataset).check(
                configuration, network, dataset, workers: .automatic, kernels: selectKernels())
            return FileVerification(path, .configuration, content: "with \(dataset.name), digest \(dataset.digest)")
        } catch {
            return FileVerification(path, .configuration, problems: [FileProblem(error, in: path)])
        }
    }

    // MARK: Runs

    private func verifyRun(_ path: String, _ report: (FileVerification) throws -> Void) rethrows {
        let run: RunDirectory
        do {
            run = try RunDirectory.open(path)
        } catch {
            return try report(FileVerification(path, .run, problems: [FileProblem(error, in: path)]))
        }
        try report(verifyConfiguration(run.configurationPath, withData: false))
        if let lines = LineFile(run.metricsPath) { try report(MetricsLog.verify(lines)) }
        var fingerprints: [Int: String] = [:]
        if let lines = LineFile(run.fingerprintsPath) {
            try report(FingerprintLog.verify(lines) { fingerprints[$0] = $1 })
        }
        try verifyCheckpoints(of: run, fingerprints, report)
    }

    private func verifyCheckpoints(
        of run: RunDirectory, _ fingerprints: [Int: String], _ report: (FileVerification) throws -> Void
    ) rethrows {
        let store = CheckpointStore(directory: run.checkpointsPath)
        let steps = (try? store.steps()) ?? []
        var isEmpty = true
        for (path, step) in steps.map({ (store.path(step: $0), $0) }) + [(store.bestPath, nil as Int?)] {
            // A run that trains removes old ones all the while.
            guard FileManager.default.fileExists(atPath: path) else { continue }
            isEmpty = false
            var verification =
                verifyCheckpoint(path, fingerprints: fingerprints)
                ?? FileVerification(
                    path, .checkpoint, problems: [FileProblem(expected: "a checkpoint", found: "something else")])
            if let step, verification.isGood, verification.content?.hasPrefix("step \(step),") == false {
                verification = FileVerification(
                    path, .checkpoint,
                    problems: [FileProblem(expected: "step \(step), as its name says", found: verification.content!)])
            }
            guard FileManager.default.fileExists(atPath: path) || verification.isGood else { continue }
            try report(verification)
        }
        if isEmpty {
            try report(
                FileVerification(run.path, .run, problems: [FileProblem(expected: "a checkpoint", found: "none")]))
        }
    }
}
