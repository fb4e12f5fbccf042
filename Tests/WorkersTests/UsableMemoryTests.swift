import Workers
import XCTest

final class UsableMemoryTests: XCTestCase {
    func testTheLimitOfAControlGroupIsTheStrictestAboveTheProcess() {
        let second = [
            "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/memory.max": "1000\n",
            "/sys/fs/cgroup/a/b/memory.max": "max\n",
        ]
        XCTAssertEqual(UsableMemory.controlGroupLimit { second[$0] }, 1000)
        let first = [
            "/proc/self/cgroup": "4:memory:/x\n", "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "2000\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        ]
        XCTAssertEqual(UsableMemory.controlGroupLimit { first[$0] }, 2000)
        XCTAssertNil(UsableMemory.controlGroupLimit { _ in nil })
    }

    func testMemoryThatIsTouchedIsResident() {
        let before = UsableMemory.resident
        let bytes = [UInt8](repeating: 1, count: 64 << 20)
        XCTAssertGreaterThan(UsableMemory.resident, before + (60 << 20))
        XCTAssertEqual(bytes.last, 1)
        XCTAssertGreaterThan(UsableMemory.limit.bytes, UsableMemory.resident)
    }
}
