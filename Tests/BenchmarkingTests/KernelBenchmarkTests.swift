import Kernels
import XCTest

@testable import Benchmarking

final class KernelBenchmarkTests: XCTestCase {
    private let small = ProductShape.Pass.allCases.map { ProductShape(inputs: 7, outputs: 5, rows: 3, pass: $0) }

    func testEveryKernelOfEveryTableHasFigures() throws {
        for kernels in availableKernels() + [ReferenceKernels.self] {
            let found = KernelBenchmark(kernels: kernels, seconds: 1e-5).run(layers: small, squares: [small[0]])
            XCTAssertEqual(found.instructionSet, kernels.name)
            XCTAssertEqual(found.products.map(\.shape), small + [small[0]])
            for product in found.products {
                XCTAssertGreaterThan(product.gflops, 0, "\(kernels.name), \(product.shape)")
                XCTAssertGreaterThan(product.shareOfPeak, 0, "\(kernels.name), \(product.shape)")
            }
            for stream in found.streams {
                XCTAssertGreaterThan(stream.nanosecondsPerElement, 0, "\(kernels.name), \(stream.kernel)")
                XCTAssertGreaterThan(stream.gigabytesPerSecond, 0, "\(kernels.name), \(stream.kernel)")
            }
            XCTAssertEqual(Set(found.streams.map(\.kernel)).count, found.streams.count, "names are unique")
            XCTAssertEqual(found.medianShareOfPeak, found.products[0..<3].map(\.shareOfPeak).sorted()[1])
            XCTAssertEqual(found.squareShareOfPeak, found.products[3].shareOfPeak)
            XCTAssertGreaterThan(found.memoryGigabytesPerSecond, 0)
        }
    }

    /// A kernel that is declared and not timed would be missing from the figures, and nobody would see it.
    func testEveryKernelOfTheInterfaceIsTimed() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")
        let interface = try String(
            contentsOf: sources.appending(path: "KernelBodies/Interface/KernelTable.swift"), encoding: .utf8)
        let names = Set(interface.matches(of: /static func (\w+)/).map { String($0.1) })
        XCTAssertTrue(names.isSuperset(of: ["gemm", "activate", "normal"]), "\(names)")
        let timing = try [
            "Kernels/LayerProduct", "Kernels/StreamKernels", "Kernels/ImageKernels", "Machine/MultiplyAddLoop",
        ].map {
            try String(contentsOf: sources.appending(path: "Benchmarking/\($0).swift"), encoding: .utf8)
        }.joined()
        XCTAssertEqual(names.filter { !timing.contains("kernels.\($0)(") }.sorted(), [])
    }

    func testBytesAreThoseThatAnElementReadsAndWrites() {
        let streams = StreamKernels(kernels: ReferenceKernels.self).all
        let bytes = Dictionary(uniqueKeysWithValues: streams.map { ($0.name, $0.bytes) })
        let expected = [
            "sum": 4, "softmax of 10": 8, "softmax gradient of 10": 12, "softmax gradient of 500": 12, "huber": 12,
            "adam": 28, "permutation": 4,
        ]
        for (name, count) in expected { XCTAssertEqual(bytes[name], count, name) }
    }

    func testTheFirstLayerOfANetworkHasNoInputGradient() {
        for shape in ProductShape.layers where shape.inputs == 784 {
            XCTAssertNotEqual(shape.pass, .inputGradient)
        }
        XCTAssertTrue(ProductShape.layers.contains { $0.pass == .inputGradient && $0.inputs == 512 })
        XCTAssertEqual(ProductShape.layers.count, 2 * (3 * 3 - 1) * ProductShape.rowCounts.count)
    }

    /// What is timed must be the product that its name says.
    func testProductsAreThoseOfALinearLayer() {
        for shape in small {
            let product = LayerProduct(shape, kernels: availableKernels()[0])
            let reference = LayerProduct(shape, kernels: ReferenceKernels.self)
            for _ in 0..<2 {
                product()
                reference()
            }
            XCTAssertEqual(product.resultValues, reference.resultValues, "\(shape.pass)")
            XCTAssertTrue(product.resultValues.contains { $0 != 0 })
            let count =
                switch shape.pass {
                case .forward: 3 * 5
                case .inputGradient: 3 * 7
                case .weightGradient: 7 * 5
                }
            XCTAssertEqual(product.resultValues.count, count, "\(shape.pass)")
        }
    }
}

extension LayerProduct {
    fileprivate var resultValues: [Float] { Array(UnsafeBufferPointer(start: result.pointer, count: result.count)) }
}
