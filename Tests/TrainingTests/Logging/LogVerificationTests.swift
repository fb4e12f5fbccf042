import TestSupport
import XCTest

@testable import Training

final class LogVerificationTests: HDF5TestCase {
    func testTheMetricsOfABranchBeginWithAnyEpoch() throws {
        func problems(_ epochs: String...) throws -> String {
            let rest = String(repeating: ",1", count: MetricsLog.header.filter { $0 == "," }.count)
            let text = ([MetricsLog.header] + epochs.map { $0 + rest }).map { $0 + "\n" }.joined()
            try text.write(toFile: path("metrics.csv"), atomically: true, encoding: .utf8)
            return "\(MetricsLog.verify(try XCTUnwrap(LineFile(path("metrics.csv")))).problems)"
        }
        XCTAssertEqual(try problems("3", "4"), "[]")
        XCTAssertTrue(try problems("3", "5").contains("epoch 4"))
        for first in ["0", "-1", "x", "\(Int.max)"] {
            XCTAssertTrue(try problems(first).contains("an epoch, counted from 1"), first)
        }
    }
}
