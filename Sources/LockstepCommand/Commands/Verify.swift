import ArgumentParser
import Benchmarking
import Training

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check data sets, checkpoints and runs thoroughly, and say what is damaged.",
        discussion: """
            Reads everything: each tensor of a checkpoint against its digest and the network of its configuration; each \
            chunk of a data set, then shapes, finite numbers, labels and names of classes. A run's directory stands for \
            all its files, a configuration for the data it names. Exit status 1 if anything is wrong.
            """)

    @Argument(
        help: "Data sets, checkpoints, configurations, directories of runs.",
        completion: .file(extensions: ["h5", "hdf5", "yaml"]))
    var files: [String]

    @OptionGroup var data: DataOptions

    @Flag(help: "Print a JSON object a line for each file.")
    var json = false

    func run() throws {
        var isGood = true
        var loading = data.loading
        loading.memory = loading.memory ?? FileVerifier.defaultMemory
        let verifier = FileVerifier(loading: loading)
        for file in files {
            try verifier.verify(file) { verification in
                isGood = isGood && verification.isGood
                for line in json ? [try jsonLine(verification)] : verification.lines { print(line) }
            }
        }
        guard isGood else { throw ExitCode.failure }
    }
}

extension FileVerification {
    /// `digits.h5: ok, data set: train 1257, …`, or a line for each problem.
    fileprivate var lines: [String] {
        let name = file.escaped
        guard isGood else { return problems.map { "\(name): \("\($0)".escaped)" } }
        return ["\(name): ok, \(kind.rawValue): \((content ?? "").escaped)"]
    }
}
