/// How often the control group of this process was stopped because its quota of processor time was used up.
package enum QuotaThrottling {
    /// Periods in which it was stopped since the group was made, or nil where nobody counts. Two counts tell whether a
    /// quota has disturbed what lay between them.
    package static var periods: Int? { periods(readFile: ControlGroup.read) }

    /// The sum over the process's group and those above it, any of which may have a quota: `nr_throttled` in
    /// `cpu.stat`, the same name in both versions of control groups.
    static func periods(readFile: (String) -> String?) -> Int? {
        let folders = ControlGroup.folders(readFile: readFile) + ControlGroup.folders(of: "cpu", readFile: readFile)
        let counts = folders.compactMap { folder -> Int? in
            for line in readFile(folder + "/cpu.stat")?.split(separator: "\n") ?? [] {
                let words = line.split(separator: " ")
                if words.count == 2, words[0] == "nr_throttled" { return Int(words[1]) }
            }
            return nil
        }
        return counts.isEmpty ? nil : counts.reduce(0, +)
    }
}
