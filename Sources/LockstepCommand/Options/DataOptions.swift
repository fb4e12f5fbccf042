import ArgumentParser
import Datasets

/// How data is brought into memory. It changes speed and memory, never the result.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Memory that data may take, such as 512MiB or 8GiB; what does not fit is mapped or streamed. (default: half "
                + "of the machine's, or of the control group's limit)", valueName: "size"),
        transform: Self.size)
    var dataMemory: Int?

    @Option(
        help: ArgumentHelp(
            "Threads that read and decompress data ahead of training. (default: 2, or 1 on a single core)",
            valueName: "n"))
    var loadingThreads: Int?

    private static let mostThreads = 256

    func validate() throws {
        try requirePositive(loadingThreads, "--loading-threads")
        if let loadingThreads, loadingThreads > Self.mostThreads {
            throw ValidationError("--loading-threads: expected at most \(Self.mostThreads), found \(loadingThreads)")
        }
    }

    var loading: LoadingOptions { LoadingOptions(memory: dataMemory, threads: loadingThreads) }

    /// - Throws: `ValidationError` for anything but a size.
    private static func size(_ argument: String) throws -> Int {
        guard let bytes = DataMemory.bytes(argument) else {
            throw ValidationError("expected a size such as 512MiB, 8GiB, or a number of bytes")
        }
        return bytes
    }
}
