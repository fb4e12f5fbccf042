import XCTest

@testable import Training

final class RecurringTroubleTests: XCTestCase {
    private let start = ContinuousClock.now

    func testTheSameIsSaidOnceInAnIntervalWithHowOftenItCame() {
        var troubles = RecurringTrouble(interval: .seconds(60))
        XCTAssertEqual(troubles.say("step 1", cause: "full", now: start), "step 1")
        for second in 1..<60 {
            XCTAssertNil(troubles.say("step \(second + 1)", cause: "full", now: start + .seconds(second)))
        }
        XCTAssertEqual(
            troubles.say("step 61", cause: "full", now: start + .seconds(60)),
            "step 61 (and 59 times more since this was said last)")
        XCTAssertNil(troubles.say("step 62", cause: "full", now: start + .seconds(61)))
    }

    func testAnotherCauseIsSaidAtOnce() {
        var troubles = RecurringTrouble()
        XCTAssertNotNil(troubles.say("a", cause: "full", now: start))
        XCTAssertNotNil(troubles.say("b", cause: "no such directory", now: start))
        XCTAssertNil(troubles.say("a", cause: "full", now: start))
    }
}
