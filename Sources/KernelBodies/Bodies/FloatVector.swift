/// One register of floats, as the matrix product uses it. Elementwise kernels use `SIMD16<Float>` on every machine.
///
/// The operators of the standard library are concrete for each `SIMDn`, but loops over lanes when called through a
/// generic parameter; this protocol brings the concrete ones into generic code.
public protocol FloatVector {
    static var width: Int { get }
    init(repeating value: Float)
    static func load(_ source: UnsafePointer<Float>) -> Self
    func store(_ destination: UnsafeMutablePointer<Float>)
    /// a · b + self, rounded once in each lane.
    func addingProduct(_ a: Self, _ b: Self) -> Self
}

extension SIMD4<Float>: FloatVector {
    @inlinable @inline(__always) public static var width: Int { 4 }

    @inlinable @inline(__always)
    public static func load(_ source: UnsafePointer<Float>) -> Self {
        UnsafeRawPointer(source).loadUnaligned(as: Self.self)
    }

    @inlinable @inline(__always)
    public func store(_ destination: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(destination).storeBytes(of: self, as: Self.self)
    }
}

extension SIMD8<Float>: FloatVector {
    @inlinable @inline(__always) public static var width: Int { 8 }

    @inlinable @inline(__always)
    public static func load(_ source: UnsafePointer<Float>) -> Self {
        UnsafeRawPointer(source).loadUnaligned(as: Self.self)
    }

    @inlinable @inline(__always)
    public func store(_ destination: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(destination).storeBytes(of: self, as: Self.self)
    }
}

extension SIMD16<Float>: FloatVector {
    @inlinable @inline(__always) public static var width: Int { 16 }

    @inlinable @inline(__always)
    public static func load(_ source: UnsafePointer<Float>) -> Self {
        UnsafeRawPointer(source).loadUnaligned(as: Self.self)
    }

    @inlinable @inline(__always)
    public func store(_ destination: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(destination).storeBytes(of: self, as: Self.self)
    }
}
