import Workers
import XCTest

final class ControlGroupTests: XCTestCase {
    private func membership(_ text: String) -> (String) -> String? {
        { $0 == "/proc/self/cgroup" ? text : nil }
    }

    func testAGroupComesAfterThoseAboveIt() {
        XCTAssertEqual(
            ControlGroup.folders(readFile: membership("3:cpu:/x\n0::/a/b\n")),
            ["/sys/fs/cgroup", "/sys/fs/cgroup/a", "/sys/fs/cgroup/a/b"])
    }

    func testAControllerOfTheFirstVersionIsFoundAmongThoseItSharesATreeWith() {
        let files = membership("4:cpuset:/no\n3:cpu,cpuacct:/a\n0::/\n")
        XCTAssertEqual(
            ControlGroup.folders(of: "cpu", readFile: files), ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu/a"])
        XCTAssertEqual(ControlGroup.folders(of: "memory", readFile: files), ["/sys/fs/cgroup/memory"])
    }

    func testWithoutAMembershipThereIsTheMount() {
        XCTAssertEqual(ControlGroup.folders { _ in nil }, ["/sys/fs/cgroup"])
        XCTAssertEqual(ControlGroup.folders(readFile: membership("nonsense\n::\n0:\n")), ["/sys/fs/cgroup"])
    }
}
