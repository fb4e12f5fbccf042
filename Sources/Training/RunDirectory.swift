import Checkpoints
import Foundation

/// Where a run keeps what it makes: `config.yaml` as resolved, `metrics.csv` with a line an epoch, `checkpoints/`.
public struct RunDirectory: Sendable {
    public let path: String

    public var configurationPath: String { path + "/config.yaml" }
    public var metricsPath: String { path + "/metrics.csv" }
    public var checkpointsPath: String { path + "/checkpoints" }

    /// Makes the directory of a new run.
    ///
    /// - Throws: `TrainingError.runDirectory` if something is there already, which is never overwritten, or if it cannot
    ///   be made.
    public static func create(_ path: String, configuration: Configuration) throws -> RunDirectory {
        let run = RunDirectory(path: path)
        if FileManager.default.fileExists(atPath: path) {
            throw TrainingError.runDirectory(
                path: path,
                problem: "already there, and never overwritten: choose another directory with --run, or continue "
                    + "the run with `lockstep resume \(path)`")
        }
        do {
            try FileManager.default.createDirectory(atPath: run.checkpointsPath, withIntermediateDirectories: true)
            try run.write(configuration)
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw TrainingError.runDirectory(
                path: path, problem: "cannot make the run directory: \(error.shortReason)")
        }
        return run
    }

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

    /// A directory name that is free: `runs/digits-1`, or the next number.
    public static func freePath(for dataset: String, in parent: String = "runs") -> String {
        let allowed = dataset.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
        let stem = allowed.isEmpty ? "run" : String(allowed)
        var number = 1
        while FileManager.default.fileExists(atPath: "\(parent)/\(stem)-\(number)") { number += 1 }
        return "\(parent)/\(stem)-\(number)"
    }

    /// Writes the configuration, in one piece or not at all.
    func write(_ configuration: Configuration) throws {
        try Data(try configuration.yaml().utf8).write(to: URL(fileURLWithPath: configurationPath), options: .atomic)
    }
}

extension Error {
    /// What went wrong, without the frame Foundation puts around it.
    var shortReason: String {
        let error = self as NSError
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError, underlying.domain == NSPOSIXErrorDomain {
            return String(cString: strerror(Int32(underlying.code)))
        }
        return error.domain == NSCocoaErrorDomain ? error.localizedDescription : "\(self)"
    }
}
