/// Windows over images of shape `[rows, columns, channels]`, for pooling.
@frozen
public struct PoolWindow: Sendable, Equatable {
    /// One dimension: output o has the window over inputs `o · stride - before ..< o · stride - before + size`, or as
    /// much of it as is on the image. Every window must have a part there.
    @frozen
    public struct Axis: Sendable, Equatable {
        public var input: Int
        public var output: Int
        public var size: Int
        public var stride: Int
        public var before: Int

        @inlinable
        public init(input: Int, output: Int, size: Int, stride: Int, before: Int) {
            self.input = input
            self.output = output
            self.size = size
            self.stride = stride
            self.before = before
        }

        /// Whether windows lie side by side and leave nothing out.
        @inlinable @inline(__always)
        var isTiled: Bool { size == stride && before == 0 && output * size == input }

        /// The inputs that the window of an output covers.
        @inlinable @inline(__always)
        func inputs(of output: Int) -> (first: Int, end: Int) {
            let first = output * stride - before
            return (max(first, 0), min(first + size, input))
        }
    }

    public var rows: Axis
    public var columns: Axis
    public var channels: Int

    @inlinable
    public init(rows: Axis, columns: Axis, channels: Int) {
        self.rows = rows
        self.columns = columns
        self.channels = channels
    }

    @inlinable
    public var inputCount: Int { rows.input * columns.input * channels }

    @inlinable
    public var outputCount: Int { rows.output * columns.output * channels }

    /// Whether windows lie side by side and leave nothing of the image out.
    @inlinable
    var isTiling: Bool {
        rows.isTiled && columns.isTiled
    }
}
