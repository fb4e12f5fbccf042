import ArgumentParser
import Foundation
import Lockstep

/// The `lockstep` program: reads the command line, checks it, and calls one function of the library.
///
/// Results go to standard output, everything else to standard error. Exit status: 0; 1 for a run that failed, with one
/// line that says why; 64 (EX_USAGE) for a command line that makes no sense.
@main
struct LockstepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lockstep",
        abstract: "Train neural networks on every core, with the same bits for any number of workers.",
        version: lockstepVersion,
        subcommands: [
            Train.self, Resume.self, Workers.self, FindLearningRate.self, Evaluate.self, Predict.self,
            Fingerprint.self, Diff.self, Verify.self,
            Inspect.self, Preview.self, Convert.self, Import.self, Benchmark.self,
        ])

    static func main() {
        if let path = FileTrial.requested { FileTrial.serve(path) }
        FileTrial.begin()
        HDF5.reportCrashes(prefix: "lockstep: ")
        // A file that would outgrow `ulimit -f` shall be an error like a full disk, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        Interruption.listen()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch  where exitCode(for: error) == .failure && !(error is ExitCode) {
            Terminal.note(String(describing: error))
            exit(withError: ExitCode.failure)
        } catch {
            // The parser's own: requests for help, and command lines that make no sense.
            exit(withError: error)
        }
    }
}
