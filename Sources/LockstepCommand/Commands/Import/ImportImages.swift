import ArgumentParser
import Datasets
import Images

struct ImportImages: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "Import a folder of PNG and JPEG images, in which each class has a folder of its own.",
        discussion: """
            Classes get the names of their folders, in the order of the bytes of their names; so do images in a class. \
            Files are told by what is in them, hidden ones are passed over. Images become [height, width, channels]. \
            Without --size and --color all have to be of one size, and gray or in color. --size stretches. \
            Images are turned as a camera has noted (EXIF), and what is transparent is laid over white. With \
            --no-targets, all images in the folder and in its folders are taken.
            """)

    @Argument(
        help: ArgumentHelp("The folder of the classes' folders.", valueName: "folder"), completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp(
            "Size to give all images: a side of squares, or height x width. (default: the one they have)",
            valueName: "n|HxW"), transform: Self.size)
    var size: ImageSize?

    @Option(help: ArgumentHelp("Color to give all images. (default: the one they have)", valueName: "gray|rgb"))
    var color: ImageColor?

    @Option(
        help: ArgumentHelp(
            "What shows through where images are transparent; none for the colors stored under transparency.",
            valueName: "white|black|#rrggbb|none"), transform: Background.init)
    var background = Background.white

    @Flag(help: "Leave images as they are stored, whatever orientation a camera has noted (EXIF).")
    var keepOrientation = false

    @Flag(help: "Leave out, and list, what cannot be read, instead of giving up. Decodes everything twice.")
    var skipUnreadable = false

    @Option(
        name: .shortAndLong, help: ArgumentHelp("File to make.", valueName: "file.h5"),
        completion: .file(extensions: ["h5"]))
    var output: String

    @OptionGroup var likeness: LikenessOptions

    @OptionGroup var importing: ImportOptions

    func validate() throws {
        if likeness.like != nil, size != nil || color != nil {
            throw ValidationError(
                "--like gives images their size and color, found \(size == nil ? "--color" : "--size")")
        }
    }

    func run() throws {
        let bar = ByteBar()
        defer { bar.erase() }
        var images = ImageImport(
            folder, size: size, color: color, skipsUnreadable: skipUnreadable,
            split: importing.fractions(toPredict: likeness.isToPredict), taking: likeness.taking,
            like: try likeness.likeness())
        images.turnsImages = !keepOrientation
        images.background = background.color
        let outcome = try images.write(to: output, overwrite: importing.overwrite, progress: bar.show)
        bar.erase()
        for image in outcome.skipped { Terminal.note("left out \(image.name): \(image.reason)") }
        importing.show(output, outcome.summary, notes: outcome.changes + outcome.notes)
    }

    /// - Throws: `ValidationError` for anything but a size that images may have.
    private static func size(_ argument: String) throws -> ImageSize {
        guard let size = ImageSize(argument) else {
            throw ValidationError(
                "expected a side such as 32, or height x width such as 32x28, of at most \(ImageSize.mostSide) a side and "
                    + "\(ImageSize.mostPixels) pixels")
        }
        return size
    }
}

extension ImageColor: ExpressibleByArgument {}

/// A color, or none.
struct Background {
    let color: ImageBackground?

    static let white = Background(color: .white)

    private init(color: ImageBackground?) { self.color = color }

    /// - Throws: `ValidationError` for anything but a color or `none`.
    init(_ argument: String) throws {
        color = argument == "none" ? nil : ImageBackground(argument)
        guard color != nil || argument == "none" else {
            throw ValidationError("expected white, black, none or a color such as #20c0ff")
        }
    }
}

extension Background: CustomStringConvertible {
    var description: String { color?.description ?? "none" }
}
