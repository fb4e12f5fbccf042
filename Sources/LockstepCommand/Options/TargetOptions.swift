import ArgumentParser
import Lockstep

/// Whether an importer takes targets.
struct TargetOptions: ParsableArguments {
    @Flag(help: "Take inputs alone, to predict on.")
    var noTargets = false

    var taking: TargetImport { noTargets ? .none : .required }
}
