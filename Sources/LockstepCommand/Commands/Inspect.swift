import ArgumentParser
import Foundation
import HDF5

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what is in an HDF5 file.",
        discussion: """
            Every object with type, shape, storage and attributes; before that, the network and progress of a \
            checkpoint, or the splits and classes of a data set.
            """)

    @Argument(help: "Checkpoint, data set, or any other HDF5 file.", completion: .file(extensions: ["h5", "hdf5"]))
    var file: String

    func run() throws {
        let file = try HDF5File(reading: file)
        let tree = try FileTree(file)
        let size = try file.size
        try file.close()

        let summary = Result { try FileSummary(path: self.file, size: size).lines }
        for line in (try? summary.get()) ?? [] { print(line) }
        print("\(self.file.escaped)  \(size.byteSize)")
        for line in tree.lines { print("  " + line) }
        // A checkpoint that is damaged: what can be seen of it comes first.
        _ = try summary.get()
    }
}
