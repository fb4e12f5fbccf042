// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "lockstep-benchmarks",
    products: [
        .executable(name: "kernels-benchmark", targets: ["KernelsBenchmark"])
    ],
    dependencies: [
        .package(name: "lockstep", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        .target(name: "CPeak"),
        .executableTarget(
            name: "KernelsBenchmark",
            dependencies: ["CPeak", .product(name: "Kernels", package: "lockstep")]),
        .executableTarget(
            name: "StepBenchmark",
            dependencies: [
                .product(name: "Lockstep", package: "lockstep"),
                .product(name: "Measurement", package: "lockstep"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
