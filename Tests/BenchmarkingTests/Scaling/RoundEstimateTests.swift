import XCTest

@testable import Benchmarking

final class RoundEstimateTests: XCTestCase {
    func testTheIntervalOfTenRoundsLeavesOutOneFigureAtEachEnd() {
        let estimate = RoundEstimate([9, 1, 8, 2, 7, 3, 6, 4, 5, 10])
        XCTAssertEqual(estimate.median, 5.5)
        XCTAssertEqual(estimate.lower, 2)
        XCTAssertEqual(estimate.upper, 9)
    }

    /// Ranks and probabilities of published tables of the sign test: 1 - 2·P(B < k).
    func testProbabilitiesAreThoseOfTheBinomialDistribution() {
        let expected: [(rounds: Int, rank: Int, coverage: Double)] = [
            (2, 1, 0.5), (3, 1, 0.75), (5, 1, 0.9375), (6, 1, 0.96875), (8, 1, 0.9921875), (9, 2, 0.9609375),
            (10, 2, 0.978515625), (15, 4, 0.96484375), (20, 6, 0.958610534667969), (50, 18, 0.967161),
        ]
        for (rounds, rank, coverage) in expected {
            XCTAssertEqual(RoundEstimate.rank(rounds: rounds), rank, "\(rounds)")
            XCTAssertEqual(RoundEstimate.coverage(rounds: rounds), coverage, accuracy: 1e-6, "\(rounds)")
        }
    }

    func testAsManyRoundsAsAreAllowedHaveAnInterval() {
        let rank = RoundEstimate.rank(rounds: 1000)
        XCTAssertEqual(rank, 469)
        XCTAssertGreaterThan(RoundEstimate.coverage(rounds: 1000), 0.95)
    }

    func testOneRoundHasNoInterval() {
        let estimate = RoundEstimate([3])
        XCTAssertEqual(estimate.median, 3)
        XCTAssertNil(estimate.lower)
        XCTAssertNil(estimate.upper)
        XCTAssertEqual(RoundEstimate.coverage(rounds: 1), 0)
    }
}
