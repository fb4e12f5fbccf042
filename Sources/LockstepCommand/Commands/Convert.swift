import ArgumentParser
import Datasets
import Networks

struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rewrite a data set: chunks, compression, type, one file made of many.",
        discussion: """
            Splits are found by the usual names; rows of several files are joined split by split. Contiguous data is \
            mapped when it is larger than memory, and so the fastest to train on; compressed data is smaller. Without \
            --type, training on the result gives the same bits.
            """)

    @Argument(help: ArgumentHelp("Data sets, in order.", valueName: "input"), completion: .file(extensions: ["h5"]))
    var inputs: [String]

    @Option(
        name: .shortAndLong, help: ArgumentHelp("File to make.", valueName: "file.h5"),
        completion: .file(extensions: ["h5"]))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Rows of a chunk. (default: none, contiguous; \(DatasetConversion.Storage.defaultChunk) with a filter)",
            valueName: "rows"))
    var chunk: Int?

    @Option(
        help: ArgumentHelp("Level of gzip compression, 0 to 9, or none. (default: none)", valueName: "level"),
        transform: Self.level)
    var compress: Level?

    @Flag(help: "Group bytes of equal significance before compressing: smaller for all types but uint8.")
    var shuffleBytes = false

    @Flag(help: "Store a checksum with each chunk.")
    var fletcher32 = false

    @Option(
        help: ArgumentHelp(
            "Type of the inputs: float32 (what batches are made from; wider numbers are rounded), uint8 or float16 (only "
                + "where each number is kept exactly). (default: as it is)", valueName: "type"))
    var type: DatasetConversion.ElementType?

    @Flag(help: "Replace the file to make if it is there.")
    var overwrite = false

    /// A level of compression, or none.
    struct Level { let value: Int? }

    func validate() throws {
        try requirePositive(chunk, "--chunk")
    }

    func run() throws {
        let storage = DatasetConversion.Storage(
            chunk: chunk, deflate: compress?.value, shufflesBytes: shuffleBytes, fletcher32: fletcher32)
        let bar = ByteBar()
        defer { bar.erase() }
        let lines = try DatasetConversion(inputs, storage: storage, type: type)
            .write(to: output, overwrite: overwrite, progress: bar.show)
        bar.erase()
        print(output.escaped)
        for line in lines { print("  " + line.escaped) }
    }

    private static func level(_ argument: String) throws -> Level {
        if argument == "none" { return Level(value: nil) }
        guard let level = Int(argument), (0...9).contains(level) else {
            throw ValidationError("expected none, or a level in 0 ... 9")
        }
        return Level(value: level)
    }
}

extension DatasetConversion.ElementType: ExpressibleByArgument {}
