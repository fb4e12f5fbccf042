import Foundation

/// The control groups of this process, which bound the memory and the processor time that it gets of the machine.
package enum ControlGroup {
    /// What a file of the system says; nil where there is none.
    package static func read(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    /// The folders, in version 2 of control groups, of the process's group and of those above it, up to the mount
    /// itself. A container that sees only its own part of the tree has its group there, whatever the membership says.
    ///
    /// - Parameter readFile: gives the text of a file of the system.
    package static func folders(readFile: (String) -> String?) -> [String] {
        folders("/sys/fs/cgroup", readFile) { $0.isEmpty }
    }

    /// The folders in version 1 of control groups, where each controller, such as `cpu` or `memory`, has a tree of its
    /// own.
    package static func folders(of controller: String, readFile: (String) -> String?) -> [String] {
        folders("/sys/fs/cgroup/\(controller)", readFile) { $0.split(separator: ",").contains { $0 == controller } }
    }

    /// - Parameter isWanted: picks the line by its controllers: `/proc/self/cgroup` has lines of
    ///   `number:controllers:path`, in version 2 one without controllers.
    private static func folders(
        _ mount: String, _ readFile: (String) -> String?, isWanted: (Substring) -> Bool
    ) -> [String] {
        var path: [Substring] = []
        for line in (readFile("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, isWanted(fields[1]) else { continue }
            path = fields[2].split(separator: "/")
            break
        }
        return (0...path.count).map { depth in ([mount[...]] + path.prefix(depth)).joined(separator: "/") }
    }
}
