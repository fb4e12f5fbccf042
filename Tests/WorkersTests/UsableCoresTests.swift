import XCTest

@testable import Workers

final class UsableCoresTests: XCTestCase {
    private func quota(_ files: [String: String]) -> Double? {
        UsableCores.controlGroupQuota { files[$0] }
    }

    func testWithoutControlGroupsThereIsNoQuota() {
        XCTAssertNil(quota([:]))
        XCTAssertNil(quota(["/proc/self/cgroup": ""]))
        XCTAssertNil(quota(["/proc/self/cgroup": "nonsense\n::\n0:\n"]))
    }

    func testVersion2InAContainerIsReadAtTheMount() {
        XCTAssertEqual(
            quota(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "150000 100000\n"]), 1.5)
    }

    func testVersion2IsReadFromTheProcesssOwnGroup() {
        XCTAssertEqual(
            quota([
                "/proc/self/cgroup": "0::/user.slice/job.scope\n",
                "/sys/fs/cgroup/user.slice/job.scope/cpu.max": "400000 100000\n",
            ]), 4)
    }

    func testTheStrictestGroupOnTheWayUpCounts() {
        XCTAssertEqual(
            quota([
                "/proc/self/cgroup": "0::/a/b/c\n",
                "/sys/fs/cgroup/a/b/c/cpu.max": "800000 100000\n", "/sys/fs/cgroup/a/b/cpu.max": "300000 100000\n",
                "/sys/fs/cgroup/a/cpu.max": "max 100000\n",
            ]), 3)
    }

    func testAGroupOfOurOwnPartOfTheTreeFallsBackToTheMount() {
        XCTAssertEqual(
            quota(["/proc/self/cgroup": "0::/docker/0123\n", "/sys/fs/cgroup/cpu.max": "200000 100000\n"]), 2)
    }

    func testMaxAndDamagedFilesAreNoQuota() {
        for text in ["max 100000\n", "", "100000", "a b", "-1 100000", "100000 0", "0 100000", "1 2 3"] {
            XCTAssertNil(quota(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": text]), text)
        }
    }

    func testVersion1InAContainerIsReadAtTheMount() {
        XCTAssertEqual(
            quota([
                "/proc/self/cgroup": "5:memory:/docker/0123\n4:cpu,cpuacct:/docker/0123\n",
                "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "250000\n",
                "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            ]), 2.5)
    }

    func testVersion1IsReadFromTheProcesssOwnGroup() {
        XCTAssertEqual(
            quota([
                "/proc/self/cgroup": "9:cpuset:/other\n4:cpu,cpuacct:/batch/job:7\n1:name=systemd:/init\n",
                "/sys/fs/cgroup/cpu/batch/job:7/cpu.cfs_quota_us": "50000\n",
                "/sys/fs/cgroup/cpu/batch/job:7/cpu.cfs_period_us": "100000\n",
                "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            ]), 0.5)
    }

    func testVersion1WithoutALimitIsNoQuota() {
        XCTAssertNil(
            quota([
                "/proc/self/cgroup": "4:cpu:/\n", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            ]))
    }

    func testThisProcessHasAtLeastOneCore() {
        XCTAssertGreaterThanOrEqual(UsableCores.count, 1)
        XCTAssertEqual(WorkerCount.automatic.resolved, UsableCores.count)
    }

    func testAnExactNumberOfWorkersIsTakenAtItsWord() {
        XCTAssertEqual(WorkerCount.exactly(64).resolved, 64)
        XCTAssertEqual(WorkerCount.exactly(0).resolved, 1)
    }
}
