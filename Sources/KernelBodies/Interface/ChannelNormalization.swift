/// How channels are normalized: y = (x - mean) · (scale · inverse) + offset, with one of each for a channel.
@frozen
public struct ChannelNormalization {
    public var mean: UnsafePointer<Float>
    /// One over the standard deviation.
    public var inverse: UnsafePointer<Float>
    public var scale: UnsafePointer<Float>
    public var offset: UnsafePointer<Float>

    @inlinable
    public init(
        mean: UnsafePointer<Float>, inverse: UnsafePointer<Float>, scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>
    ) {
        self.mean = mean
        self.inverse = inverse
        self.scale = scale
        self.offset = offset
    }
}
