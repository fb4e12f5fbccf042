import Kernels
import TestSupport
import XCTest

@testable import Networks

final class InitializerTests: XCTestCase {
    private let count = 40_000
    private let all: [Initializer] = [
        .he(.normal), .he(.uniform), .glorot(.normal), .glorot(.uniform), .lecun(.normal), .lecun(.uniform),
        .normal(standardDeviation: 0.3), .uniform(limit: 0.2), .zeros,
    ]

    private func fill(
        _ initializer: Initializer, seed: UInt64 = 1, stream: UInt32 = 0, count: Int? = nil,
        kernels: any KernelTable.Type = availableKernels()[0]
    ) -> [Float] {
        var values = [Float](repeating: .nan, count: count ?? self.count)
        values.withUnsafeMutableBufferPointer {
            initializer.fill($0, fanIn: 50, fanOut: 150, seed: seed, stream: stream, kernels: kernels)
        }
        return values
    }

    func testMeanAndVarianceAreThoseOfTheSource() {
        let variances: [(Initializer, Double)] = [
            (.he(.normal), 2.0 / 50), (.he(.uniform), 2.0 / 50), (.glorot(.normal), 2.0 / 200),
            (.glorot(.uniform), 2.0 / 200), (.lecun(.normal), 1.0 / 50), (.lecun(.uniform), 1.0 / 50),
            (.normal(standardDeviation: 0.3), 0.09), (.uniform(limit: 0.2), 0.2 * 0.2 / 3),
        ]
        for kernels in availableKernels() {
            for (initializer, variance) in variances {
                let values = fill(initializer, kernels: kernels).map(Double.init)
                let mean = values.reduce(0, +) / Double(count)
                let found = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
                // Five standard errors of each; the variance's is largest for the normal distribution.
                let name = "\(kernels.name) \(initializer)"
                XCTAssertEqual(mean, 0, accuracy: 5 * (variance / Double(count)).squareRoot(), name)
                XCTAssertEqual(found, variance, accuracy: 5 * variance * (2 / Double(count)).squareRoot(), name)
            }
        }
    }

    func testUniformNumbersFillTheirRangeAndStayInIt() {
        let limits: [(Initializer, Double)] = [
            (.he(.uniform), (3 * 2.0 / 50).squareRoot()), (.glorot(.uniform), (3 * 2.0 / 200).squareRoot()),
            (.lecun(.uniform), (3 * 1.0 / 50).squareRoot()), (.uniform(limit: 0.2), 0.2),
        ]
        for kernels in availableKernels() {
            for (initializer, limit) in limits {
                let values = fill(initializer, kernels: kernels)
                let range = -Float(limit)..<Float(limit)
                XCTAssertTrue(values.allSatisfy(range.contains), "\(kernels.name) \(initializer)")
                XCTAssertLessThan(values.min()!, -0.999 * Float(limit), "\(kernels.name) \(initializer)")
                XCTAssertGreaterThan(values.max()!, 0.999 * Float(limit), "\(kernels.name) \(initializer)")
            }
        }
    }

    func testNormalNumbersHaveTails() {
        for kernels in availableKernels() {
            let outside = fill(.normal(standardDeviation: 1), kernels: kernels).count { abs($0) > 2 }
            // 4.55% of a normal distribution.
            XCTAssertEqual(Double(outside) / Double(count), 0.0455, accuracy: 0.005, kernels.name)
        }
    }

    func testSameSeedSameBitsOnEveryTable() {
        for initializer in all {
            let expected = fill(initializer, count: 1_003, kernels: ReferenceKernels.self)
            for kernels in availableKernels() {
                assertSameBits(
                    fill(initializer, count: 1_003, kernels: kernels), expected, "\(kernels.name) \(initializer)")
            }
        }
    }

    func testOtherSeedOrParameterOtherValues() {
        for initializer in all where initializer != .zeros {
            let values = fill(initializer, count: 100)
            for other in [
                fill(initializer, seed: 2, count: 100), fill(initializer, seed: 1 << 40, count: 100),
                fill(initializer, stream: 1, count: 100),
            ] {
                let equal = zip(values, other).count { $0 == $1 }
                XCTAssertLessThan(equal, 5, "\(initializer)")
            }
        }
    }

    func testZerosAreZeros() {
        XCTAssertEqual(fill(.zeros, count: 7), Array(repeating: 0, count: 7))
    }

    func testANetworkIsAFunctionOfItsSeed() throws {
        let network = try CompiledNetwork(
            network: Network {
                Linear(5)
                Linear(5)
            }, loss: .meanSquaredError, inputShape: [5], targets: .values(width: 5))
        func parameters(seed: UInt64, _ kernels: any KernelTable.Type) -> [Float] {
            let buffer = AlignedBuffer(count: network.layout.bufferCount)
            network.initialize(buffer.pointer, seed: seed, kernels: kernels)
            return Array(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
        }
        let expected = parameters(seed: 3, ReferenceKernels.self)
        for kernels in availableKernels() { assertSameBits(parameters(seed: 3, kernels), expected, kernels.name) }
        XCTAssertNotEqual(parameters(seed: 4, ReferenceKernels.self), expected)
        let layout = network.layout
        let weights = layout.parameters.filter(\.isMatrixOperand).map { Array(expected[$0.range]) }
        XCTAssertNotEqual(weights[0], weights[1], "two layers of one shape")
        for bias in layout.parameters where !bias.isMatrixOperand {
            XCTAssertEqual(Array(expected[bias.range]), Array(repeating: 0, count: bias.count))
        }
    }

    func testEveryInitializerIsWrittenAndReadBack() throws {
        for initializer in all { try assertRoundTrips(initializer) }
    }

    func testBareNamesDrawFromTheNormalDistribution() throws {
        XCTAssertEqual(
            try decodeBoth(#"["he", "glorot", "lecun"]"#, as: [Initializer].self),
            Array(repeating: [.he(.normal), .glorot(.normal), .lecun(.normal)], count: 2))
    }

    func testUnknownNamesSuggestTheNearest() {
        assertRefused(
            #"["glorott"]"#, as: [Initializer].self,
            "[0]: unknown initializer 'glorott'; did you mean 'glorot'? "
                + "Choose from: he, glorot, lecun, normal, uniform, zeros, ones")
        assertRefused(
            #"[{"he": "unifrom"}]"#, as: [Initializer].self,
            "[0].he: unknown distribution 'unifrom'; did you mean 'uniform'? Choose from: normal, uniform")
        assertRefused(
            #"["normal"]"#, as: [Initializer].self, "[0]: 'normal' needs a value: write {normal: …}")
        assertRefused(#"[{"zeros": 1}]"#, as: [Initializer].self, "[0]: 'zeros' takes no value: write zeros alone")
    }
}
