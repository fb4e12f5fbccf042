import Foundation

/// The memory that threads begin with, under a limit of address space (`ulimit -v`).
enum ThreadStacks {
    /// Beside its stack a thread has a guard page, and takes memory of its own when it allocates.
    private static let beside = 1 << 20

    /// Whether there is room for so many; true where no limit is set.
    static func haveRoom(count: Int) -> Bool {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(Int.max) else {
            return true
        }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        var stack = 0
        pthread_attr_getstacksize(&attributes, &stack)
        let bytes = count * (stack + beside)
        guard let memory = mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), memory != MAP_FAILED else {
            return false
        }
        munmap(memory, bytes)
        return true
    }
}
