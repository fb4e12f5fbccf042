import CSystem

/// One register of floats, as the matrix product uses it. Elementwise kernels use `SIMD16<Float>` on every machine.
///
/// The operators of the standard library are concrete for each `SIMDn`, but loops over lanes when called through a
/// generic parameter; this protocol brings the concrete ones into generic code.
@usableFromInline
package protocol FloatVector {
    /// Lanes.
    static var width: Int { get }
    /// Puts one value into every lane.
    init(repeating value: Float)
    /// `width` floats from any address of a float.
    static func load(_ source: UnsafePointer<Float>) -> Self
    /// Writes `width` floats to any address of a float.
    func store(_ destination: UnsafeMutablePointer<Float>)
    /// a · b + self, rounded once in each lane.
    func addingProduct(_ a: Self, _ b: Self) -> Self
    /// self + other.
    func adding(_ other: Self) -> Self
    /// Zero where a lane is below it; NaN stays. One maximum instruction on x86, a comparison and a selection on Arm.
    func raisedToZero() -> Self
    /// Zero where a lane of `saved` is at most zero; a lane beside NaN stays.
    func zeroed(whereAtMostZero saved: Self) -> Self
}

extension SIMD4<Float>: FloatVector {
    @inlinable @inline(__always) package static var width: Int { 4 }

    @inlinable @inline(__always)
    package static func load(_ source: UnsafePointer<Float>) -> Self {
        UnsafeRawPointer(source).loadUnaligned(as: Self.self)
    }

    @inlinable @inline(__always)
    package func store(_ destination: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(destination).storeBytes(of: self, as: Self.self)
    }

    @inlinable @inline(__always)
    package func adding(_ other: Self) -> Self { self + other }

    @inlinable @inline(__always)
    package func raisedToZero() -> Self { lockstep_raise_4(self) }

    @inlinable @inline(__always)
    package func zeroed(whereAtMostZero saved: Self) -> Self { lockstep_mask_4(self, saved) }
}

extension SIMD8<Float>: FloatVector {
    @inlinable @inline(__always) package static var width: Int { 8 }

    @inlinable @inline(__always)
    package static func load(_ source: UnsafePointer<Float>) -> Self {
        UnsafeRawPointer(source).loadUnaligned(as: Self.self)
    }

    @inlinable @inline(__always)
    package func store(_ destination: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(destination).storeBytes(of: self, as: Self.self)
    }

    @inlinable @inline(__always)
    package func adding(_ other: Self) -> Self { self + other }

    @inlinable @inline(__always)
    package func raisedToZero() -> Self { lockstep_raise_8(self) }

    @inlinable @inline(__always)
    package func zeroed(whereAtMostZero saved: Self) -> Self { lockstep_mask_8(self, saved) }
}

extension SIMD16<Float>: FloatVector {
    @inlinable @inline(__always) package static var width: Int { 16 }

    @inlinable @inline(__always)
    package static func load(_ source: UnsafePointer<Float>) -> Self {
        UnsafeRawPointer(source).loadUnaligned(as: Self.self)
    }

    @inlinable @inline(__always)
    package func store(_ destination: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(destination).storeBytes(of: self, as: Self.self)
    }

    @inlinable @inline(__always)
    package func adding(_ other: Self) -> Self { self + other }

    @inlinable @inline(__always)
    package func raisedToZero() -> Self { raised(to: 0) }

    @inlinable @inline(__always)
    package func zeroed(whereAtMostZero saved: Self) -> Self { replaced(by: 0, where: saved.isAtMost(0)) }
}
