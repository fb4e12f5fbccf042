import Datasets
import Foundation
import Training

/// A network trained on the training file of a group, and what it makes of the other files.
struct PairRun {
    private let folder: String
    private let trained: String
    private let checkpoint: String

    init(_ group: PairGroup, in directory: String) throws {
        folder = "\(directory)/\(group.name)"
        trained = "\(folder)/trained.h5"
        try Self.importFile(group.train, in: folder, to: trained, like: nil)
        let configuration = try Configuration(yaml: group.configuration(dataset: trained), path: group.name)
        checkpoint = try TrainingRun(configuration, directory: "\(folder)/run", workers: .exactly(1)).train().checkpoint
    }

    /// What becomes of a pair.
    func answer(_ pair: GeneratedPair) -> PairAnswer {
        do {
            let like = try pair.file.like.map { try Likeness(contentsOf: $0 == "file" ? trained : checkpoint) }
            let made = "\(folder)/\(pair.name).h5"
            try Self.importFile(pair.file, in: folder, to: made, like: like)
            if pair.joins == true {
                let joined = "\(folder)/\(pair.name).joined.h5"
                try DatasetConversion([trained, made], type: .float32).write(to: joined)
                return PairAnswer(joined: joined)
            }
            let model = try TrainedModel(checkpoint, workers: .exactly(1))
            let predictions = "\(folder)/\(pair.name).predictions.h5"
            var answer = PairAnswer(checkpoint: checkpoint, predictions: predictions)
            // A class that the network does not have is no matter to a prediction.
            if pair.evaluates {
                let report = try model.evaluate(dataset: made, split: .test)
                (answer.loss, answer.accuracy) = (report.loss, report.accuracy)
            }
            try model.predict(dataset: made, split: .test, output: predictions)
            return answer
        } catch {
            return PairAnswer(refusal: "\(error)")
        }
    }

    private static func importFile(_ file: PairFile, in folder: String, to output: String, like: Likeness?) throws {
        let path = "\(folder)/\(file.path)"
        let labels = file.labels.map { "\(folder)/\($0)" }
        let split = SplitFractions(destination: like == nil ? .train : .test)
        let taking: TargetImport = file.noTargets == true ? .none : like == nil ? .required : .optional
        func make(_ read: () throws -> ImportedDataset) throws {
            try ImportedDataset.make(at: output) {
                var imported = try read()
                if let like { try imported.bring(to: like) }
                return imported
            }
        }
        switch file.importer {
        case "csv":
            try make {
                try .csv(
                    path,
                    CSVOptions(
                        target: file.target, task: CSVOptions.Task(rawValue: file.task ?? "") ?? .automatic,
                        split: split, standardizes: file.standardize ?? true, taking: taking, like: like))
            }
        case "npz":
            try make {
                try path.hasSuffix(".npy")
                    ? .npy(inputs: path, targets: labels, split: split) : .npz(path, split: split, taking: taking)
            }
        case "idx": try make { try .idx(IDXFiles(trainInputs: path, trainTargets: labels), split: split) }
        case "images": try ImageImport(path, split: split, taking: taking, like: like).write(to: output)
        default: try FileManager.default.copyItem(atPath: path, toPath: output)
        }
    }
}
