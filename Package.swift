// swift-tools-version: 6.1
import PackageDescription

// For Linux alone: `CSystem` stops the compiler elsewhere. It and `Workers` ask Linux for processors, memory and files.

// Kernel modules are optimized in every configuration, so that `swift test` trains at full speed.
// Instruction-set flags apply to one module only; nothing outside the three may assume more than the baseline.
#if arch(x86_64)
    let avx2Flags = ["-Xcc", "-mavx2", "-Xcc", "-mfma", "-Xcc", "-mf16c"]
    let avx512Flags =
        avx2Flags + ["-Xcc", "-mavx512f", "-Xcc", "-mavx512bw", "-Xcc", "-mavx512dq", "-Xcc", "-mavx512vl"]
#else
    let avx2Flags: [String] = []
    let avx512Flags: [String] = []
#endif

/// Optimized in every configuration too, with its checks.
let fast: [SwiftSetting] = [.unsafeFlags(["-O", "-disable-batch-mode", "-wmo", "-num-threads", "1"])]

/// In a release, without the checks that no two accesses of a property overlap, which every debug build and test has: a
/// step crosses so many properties of classes that they took 2.7% of the instructions of a small one.
let unchecked: [SwiftSetting] = [
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
]

/// As a whole module: an incremental build takes no notice of a change inside an inlinable body of another module, and
/// would go on with stale copies of it.
///
/// Each function begins at a line of the instruction cache. Where the linker puts them otherwise, which a change
/// anywhere in the program decides, moved the steps of lenet5-64 and moons-100 by 2.7% with not one instruction more or
/// less.
func optimized(_ flags: [String] = []) -> [SwiftSetting] {
    [
        .unsafeFlags(
            ["-Ounchecked", "-disable-batch-mode", "-wmo", "-num-threads", "1", "-Xllvm", "-align-all-functions=6"]
                + flags)
    ]
}

let package = Package(
    name: "lockstep",
    products: [
        .library(name: "Lockstep", targets: ["Lockstep", "LockstepExtending"]),
        .executable(name: "lockstep", targets: ["LockstepCommand"]),
        .executable(name: "lockstep-benchmarks", targets: ["Benchmarks"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // What Swift cannot call.
        .systemLibrary(name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
        // Two libraries for deflate. libdeflate inflates chunks of HDF5 at 2.1 to 2.6 times the speed of zlib (1 MiB
        // chunks of Fashion-MNIST 485 beside 186 MB/s, of Float32 359 beside 160), but only whole buffers of a known
        // size. zlib inflates the beginning of a gzip file, whose header says how much may follow, so that a bomb ends
        // there; libhdf5 and libpng load it anyway.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .target(name: "CSystem"),
        .target(name: "CImages", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),

        // Who computes, and on what: threads, a team of them, and what the system lets this process have.
        .target(name: "Workers", dependencies: ["CSystem"], swiftSettings: unchecked),

        // A file that is whole or absent.
        .target(name: "DurableFiles", dependencies: ["CSystem", "Workers"]),

        // What threads did when, as a file for viewers.
        .target(name: "Timelines", dependencies: ["CSystem", "DurableFiles", "Workers"]),

        // Kernels: one body, one thin module for each instruction set, one table chosen at start.
        .target(name: "KernelBodies", dependencies: ["CSystem"], swiftSettings: optimized()),
        .target(name: "KernelsAVX2", dependencies: ["KernelBodies"], swiftSettings: optimized(avx2Flags)),
        .target(name: "KernelsAVX512", dependencies: ["KernelBodies"], swiftSettings: optimized(avx512Flags)),
        .target(name: "KernelsNEON", dependencies: ["KernelBodies"], swiftSettings: optimized()),
        .target(
            name: "Kernels",
            dependencies: ["KernelBodies", "KernelsAVX2", "KernelsAVX512", "KernelsNEON", "CSystem"],
            swiftSettings: optimized()),

        // file -> data set -> batch -> shard -> worker -> gradient -> reducer -> optimizer -> checkpoint
        .target(name: "HDF5", dependencies: ["CHDF5", "CDeflate", "CSystem", "Workers"]),
        .target(name: "StrictCoding"),
        .target(name: "Images", dependencies: ["CImages"], swiftSettings: fast),
        .target(
            name: "Datasets",
            dependencies: [
                "DurableFiles", "HDF5", "Images", "Kernels", "StrictCoding", "Timelines", "Workers", "CSystem",
                "CZlib",
            ]),
        .target(name: "Networks", dependencies: ["Kernels", "StrictCoding"], swiftSettings: unchecked),
        .target(
            name: "Batches", dependencies: ["Datasets", "Kernels", "Networks", "StrictCoding", "Timelines", "Workers"],
            swiftSettings: fast + unchecked),
        .target(
            name: "Gradients", dependencies: ["Batches", "Kernels", "Networks", "Workers"], swiftSettings: unchecked),
        .target(
            name: "Optimization", dependencies: ["Gradients", "Kernels", "Networks", "StrictCoding", "Workers"],
            swiftSettings: unchecked),
        .target(name: "Checkpoints", dependencies: ["Datasets", "DurableFiles", "HDF5", "Kernels", "CSystem"]),
        .target(
            name: "Training",
            dependencies: [
                "Batches", "Checkpoints", "Datasets", "DurableFiles", "Gradients", "HDF5", "Images", "Kernels",
                "Networks", "Optimization", "StrictCoding", "Timelines", "Workers", "CSystem", "Yams",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: unchecked),

        // Benchmarks.
        .target(
            name: "Benchmarking",
            dependencies: [
                "Batches", "Datasets", "Gradients", "HDF5", "Kernels", "Networks", "Optimization", "StrictCoding",
                "Training", "Workers",
            ]),

        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Batches", "Benchmarking", "Checkpoints", "Datasets", "Gradients", "HDF5", "Kernels", "Networks",
                "Optimization", "Timelines", "Training", "Workers",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/Sources"),

        // The two faces of the library, for users and for authors of extensions: what they name is public, all else is
        // `package`.
        .target(
            name: "Lockstep",
            dependencies: [
                "Batches", "Checkpoints", "Datasets", "DurableFiles", "HDF5", "Images", "Kernels", "Networks",
                "Optimization",
                "StrictCoding", "Timelines", "Training", "Workers",
            ]),
        .target(
            name: "LockstepExtending",
            dependencies: ["KernelBodies", "Kernels", "Networks", "Optimization", "StrictCoding"]),

        // The program.
        .executableTarget(
            name: "LockstepCommand",
            dependencies: [
                "Benchmarking", "CSystem", "Checkpoints", "Datasets", "DurableFiles", "HDF5", "Images", "Kernels",
                "Networks", "StrictCoding", "Timelines", "Training", "Workers",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Tests mirror Sources.
        .target(name: "TestSupport", dependencies: ["HDF5"], path: "Tests/TestSupport"),
        .target(name: "RunSupport", dependencies: ["TestSupport", "Training"], path: "Tests/RunSupport"),
        .target(name: "CJPEGWriter", path: "Tests/CJPEGWriter", linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "ImageWriting", dependencies: ["CJPEGWriter", "CZlib"], path: "Tests/ImageWriting"),
        .target(
            name: "KernelShapes", dependencies: ["KernelBodies"], path: "Tests/KernelShapes",
            swiftSettings: optimized()),
        .testTarget(
            name: "KernelsTests", dependencies: ["Kernels", "KernelShapes", "TestSupport"],
            swiftSettings: [.unsafeFlags(["-O"])]),  // they sample functions densely and read object code
        .testTarget(name: "HDF5Tests", dependencies: ["HDF5", "TestSupport"]),
        .testTarget(name: "DurableFilesTests", dependencies: ["DurableFiles"]),
        .testTarget(name: "TimelinesTests", dependencies: ["DurableFiles", "Timelines"]),
        .testTarget(name: "StrictCodingTests", dependencies: ["StrictCoding", "Yams"]),
        .testTarget(name: "ImagesTests", dependencies: ["Images", "ImageWriting", "TestSupport"]),
        .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Images", "ImageWriting", "TestSupport"]),
        .testTarget(
            name: "BatchesTests", dependencies: ["Batches", "Kernels", "StrictCoding", "TestSupport", "Yams"]),
        .testTarget(
            name: "NetworksTests", dependencies: ["Networks", "HDF5", "StrictCoding", "TestSupport", "Yams"],
            swiftSettings: [.unsafeFlags(["-O"])]),  // they compare with an oracle of plain loops, number by number
        .target(
            name: "EngineSupport", dependencies: ["Batches", "Gradients", "Networks", "TestSupport", "Workers"],
            path: "Tests/EngineSupport"),
        .testTarget(
            name: "WorkersTests",
            dependencies: ["CSystem", "EngineSupport", "Gradients", "Kernels", "Networks", "TestSupport", "Workers"]),
        .testTarget(
            name: "GradientsTests",
            dependencies: ["Batches", "EngineSupport", "Gradients", "Networks", "TestSupport", "Workers"]),
        .testTarget(
            name: "OptimizationTests",
            dependencies: [
                "EngineSupport", "Gradients", "HDF5", "Networks", "Optimization", "TestSupport", "Workers", "Yams",
            ]),
        .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints", "Datasets", "HDF5", "TestSupport"]),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "AllocationCounter", "Batches", "Checkpoints", "Datasets", "Gradients", "HDF5", "Images", "Kernels",
                "Networks", "Optimization", "RunSupport", "StrictCoding", "TestSupport", "Timelines", "Training",
                "Workers",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "BenchmarkingTests",
            dependencies: [
                "Benchmarking", "Datasets", "Gradients", "Images", "Kernels", "Networks", "TestSupport", "Training",
                "Workers",
            ]),
        .testTarget(
            name: "LockstepCommandTests",
            dependencies: [
                "Checkpoints", "Datasets", "DurableFiles", "HDF5", "ImageWriting", "Kernels", "Lockstep",
                "LockstepCommand", "Networks", "Optimization", "RunSupport", "TestSupport", "Training", "Workers",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
