import Checkpoints
import DurableFiles
import Foundation

/// Where a run keeps what it makes: `config.yaml` as resolved, `metrics.csv` with a line an epoch, `checkpoints/`.
public struct RunDirectory: Sendable {
    public let path: String

    /// - Parameter path: slashes at its end, as shells complete them, are left out.
    init(path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    public var configurationPath: String { path + "/config.yaml" }
    public var metricsPath: String { path + "/metrics.csv" }
    public var checkpointsPath: String { path + "/checkpoints" }

    /// Makes the directory of a new run.
    ///
    /// - Throws: `TrainingError.runDirectory` if something is there already, which is never overwritten, or if it cannot
    ///   be made.
    public static func create(_ path: String, configuration: Configuration) throws -> RunDirectory {
        guard let run = try createIfFree(path, configuration: configuration) else {
            throw TrainingError.runDirectory(
                path: path,
                problem: "already there, and never overwritten: choose another directory with --run, or continue "
                    + "the run with `lockstep resume \(path)`")
        }
        return run
    }

    /// Makes the directory of a new run under the next free name. Runs that start at the same time get one each.
    ///
    /// - Parameter dataset: path of the data set.
    public static func createNext(for dataset: String, configuration: Configuration) throws -> RunDirectory {
        while true {
            if let run = try createIfFree(freePath(for: dataset), configuration: configuration) { return run }
        }
    }

    /// A directory name that is free: `runs/digits-1`, or the next number.
    ///
    /// - Parameter dataset: path of the data set.
    public static func freePath(for dataset: String, in parent: String = "runs") -> String {
        let name = URL(fileURLWithPath: dataset).deletingPathExtension().lastPathComponent
        let allowed = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
        let stem = allowed.isEmpty ? "run" : String(allowed)
        var number = 1
        while FileManager.default.fileExists(atPath: "\(parent)/\(stem)-\(number)") { number += 1 }
        return "\(parent)/\(stem)-\(number)"
    }

    /// Makes the directory, or returns nil if something has the name.
    private static func createIfFree(_ path: String, configuration: Configuration) throws -> RunDirectory? {
        func failure(_ reason: String) -> TrainingError {
            .runDirectory(path: path, problem: "cannot make the run directory: \(reason)")
        }
        let run = RunDirectory(path: path)
        let parent = splitPath(path).directory
        do {
            if !FileManager.default.fileExists(atPath: parent) {
                try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            }
        } catch {
            throw failure(error.shortReason)
        }
        // Of two runs that want the same name, one gets it.
        guard mkdir(path, 0o777) == 0 else {
            let code = errno
            if code == EEXIST { return nil }
            throw failure(String(cString: strerror(code)))
        }
        do {
            try FileManager.default.createDirectory(
                atPath: run.checkpointsPath, withIntermediateDirectories: false)
            try run.write(configuration)
        } catch {
            run.remove()
            throw failure(error.shortReason)
        }
        return run
    }

    /// Removes a directory that was just made, when its run cannot start.
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// The directory of a run that was started before.
    ///
    /// - Throws: `TrainingError.runDirectory` if it is none.
    public static func open(_ path: String) throws -> RunDirectory {
        let run = RunDirectory(path: path)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw TrainingError.runDirectory(
                path: path, problem: "no such directory: expected one that `lockstep train` made")
        }
        guard isDirectory.boolValue,
            FileManager.default.fileExists(atPath: run.checkpointsPath, isDirectory: &isDirectory),
            isDirectory.boolValue
        else {
            throw TrainingError.runDirectory(
                path: path, problem: "not a run: expected a directory with a folder checkpoints in it")
        }
        return run
    }

    /// Writes the configuration, in one piece or not at all.
    func write(_ configuration: Configuration) throws {
        try Data(try configuration.yaml().utf8).write(to: URL(fileURLWithPath: configurationPath), options: .atomic)
    }
}

extension Error {
    /// What went wrong, without the frame Foundation puts around it.
    var shortReason: String {
        guard let error = self as? CocoaError else { return "\(self)" }
        guard let cause = error.underlying as? POSIXError else { return error.localizedDescription }
        return String(cString: strerror(cause.code.rawValue))
    }
}
