import ArgumentParser
import Workers

/// Numbers of workers as one argument: `1,2,4`, in ascending order whatever the argument's.
struct WorkerList {
    let counts: [Int]

    /// - Throws: `ValidationError` for anything but different numbers in 1 ... 1024 with commas between them.
    init(argument: String) throws {
        var counts: [Int] = []
        for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let count = Int(word), (1...WorkerCount.most).contains(count) else {
                throw ValidationError(
                    "expected numbers in 1 ... \(WorkerCount.most) with commas between them, such as 1,2,4; found '\(word)'"
                )
            }
            guard !counts.contains(count) else { throw ValidationError("\(count) is there twice") }
            counts.append(count)
        }
        self.counts = counts.sorted()
    }
}
