import TestSupport
import XCTest

@testable import Benchmarking

final class ScalingLawTests: XCTestCase {
    private let workers = [1, 2, 4, 8, 16]

    private func points(_ coefficients: ScalingCoefficients) -> [(workers: Int, throughput: Double)] {
        workers.map { ($0, coefficients.throughput(workers: Double($0))) }
    }

    func testEveryLawIsFoundAgainInWhatItSays() throws {
        let laws = [
            ScalingCoefficients(law: .amdahl, single: 1000, contention: 0.05),
            ScalingCoefficients(law: .amdahl, single: 3, contention: 0),
            ScalingCoefficients(law: .gustafson, single: 70, contention: 0.2),
            ScalingCoefficients(law: .universal, single: 1e5, contention: 0.03, coherency: 0.0005),
            ScalingCoefficients(law: .universal, single: 1e5, contention: 0, coherency: 0.002),
        ]
        for law in laws {
            let found = try XCTUnwrap(ScalingCoefficients(law.law, fitting: points(law)))
            XCTAssertEqual(found.single, law.single, accuracy: 1e-6 * law.single, "\(law)")
            XCTAssertEqual(found.contention, law.contention, accuracy: 1e-7, "\(law)")
            XCTAssertEqual(found.coherency, law.coherency, accuracy: 1e-9, "\(law)")
        }
    }

    func testTheLawsAreTheirFormulas() {
        let amdahl = ScalingCoefficients(law: .amdahl, single: 2, contention: 0.1)
        XCTAssertEqual(amdahl.throughput(workers: 10), 2 / (0.1 + 0.9 / 10), accuracy: 1e-12)
        XCTAssertEqual(amdahl.limit!, 10, accuracy: 1e-12)
        let gustafson = ScalingCoefficients(law: .gustafson, single: 2, contention: 0.1)
        XCTAssertEqual(gustafson.throughput(workers: 10), 2 * (0.1 + 0.9 * 10), accuracy: 1e-12)
        XCTAssertNil(gustafson.limit)
        let universal = ScalingCoefficients(law: .universal, single: 1, contention: 0.19, coherency: 0.01)
        XCTAssertEqual(universal.throughput(workers: 4), 4 / (1 + 0.19 * 3 + 0.01 * 12), accuracy: 1e-12)
        XCTAssertEqual(universal.bestWorkers!, 9, accuracy: 1e-12)
        for workers in [8.0, 10.0] {
            XCTAssertLessThan(universal.throughput(workers: workers), universal.limit!)
        }
    }

    /// More than linear: nothing is serial, and no number is negative.
    func testThroughputThatGrowsFasterThanWorkersHasNoSerialShare() throws {
        for law in ScalingLaw.allCases {
            let found = try XCTUnwrap(ScalingCoefficients(law, fitting: [(1, 10), (2, 22), (4, 50)]))
            XCTAssertEqual(found.contention, 0, "\(law)")
            XCTAssertEqual(found.coherency, 0, "\(law)")
        }
    }

    func testThroughputThatFallsIsSerialAltogetherToAmdahl() throws {
        let found = try XCTUnwrap(ScalingCoefficients(.amdahl, fitting: [(1, 10), (2, 8)]))
        XCTAssertEqual(found.contention, 1, accuracy: 1e-12)
        let universal = try XCTUnwrap(ScalingCoefficients(.universal, fitting: [(1, 10), (2, 12), (4, 6)]))
        XCTAssertGreaterThan(universal.coherency, 0)
    }

    func testFewerWorkerCountsThanUnknownsAreTooFew() {
        XCTAssertNil(ScalingCoefficients(.amdahl, fitting: [(1, 10)]))
        XCTAssertNil(ScalingCoefficients(.amdahl, fitting: [(2, 10), (2, 11)]))
        XCTAssertNil(ScalingCoefficients(.universal, fitting: [(1, 10), (2, 19)]))
        XCTAssertNotNil(ScalingCoefficients(.universal, fitting: [(1, 10), (2, 19), (3, 27)]))
    }

    /// No step away from the solution, to the sides that are allowed, makes the error smaller.
    func testNonnegativeLeastSquaresAreTheLeast() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let rows = (0..<5).map { _ in (0..<3).map { _ in Double.random(in: -1...1, using: &generator) } }
            let values = (0..<5).map { _ in Double.random(in: -1...1, using: &generator) }
            func error(_ x: [Double]) -> Double {
                zip(rows, values).reduce(0) { sum, row in
                    let residual = zip(row.0, x).reduce(-row.1) { $0 + $1.0 * $1.1 }
                    return sum + residual * residual
                }
            }
            guard let found = nonnegativeLeastSquares(rows: rows, values: values) else {
                // Only when every column points away from the values is nothing, all zeros, the best.
                for column in 0..<3 { XCTAssertLessThan(zip(rows, values).reduce(0) { $0 + $1.0[column] * $1.1 }, 0) }
                continue
            }
            for column in 0..<3 {
                XCTAssertGreaterThanOrEqual(found[column], 0)
                for step in [-1e-4, 1e-4] where found[column] + step >= 0 {
                    var moved = found
                    moved[column] += step
                    XCTAssertGreaterThanOrEqual(error(moved), error(found))
                }
            }
        }
    }
}
