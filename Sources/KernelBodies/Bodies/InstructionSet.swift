/// What a machine's registers and caches mean for the matrix product; all other kernels are the same everywhere.
///
/// A conforming type is a whole table of kernels: the bodies are extensions of this protocol, always inlined, so that
/// they are compiled in the module of the conforming type with that module's instruction set. Each conforming type
/// must live in one such module only. That keeps every specialization's symbol, which the linker would merge with any
/// other of its name, apart from those of other instruction sets.
///
/// The names of block sizes are those of Van Zee and van de Geijn, "BLIS: A framework for rapidly instantiating BLAS
/// functionality" (TOMS 2015).
public protocol InstructionSet: KernelTable {
    /// One register.
    associatedtype Vector: FloatVector
    /// MR · NR / Vector.width registers.
    associatedtype Tile: RegisterTile where Tile.Register == Vector

    /// Rows of the tile of C that stays in registers.
    static var mr: Int { get }
    /// Columns of that tile; a multiple of 16.
    static var nr: Int { get }
    /// Rows of the block of A that stays in the second-level cache; a multiple of MR.
    static var mc: Int { get }
    /// Depth of the blocks; a KC × NR panel of B stays in the first-level cache.
    static var kc: Int { get }
    /// Columns of the block of B that stays in the last-level cache; a multiple of NR.
    static var nc: Int { get }
}

/// A fixed number of registers that one may index.
public protocol RegisterTile {
    associatedtype Register
    init(repeating register: Register)
    subscript(register index: Int) -> Register { get set }
}

extension InlineArray: RegisterTile where Element: FloatVector {
    @inlinable
    public subscript(register index: Int) -> Element {
        @inline(__always) get { self[index] }
        @inline(__always) set { self[index] = newValue }
    }
}
