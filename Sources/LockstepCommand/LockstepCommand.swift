import ArgumentParser
import CSystem
import Foundation
import HDF5
import Training

/// The `lockstep` program: reads the command line, checks it, and calls one function of the library.
///
/// Results go to standard output, everything else to standard error. Exit status: 0; 1 for a run that failed, with one
/// line that says why; 64 (EX_USAGE) for a command line that makes no sense.
@main
struct RootCommand: ParsableCommand {
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
        MemoryReport.begin()
        FileTrial.begin()
        HDF5Library.reportCrashes(prefix: "lockstep: ")
        // A file that would outgrow `ulimit -f` shall be an error like a full disk, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        Interruption.listen()
        do {
            var command = try parseAsRoot()
            try command.run()
            deliverOutput()
        } catch  where exitCode(for: error) == .failure && !(error is ExitCode) {
            Terminal.note(String(describing: error))
            exit(withError: ExitCode.failure)
        } catch  where exitCode(for: error) == .success {
            print(fullMessage(for: error))
            deliverOutput()
        } catch {
            // The parser's own: command lines that make no sense.
            exit(withError: error)
        }
    }

    /// Ends with an error if anything that was printed has not arrived, as on a full disk.
    private static func deliverOutput() {
        let code = lockstep_finish_output()
        guard code != 0 else { return }
        let reason = code > 0 ? String(cString: strerror(code)) : "an earlier write failed"
        Terminal.note("standard output: cannot write all results: \(reason)")
        exit(withError: ExitCode.failure)
    }
}
