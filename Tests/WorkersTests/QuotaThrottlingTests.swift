import XCTest

@testable import Workers

final class QuotaThrottlingTests: XCTestCase {
    func testPeriodsOfAGroupAndOfThoseAboveItAreAddedUp() {
        let files = [
            "/proc/self/cgroup": "0::/a/b\n",
            "/sys/fs/cgroup/a/cpu.stat": "usage_usec 7\nnr_periods 9\nnr_throttled 2\nthrottled_usec 5\n",
            "/sys/fs/cgroup/a/b/cpu.stat": "nr_periods 9\nnr_throttled 3\n",
            "/sys/fs/cgroup/c/cpu.stat": "nr_throttled 100\n",
        ]
        XCTAssertEqual(QuotaThrottling.periods { files[$0] }, 5)
    }

    func testTheFirstVersionOfControlGroupsIsReadToo() {
        let files = [
            "/proc/self/cgroup": "4:memory:/m\n3:cpu,cpuacct:/a\n",
            "/sys/fs/cgroup/cpu/a/cpu.stat": "nr_periods 9\nnr_throttled 4\nthrottled_time 5\n",
        ]
        XCTAssertEqual(QuotaThrottling.periods { files[$0] }, 4)
    }

    func testWhereNobodyCountsThereIsNoNumber() {
        XCTAssertNil(QuotaThrottling.periods { _ in nil })
        XCTAssertNil(QuotaThrottling.periods { $0.hasSuffix("cpu.stat") ? "usage_usec 7\n" : nil })
    }
}
