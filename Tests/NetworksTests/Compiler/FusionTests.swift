import Kernels
import TestSupport
import XCTest

@testable import Networks

/// Fusion saves time and memory, and no bit knows of it.
final class FusionTests: XCTestCase {
    /// Runs a network fused and not on every table of kernels.
    ///
    /// - Returns: how many operations it takes, fused and not.
    @discardableResult
    private func assertSameBitsUnfused(
        _ network: Network, inputShape: Shape, rows: Int = 3, seed: UInt64 = 9, learnsInput: Bool = true,
        gradientTolerance: Double? = nil, line: UInt = #line
    ) throws -> (fused: Int, plain: Int) {
        var counts = (fused: 0, plain: 0)
        for kernels in availableKernels() {
            let runs = try [true, false].map {
                try LayerRun(
                    network, inputShape: inputShape, rows: rows, learnsInput: learnsInput, isFused: $0,
                    kernels: kernels)
            }
            counts = (runs[0].plan.operations.count, runs[1].plan.operations.count)
            XCTAssertTrue(runs[1].plan.operations.allSatisfy(isPlain), "\(network)", line: line)
            var random = SeededGenerator(seed: seed)
            let input = random.floats(rows * inputShape.count)
            let upstream = random.floats(rows * runs[0].plan.output.shape.count)
            let parameters = runs[0].randomParameters(&random)
            for sibling in [nil, 0.4] as [Float?] {
                let results = runs.map {
                    $0.run(
                        input: input, outputGradient: upstream, parameters: parameters, addingTo: sibling)
                }
                func compare(_ found: [Float], _ expected: [Float], _ what: String) {
                    if let gradientTolerance {
                        assertClose(
                            found, expected.map(Double.init), tolerance: gradientTolerance, "\(network) \(what)",
                            line: line)
                    } else {
                        assertSameBits(found, expected, "\(kernels.name) \(network) \(what)", line: line)
                    }
                }
                assertSameBits(
                    results[0].output, results[1].output, "\(kernels.name) \(network) output", line: line)
                compare(results[0].inputGradient, results[1].inputGradient, "input")
                for (name, gradient) in results[1].gradients { compare(results[0].gradients[name]!, gradient, name) }
            }
        }
        return counts
    }

    private func isPlain(_ operation: any Networks.Operation) -> Bool {
        if let operation = operation as? any SummingOperation, operation.addend != nil { return false }
        if let operation = operation as? any DifferentiatingOperation, operation.inputActivation != .identity {
            return false
        }
        guard let operation = operation as? any ActivatedOperation else { return true }
        return operation.activation == .identity && !operation.isGradientHandedOver
    }

    private let activations: [any Layer] = [
        ReLU(), LeakyReLU(slope: 0.2), Sigmoid(), Tanh(), GELU(), SiLU(),
    ]

    func testActivationsAfterEveryLayerThatCanApplyThem() throws {
        for activation in activations {
            let isFused = !(activation is GELU || activation is SiLU)
            let vectors: [any Layer] = [Linear(19), BatchNormalization(), LayerNormalization(), GroupNormalization(5)]
            for layer in vectors {
                let counts = try assertSameBitsUnfused(
                    Network([layer, activation, Linear(3), activation]), inputShape: [10])
                XCTAssertEqual(counts.plain - counts.fused, isFused ? 2 : 0, "\(layer) \(activation)")
            }
            let images: [any Layer] = [
                Convolution(18, kernel: 3, padding: .same), Convolution(6, kernel: 2, stride: 2, groups: 2),
                Convolution(4, kernel: 3, padding: .same, groups: 4), Convolution(5, kernel: 1), BatchNormalization(),
                GroupNormalization(2), LayerNormalization(),
            ]
            for layer in images {
                for next in [MaxPool(2), Convolution(3, kernel: 2), AveragePool(2)] as [any Layer] {
                    let counts = try assertSameBitsUnfused(
                        Network([layer, activation, next, GlobalAveragePool()]), inputShape: [5, 6, 4])
                    XCTAssertEqual(counts.plain - counts.fused, isFused ? 1 : 0, "\(layer) \(activation) \(next)")
                }
            }
            try assertSameBitsUnfused(
                Network([Convolution1D(7, kernel: 3), activation, MaxPool1D(2), Upsample1D(2)]), inputShape: [9, 2])
        }
    }

    func testActivationsWhereNothingIsFused() throws {
        for activation in activations {
            let network = Network([
                Linear(7), Dropout(0.3), activation, Softmax(), activation, Reshape([7, 1]), Flatten(), activation,
            ])
            let counts = try assertSameBitsUnfused(network, inputShape: [5])
            XCTAssertEqual(counts.plain, counts.fused)
        }
    }

    func testResidualSums() throws {
        let pixels = Network { Convolution(3, kernel: 1) }
        let normalized = Network {
            Convolution(3, kernel: 3, padding: .same, bias: false)
            BatchNormalization(epsilon: 0.1)
        }
        for activation in activations {
            for (branch, projection) in [
                (pixels, nil), (normalized, nil), (normalized, normalized), (pixels, normalized),
                (Network { Convolution(3, kernel: 3, padding: .same, groups: 3) }, pixels),
                (Network { GroupNormalization(3) }, nil), (Network(pixels.layers + [activation]), nil),
                (Network {}, nil), (Network {}, pixels),
            ] as [(Network, Network?)] {
                let block = Residual(branch, projection: projection)
                try assertSameBitsUnfused(
                    Network([block, activation, block, activation, GlobalAveragePool(), Linear(2)]),
                    inputShape: [4, 5, 3], learnsInput: false)
                try assertSameBitsUnfused(Network([block, activation, block]), inputShape: [4, 5, 3])
            }
            try assertSameBitsUnfused(
                Network([Residual(Network { Linear(5) }), activation, Residual(Network { Linear(5, bias: false) })]),
                inputShape: [5])
        }
        let counts = try assertSameBitsUnfused(
            Network([Residual(normalized, projection: pixels), ReLU()]), inputShape: [4, 5, 3])
        XCTAssertEqual(counts.plain - counts.fused, 2, "the sum and the rectifier")
    }

    func testAnActivationThatSeveralOperationsRead() throws {
        for activation in activations {
            try assertSameBitsUnfused(
                Network([
                    Linear(6), activation, Residual(Network([activation, Linear(6), activation])), activation,
                    Concatenate(Network { Linear(2) }, Network {}, Network([activation])), Linear(3),
                ]), inputShape: [4])
            try assertSameBitsUnfused(
                Network([
                    Convolution(4, kernel: 3, padding: .same), activation,
                    Concatenate(
                        Network { MaxPool(3, stride: 3) },
                        Network([Convolution(3, kernel: 3, stride: 3), activation]), Network { AveragePool(3) }),
                    activation,
                ]), inputShape: [6, 6, 2])
        }
    }

    func testModels() throws {
        try assertSameBitsUnfused(Network { ResNet(depth: 8, width: 3) }, inputShape: [9, 8, 2], rows: 2)
        try assertSameBitsUnfused(Network { LeNet5(classes: 3) }, inputShape: [28, 28], rows: 2)
        try assertSameBitsUnfused(
            Network { SmallCNN(classes: 3, batchNormalization: true) }, inputShape: [8, 8], rows: 2)
    }

    func testRandomNetworks() throws {
        for seed in 0..<150 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let width = Int.random(in: 1...20, using: &random)
            let network = randomNetwork(width: width, &random)
            let counts = try assertSameBitsUnfused(
                network, inputShape: [width], seed: seed, learnsInput: seed.isMultiple(of: 2))
            XCTAssertLessThanOrEqual(counts.fused, counts.plain)
        }
    }

    func testOverlappingMaximaAfterACurvedActivationAreTheOneException() throws {
        for (activation, tolerance) in [(ReLU(), nil), (Tanh(), 1e-6), (Sigmoid(), 1e-6)] as [(any Layer, Double?)] {
            try assertSameBitsUnfused(
                Network([Convolution(4, kernel: 3), activation, MaxPool(3, stride: 1)]), inputShape: [7, 8, 2],
                gradientTolerance: tolerance)
        }
    }
}
