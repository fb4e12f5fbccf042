import CSystem
import Foundation
import Workers

/// Files and directories in the making, which a process that is told to end removes on its way out.
///
/// What is killed leaves its own behind, under names that begin with a dot and end with `suffix`. All are noted where a
/// handler of signals finds them as well (`lockstep_remove_temporaries`).
package enum Temporaries {
    /// Ends the name of everything temporary; a dot and the final name are its beginning.
    package static let suffix = ".tmp"

    private static let paths = Locked<Set<String>>([])

    /// A new name beside a file, for what is to get that file's name.
    static func name(beside name: String, in directory: String) -> String {
        "\(directory)/.\(name).\(String(UInt64.random(in: 0...UInt64.max), radix: 36))\(suffix)"
    }

    /// Removes `path` when the process ends before `body` does.
    static func during<Result>(_ path: String, _ body: () throws -> Result) rethrows -> Result {
        paths.withLock {
            $0.insert(path)
            lockstep_note_temporary(path)
        }
        defer { _ = keep(path) }
        return try body()
    }

    /// Leaves `path` where it is from here on, whatever happens.
    ///
    /// - Returns: false if it was removed before.
    static func keep(_ path: String) -> Bool {
        paths.withLock {
            guard $0.remove(path) != nil else { return false }
            lockstep_forget_temporary(path)
            return true
        }
    }

    /// Removes what a process that was killed has left of certain files of a directory. Nobody else may write them now.
    package static func removeLeftovers(of names: [String], in directory: String) {
        for path in leftovers(of: names, in: directory) { unlink(path) }
    }

    /// Paths of what is temporary in a directory and would have got one of certain names.
    static func leftovers(of names: [String], in directory: String) -> [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return found.filter { finalName(of: $0).map(names.contains) ?? false }.map { "\(directory)/\($0)" }
    }

    /// The name that something temporary would have got; nil for what is none of ours.
    static func finalName(of name: String) -> String? {
        guard name.hasPrefix("."), name.hasSuffix(suffix) else { return nil }
        let parts = name.dropFirst().dropLast(suffix.count)
        guard let dot = parts.lastIndex(of: "."), UInt64(parts[parts.index(after: dot)...], radix: 36) != nil else {
            return nil
        }
        return String(parts[..<dot])
    }

    /// Removes all there are. To be called by a process that ends next: who works on one of them finds it gone.
    package static func removeAll() {
        paths.withLock { paths in
            for path in paths { try? FileManager.default.removeItem(atPath: path) }
            paths = []
        }
    }
}
