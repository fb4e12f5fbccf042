import Glibc

/// Into what blocks the matrix product cuts its dimensions, so that each loop reuses what lies in one cache.
///
/// The names are those of Van Zee and van de Geijn, "BLIS: A framework for rapidly instantiating BLAS functionality"
/// (TOMS 2015). No size shows in the bits.
@usableFromInline
package struct BlockSizes: Sendable {
    /// The most steps of k in a block.
    @usableFromInline
    package let kc: Int
    /// The most floats of a packed block of A.
    @usableFromInline
    package let aCount: Int
    /// Columns of the block of B that one block of A after the other passes over; a multiple of NR.
    @usableFromInline
    package let nc: Int

    /// Blocks of given sizes.
    @usableFromInline
    package init(kc: Int, aCount: Int, nc: Int) {
        self.kc = kc
        self.aCount = aCount
        self.nc = nc
    }

    /// Blocks that suit the caches.
    ///
    /// - **KC.** A tile costs a fixed 60 to 150 cycles besides its multiply-adds, MR · NR a step of k, so the deeper
    ///   the better: from 320 to 784 a product gained 3% on Zen 3. Deep panels leave the first-level cache, which costs
    ///   nothing: a step of k reads MR + NR floats, 88 bytes in 6 cycles for AVX2 and 176 in 12 for AVX-512, under half
    ///   of the 32 or 64 bytes a cycle that the second level delivers. A KC × NR panel of B gets an eighth of that.
    /// - **MC.** The block of A gets half of the second level, of which each step of loop 2 rereads all. B is read from
    ///   the third level or memory once for each such block: 4 bytes for 2·MC operations, 3 GB/s at 100 GFLOP/s and
    ///   MC = 64.
    /// - **NC.** The block of B gets a quarter of the third level, which others share.
    ///
    /// With second levels of 256 KiB, 512 KiB and 1 MiB and NR = 16, KC is 512, 1024 and 1024, and the block of A at
    /// that depth has at most 64, 64 and 128 rows: MC is 60, 60 and 126 with an MR of 6.
    @usableFromInline
    package init(caches: CacheSizes, nr: Int) {
        let float = MemoryLayout<Float>.stride
        kc = min(caches.level2 / 8 / (nr * float), 1024)
        aCount = caches.level2 / 2 / float
        nc = max(caches.level3 / 4 / (kc * float) / nr, 8) * nr
    }

    /// KC for a product of this depth: blocks of even depth, 784 as 2 × 392 and not 512 + 272.
    @inlinable @inline(__always)
    func depth(k: Int) -> Int { k <= kc ? k : Self.even(k, limit: kc) }

    /// MC for blocks of this depth: blocks of as even a number of rows as multiples of MR allow.
    @inlinable @inline(__always)
    func rows(m: Int, depth: Int, mr: Int) -> Int {
        let panels = max((m + mr - 1) / mr, 1)
        if panels * mr * depth <= aCount { return panels * mr }
        return Self.even(panels, limit: max(aCount / (depth * mr), 1)) * mr
    }

    /// The largest of the parts of `count` that are as even and as few as can be, none larger than `limit`.
    @inlinable @inline(__always)
    static func even(_ count: Int, limit: Int) -> Int {
        let parts = (count + limit - 1) / limit
        return (count + parts - 1) / parts
    }
}

/// Bytes of the data caches that one core sees.
@usableFromInline
package struct CacheSizes: Sendable, Equatable {
    /// Bytes of the second level, which is the core's own.
    @usableFromInline
    package let level2: Int
    /// Bytes of the third level, which several cores share.
    @usableFromInline
    package let level3: Int

    /// Sizes out of range, such as the zeros of a machine that does not tell, count as the nearest in it.
    @usableFromInline
    package init(level2: Int, level3: Int) {
        self.level2 = min(max(level2, 256 << 10), 4 << 20)
        self.level3 = min(max(level3, 2 << 20), 64 << 20)
    }

    /// What the operating system says of this machine.
    @usableFromInline
    package static let machine = CacheSizes(
        level2: sysconf(Int32(_SC_LEVEL2_CACHE_SIZE)), level3: sysconf(Int32(_SC_LEVEL3_CACHE_SIZE)))
}
