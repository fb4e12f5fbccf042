import ArgumentParser
import Datasets

/// What an import shall be like, and whether it takes targets.
struct LikenessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Data set or checkpoint that the file to make shall go with: columns are found by its names, classes numbered "
                + "and inputs normalized as there. Targets need not be there.", valueName: "file"),
        completion: .file(extensions: ["h5"]))
    var like: String?

    @Flag(help: "Take inputs alone, to predict on.")
    var noTargets = false

    var taking: TargetImport { noTargets ? .none : like == nil ? .required : .optional }

    /// Whether the file is made for a network that is there already.
    var isToPredict: Bool { noTargets || like != nil }

    func likeness() throws -> Likeness? {
        try like.map { try Likeness(contentsOf: try checkpointPath($0)) }
    }
}
