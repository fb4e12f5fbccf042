// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "lockstep-benchmarks",
    dependencies: [
        .package(name: "lockstep", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(
            name: "StepBenchmark",
            dependencies: [
                .product(name: "Lockstep", package: "lockstep"),
                .product(name: "Benchmarking", package: "lockstep"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "CheckpointBenchmark",
            dependencies: [
                .product(name: "Lockstep", package: "lockstep"),
                .product(name: "Benchmarking", package: "lockstep"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "ReducerBenchmark",
            dependencies: [
                .product(name: "Lockstep", package: "lockstep"),
                .product(name: "Benchmarking", package: "lockstep"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "ScalingSimulator",
            dependencies: [
                .product(name: "Lockstep", package: "lockstep"),
                .product(name: "Benchmarking", package: "lockstep"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "FingerprintBenchmark",
            dependencies: [
                .product(name: "Lockstep", package: "lockstep"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "TraceBenchmark",
            dependencies: [
                .product(name: "Lockstep", package: "lockstep"),
                .product(name: "Benchmarking", package: "lockstep"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "LoadingBenchmark",
            dependencies: [
                .product(name: "Lockstep", package: "lockstep"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
