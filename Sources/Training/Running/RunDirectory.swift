import Checkpoints
import Datasets
import DurableFiles
import Foundation

/// Where a run keeps what it makes: `config.yaml` as resolved, `metrics.csv` with a line an epoch, `log.txt` with what
/// befell it, `checkpoints/`, `data.json` with digests of data that was too large to load, and `lock`, which the
/// process that trains holds.
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
    /// A line a step, if the run records them.
    public var fingerprintsPath: String { path + "/fingerprints.csv" }
    package var noisePath: String { path + "/noise-scale.csv" }
    public var logPath: String { path + "/log.txt" }
    public var checkpointsPath: String { path + "/checkpoints" }
    /// What is known of data that stays in its files.
    var contentsPath: String { path + "/data.json" }
    var lockPath: String { path + "/lock" }
    /// How many workers train, while they do.
    package var workersPath: String { path + "/workers" }

    /// Makes the directory of a new run, with all that `fill` puts into it, or not at all. Runs that start at the same
    /// time get one each.
    ///
    /// - Parameters:
    ///   - path: the directory; nil for the next free name for the data set.
    ///   - dataset: path of the data set.
    ///   - fill: writes the configuration and the first checkpoint into the directory, which has another name until
    ///     then, and takes its lock.
    /// - Throws: `TrainingError.runDirectory` if something is there already, which is never overwritten, or if it
    ///   cannot be made.
    static func create(
        _ path: String?, for dataset: String, fill: (RunDirectory) throws -> FileLock
    ) throws -> (RunDirectory, FileLock) {
        let names =
            path.map { AnySequence([RunDirectory(path: $0).path]) }
            ?? AnySequence(AnyIterator { freePath(for: dataset) })
        let name = names.makeIterator().next()!
        func failure(_ reason: String) -> TrainingError {
            .runDirectory(path: name, problem: "cannot make the run directory: \(reason)")
        }
        let parent = splitPath(name).directory
        do {
            try DurableDirectory.make(parent)
            removeLeftovers(of: name, isNumbered: path == nil)
            let made = try DurableDirectory.create(names) { temporary in
                let run = RunDirectory(path: temporary)
                try FileManager.default.createDirectory(atPath: run.checkpointsPath, withIntermediateDirectories: false)
                return try fill(run)
            }
            return (RunDirectory(path: made.path), made.result)
        } catch DurableFileError.exists(let path) {
            throw taken(path)
        } catch let error as DurableFileError {
            throw failure(error.reason)
        } catch let error as CheckpointError {
            // Its path is the temporary one.
            throw failure(error.message)
        } catch let error as CocoaError {
            throw failure(error.shortReason)
        }
    }

    /// Removes what starts that were killed have left of directories of this name, or, of those whose number is chosen
    /// here, of this name with any number.
    private static func removeLeftovers(of path: String, isNumbered: Bool) {
        let place = splitPath(path)
        let stem = place.name.dropLast(place.name.reversed().prefix(while: \.isNumber).count)
        DurableDirectory.removeLeftovers(in: place.directory) { name in
            isNumbered ? name.hasPrefix(stem) && Int(name.dropFirst(stem.count)) != nil : name == place.name
        }
    }

    /// - Throws: `TrainingError.runDirectory` if something has the name of a new run.
    static func checkFree(_ path: String) throws {
        var status = stat()
        if lstat(RunDirectory(path: path).path, &status) == 0 { throw taken(path) }
    }

    private static func taken(_ path: String) -> TrainingError {
        .runDirectory(
            path: path,
            problem: "already there, and never overwritten: choose another directory with --run, or continue "
                + "the run with `lockstep resume \(path)`")
    }

    /// A directory name that is free: `runs/digits-1`, or the next number.
    ///
    /// - Parameter dataset: path of the data set.
    package static func freePath(for dataset: String, in parent: String = "runs") -> String {
        let name = URL(fileURLWithPath: dataset).deletingPathExtension().lastPathComponent
        let allowed = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
        let stem = allowed.isEmpty ? "run" : String(allowed)
        var number = 1
        while FileManager.default.fileExists(atPath: "\(parent)/\(stem)-\(number)") { number += 1 }
        return "\(parent)/\(stem)-\(number)"
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

    /// Takes the right to train in the directory, which ends with the process at the latest.
    ///
    /// - Parameter takesOver: whether to do so although somebody may have it, on a file system without locks, where a
    ///   file that has just been written to is all that tells.
    /// - Throws: `TrainingError.runDirectory` if another process has it, or may have it.
    func lock(takesOver: Bool) throws -> FileLock {
        let age = secondsSinceWritten
        do {
            let lock = try FileLock(lockPath)
            if lock.flaw != nil, !takesOver, let age, age < Self.secondsOfDoubt {
                throw TrainingError.runDirectory(
                    path: path,
                    problem: "expected nobody training in it, found it written to \(Int(age)) seconds ago, on a file "
                        + "system without locks, which would tell: wait a minute, or resume it with --take-over if "
                        + "nobody trains in it")
            }
            // What a process that was killed has left, or what was meant for it.
            unlink(workersPath)
            let written = [configurationPath, contentsPath, metricsPath, fingerprintsPath, noisePath, logPath]
            Temporaries.removeLeftovers(of: written.map { splitPath($0).name }, in: path)
            return lock
        } catch FileLockError.held(_, let holder) {
            throw TrainingError.runDirectory(
                path: path,
                problem: "\(holder) is training in it: wait until it ends, or stop it; it can be read all the while")
        } catch FileLockError.failed(_, let code) {
            throw TrainingError.runDirectory(
                path: path, problem: "cannot lock \(lockPath): \(String(cString: strerror(code)))")
        }
    }

    /// For how long somebody who has written may still train.
    private static let secondsOfDoubt = 60.0

    /// How long ago a run was last seen at work; nil if never.
    private var secondsSinceWritten: Double? {
        [lockPath, logPath, metricsPath, fingerprintsPath, noisePath].compactMap { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            let written = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
            // A clock that was set back says nothing.
            return max(0, Date().timeIntervalSince1970 - written)
        }.min()
    }

    /// What to say of a lock that keeps nobody out, or nil if it does.
    static func note(on lock: FileLock) -> String? {
        lock.flaw.map { "\($0): a second process that trains in this directory would not be seen" }
    }

    /// Writes what is known of data that stays in its files. That it cannot be written costs a resume time, and nothing
    /// else.
    func write(_ contents: DatasetContents) {
        if contents.isEmpty { return }
        try? DurableFile(contentsPath, replacing: true).write(contents.encoded())
    }

    /// Writes the configuration, in one piece or not at all.
    func write(_ configuration: Configuration) throws {
        do {
            try DurableFile(configurationPath, replacing: true).write(Array(try configuration.yaml().utf8))
        } catch let error as DurableFileError {
            throw TrainingError.runDirectory(path: configurationPath, problem: error.reason)
        }
    }
}

extension Error {
    /// What went wrong, without where, which may be another place each time.
    var cause: String {
        switch self {
        case let error as CheckpointError: error.message
        case let error as DurableFileError: error.reason
        case let error as TrainingError:
            if case .runDirectory(_, let problem) = error { String(problem.prefix { $0 != ";" }) } else { "\(error)" }
        default: "\(self)"
        }
    }

    /// What went wrong, without the frame Foundation puts around it.
    var shortReason: String {
        guard let error = self as? CocoaError else { return "\(self)" }
        guard let cause = error.underlying as? POSIXError else { return error.localizedDescription }
        return String(cString: strerror(cause.code.rawValue))
    }
}
