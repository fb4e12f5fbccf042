/// Constants at a fixed address, so that reading one costs a load and no reference counting.
/// `@unchecked Sendable`: never written after `init`.
final class FixedTable<Element: Sendable>: @unchecked Sendable {
    let pointer: UnsafePointer<Element>
    private let count: Int
    private let storage: UnsafeMutableBufferPointer<Element>

    init(_ elements: [Element]) {
        storage = .allocate(capacity: max(elements.count, 1))
        count = elements.count
        _ = storage.initialize(from: elements)
        pointer = UnsafePointer(storage.baseAddress!)
    }

    deinit {
        UnsafeMutablePointer(mutating: pointer).deinitialize(count: count)
        storage.deallocate()
    }
}
