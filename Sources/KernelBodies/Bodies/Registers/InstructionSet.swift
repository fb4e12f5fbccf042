/// What a machine's registers and caches mean for the matrix product; all other kernels are the same everywhere.
///
/// A conforming type is a whole table of kernels: the bodies are extensions of this protocol, always inlined, so that
/// they are compiled in the module of the conforming type with that module's instruction set. Each conforming type
/// must live in one such module only. That keeps every specialization's symbol, which the linker would merge with any
/// other of its name, apart from those of other instruction sets.
@usableFromInline
package protocol InstructionSet: KernelTable {
    /// One register.
    associatedtype Vector: FloatVector
    /// MR × NR floats: the tile of C that stays in registers.
    associatedtype Tile: RegisterTile where Tile.Register == Vector
    /// 4 × NR floats, for the last rows of C.
    associatedtype LowRegisters: RegisterTile where LowRegisters.Register == Vector
    /// MR × NR / 2 floats, for the last columns of C.
    associatedtype NarrowRegisters: RegisterTile where NarrowRegisters.Register == Vector
    /// 12 × NR / 2 floats, for few filters of a convolution.
    associatedtype SlimRegisters: RegisterTile where SlimRegisters.Register == Vector
    /// 12 × 8 floats, for fewer yet; in registers of 8 lanes where `Vector` has more.
    associatedtype ThinRegisters: RegisterTile = SlimRegisters
    /// 8 × 8 floats, likewise.
    associatedtype LowThinRegisters: RegisterTile = LowRegisters

    /// Rows of the tile; at least 4.
    static var mr: Int { get }
    /// Columns of the tile; a multiple of 16.
    static var nr: Int { get }
    /// The blocks of the matrix product.
    static var blocks: BlockSizes { get }
}

extension InstructionSet {
    /// Rows of the tile for the last rows. Its eight or more chains of multiply-adds still cover two units of latency
    /// 4.
    @inlinable @inline(__always) static var lowRows: Int { 4 }

    /// Rows of a tile of few columns. With those of the low one, 8, all widths from 12 on that are multiples of 4 come
    /// out even.
    @inlinable @inline(__always) static var slimRows: Int { 12 }

    /// Columns of the thinnest tile.
    @inlinable @inline(__always) static var thinColumns: Int { 8 }
}

/// What a tile covers.
///
/// A type and not two numbers, so that a function that is not inlined has them as constants and unrolls its loops over
/// registers.
@usableFromInline
package protocol TileShape {
    associatedtype Registers: RegisterTile
    /// Rows of C.
    static var rows: Int { get }
    /// Columns of C; a multiple of the register's lanes.
    static var columns: Int { get }
}

/// MR × NR: nearly all of a product.
@usableFromInline
package enum FullTile<Set: InstructionSet>: TileShape {
    @usableFromInline
    package typealias Registers = Set.Tile
    @inlinable @inline(__always) package static var rows: Int { Set.mr }
    @inlinable @inline(__always) package static var columns: Int { Set.nr }
}

/// 4 × NR: the last rows of C.
@usableFromInline
package enum LowTile<Set: InstructionSet>: TileShape {
    @usableFromInline
    package typealias Registers = Set.LowRegisters
    @inlinable @inline(__always) package static var rows: Int { Set.lowRows }
    @inlinable @inline(__always) package static var columns: Int { Set.nr }
}

/// MR × NR / 2: the last columns of C where they are no more than that.
@usableFromInline
package enum NarrowTile<Set: InstructionSet>: TileShape {
    @usableFromInline
    package typealias Registers = Set.NarrowRegisters
    @inlinable @inline(__always) package static var rows: Int { Set.mr }
    @inlinable @inline(__always) package static var columns: Int { Set.nr / 2 }
}

/// 12 × NR / 2: few filters of a convolution.
@usableFromInline
package enum SlimTile<Set: InstructionSet>: TileShape {
    @usableFromInline
    package typealias Registers = Set.SlimRegisters
    @inlinable @inline(__always) package static var rows: Int { Set.slimRows }
    @inlinable @inline(__always) package static var columns: Int { Set.nr / 2 }
}

/// 8 × NR / 2: the last patches of a row for them.
@usableFromInline
package enum LowSlimTile<Set: InstructionSet>: TileShape {
    @usableFromInline
    package typealias Registers = Set.LowRegisters
    @inlinable @inline(__always) package static var rows: Int { 2 * Set.lowRows }
    @inlinable @inline(__always) package static var columns: Int { Set.nr / 2 }
}

/// 12 × 8: the fewest filters, where a register has more lanes than they need.
@usableFromInline
package enum ThinTile<Set: InstructionSet>: TileShape {
    @usableFromInline
    package typealias Registers = Set.ThinRegisters
    @inlinable @inline(__always) package static var rows: Int { Set.slimRows }
    @inlinable @inline(__always) package static var columns: Int { Set.thinColumns }
}

/// 8 × 8: the last patches of a row for them.
@usableFromInline
package enum LowThinTile<Set: InstructionSet>: TileShape {
    @usableFromInline
    package typealias Registers = Set.LowThinRegisters
    @inlinable @inline(__always) package static var rows: Int { 2 * Set.lowRows }
    @inlinable @inline(__always) package static var columns: Int { Set.thinColumns }
}

/// A fixed number of registers that one may index.
@usableFromInline
package protocol RegisterTile {
    associatedtype Register: FloatVector
    /// Puts one register's value into every register.
    init(repeating register: Register)
    /// A register of the tile; only indices that the compiler knows keep the tile in registers.
    subscript(register index: Int) -> Register { get set }
}

extension InlineArray: RegisterTile where Element: FloatVector {
    @inlinable
    package subscript(register index: Int) -> Element {
        @inline(__always) get { self[index] }
        @inline(__always) set { self[index] = newValue }
    }
}
