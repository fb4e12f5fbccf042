/// The kernels of one instruction set.
///
/// A table is a metatype: hold `any KernelTable.Type`, call its static functions. A call costs one witness look-up and
/// no reference counting; nothing below the call asks again which instructions there are.
///
/// Every table gives the same bits. What a function computes is therefore fixed down to the order of its roundings:
///
/// - a product-sum is one chain of fused multiply-adds in increasing index order, for each output element;
/// - a horizontal reduction runs over 16 lanes (lane `l` takes elements `l`, `l + 16`, `l + 32` …, in that order) and
///   folds them lower half with upper half: 8, 4, 2, 1;
/// - transcendental functions are the polynomials of `ScalarMath`.
///
/// `ReferenceKernels` states all of it in plain scalar code and is the oracle of the tests.
///
/// Matrices are row-major and, unless a stride is given, contiguous. No function allocates, keeps a pointer, or writes
/// outside the stated output. Outputs may alias inputs only where that is said. NaN is never hidden: a NaN input gives
/// a NaN output (of any payload). Counts of zero are valid everywhere.
public protocol KernelTable: NormalizationKernels, SendableMetatype {
    /// "avx2", "avx512", "neon", "portable" or "reference".
    static var name: String { get }

    // MARK: Matrix product

    /// Floats in a packed B of shape [k, n]. The layout is private to the table.
    static func packedCount(k: Int, n: Int) -> Int

    /// Writes `b[rows, columns]`, a part of a matrix of shape [k, n], into its packed form.
    ///
    /// Covering the matrix by any set of parts gives the same packed matrix. The caller fills `packed` with zeros once.
    static func pack(
        _ b: MatrixView, k: Int, n: Int, rows: Range<Int>, columns: Range<Int>, into packed: UnsafeMutablePointer<Float>
    )

    /// Floats of scratch memory that one worker needs for either product of this shape, or of one with smaller extents.
    static func workspaceCount(m: Int, n: Int, k: Int) -> Int

    /// C[m, n] = epilogue(start + A[m, k] · B[k, n]), B packed.
    ///
    /// Each element is one chain of fused multiply-adds in increasing k that begins at `start`, which is not `.output`
    /// for the epilogue `.addition`. Rows of C are `cRowStride` apart; elements between them are left alone. C aliases
    /// nothing.
    static func gemm(
        m: Int, n: Int, k: Int, a: MatrixView, packedB: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
        cRowStride: Int, start: Accumulator, epilogue: Epilogue, workspace: UnsafeMutablePointer<Float>
    )

    /// C[m, n] = epilogue(start + A[m, k] · B[k, n]), B of any strides; otherwise like the product with packed B.
    static func gemm(
        m: Int, n: Int, k: Int, a: MatrixView, b: MatrixView, c: UnsafeMutablePointer<Float>, cRowStride: Int,
        start: Accumulator, epilogue: Epilogue, workspace: UnsafeMutablePointer<Float>
    )

    // MARK: Convolution

    /// Floats of scratch memory that a product over patches needs.
    static func patchWorkspaceCount() -> Int

    /// C[m, n] = epilogue(start + A[m, k] · B[k, n]) where the rows of A are patches of an image, B packed.
    ///
    /// Each element is one chain of fused multiply-adds over the runs in order, and within them in increasing depth,
    /// that begins at `start`, which is not `.output` for the epilogue `.addition`. What an epilogue saved lies as C
    /// does. Elements between the rows of C are left alone. C aliases nothing.
    static func gemm(
        _ a: PatchView, n: Int, packedB: UnsafePointer<Float>, c: PatchTarget, start: Accumulator, epilogue: Epilogue,
        workspace: UnsafeMutablePointer<Float>
    )

    /// C[m, c] = epilogue(bias[c] + Σ over taps t of A[m, t][c] · weights[t, c]), a convolution of each channel by
    /// itself.
    ///
    /// A run of a patch is a tap, whose depth is 1: its first element is that of channel 0, and channels follow it.
    /// Each element of C is one chain of fused multiply-adds over the taps in order, which begins at the bias or else
    /// at zero. The epilogue is not `.addition`; what it saved lies as C does. Elements between the rows of C are left
    /// alone. C aliases nothing.
    static func depthwiseProduct(
        _ a: PatchView, channels: Int, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, c: PatchTarget,
        epilogue: Epilogue
    )

    /// dw[t, c] = start + Σ over rows m of A of A[m, t][c] · dy[m, c], a chain of fused multiply-adds over the rows in
    /// order.
    ///
    /// Patches are those of `depthwiseProduct`, with all their taps; dy is contiguous.
    static func depthwiseWeightGradient(
        _ a: PatchView, channels: Int, dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>,
        start: Accumulator
    )

    /// y = the largest element of each window, NaN if there is one.
    static func maxPool(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    )

    /// dx = Σ over windows of dy, at the first element of the window of x that equals y; in the order of the outputs.
    static func maxPoolGradient(
        x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    )

    /// y = (x₀ + x₁ + …) · (1 / n) over the n elements of each window, a chain in their order.
    static func averagePool(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    )

    /// dx = Σ over windows of dy · (1 / n), in the order of the outputs.
    static func averagePoolGradient(
        dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, images: Int, window: PoolWindow
    )

    // MARK: Elementwise

    /// y = activation(x). `y` may be `x`.
    static func activate(
        _ activation: Activation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    )

    /// dx = dy · activation′, where `saved` is the activation's input if `activation.gradientUsesInput`, else its
    /// output. `dx` may be `dy` or `saved`.
    static func activationGradient(
        _ activation: Activation, saved: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, count: Int
    )

    /// y += x.
    static func add(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int)

    /// y = x / (1 − probability) where an element is kept, else 0; x and y are [rows, pixels, columns]. `y` may be `x`.
    ///
    /// A column of a row is kept or dropped for all of its pixels. Whether that is so for (r, c) is a function of seed,
    /// step, layer, `firstRow` + r and c alone, so the same call on the gradient is the backward pass, and rows may be
    /// cut into calls at will. A probability of 1 or more keeps none.
    static func dropout(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, pixels: Int, columns: Int,
        probability: Float, seed: UInt64, step: UInt32, layer: UInt32, firstRow: Int
    )

    // MARK: Reductions

    /// out[c] = start + x[0, c] + x[1, c] + …, a chain in row order; the gradient of a bias.
    static func columnSums(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, start: Accumulator, into out: UnsafeMutablePointer<Float>
    )

    /// The sum of all elements, over 16 lanes.
    static func sum(_ x: UnsafePointer<Float>, count: Int) -> Float

    /// The sum of squares of all elements, over 16 lanes of fused multiply-adds.
    static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Float

    /// x = min(max(x, −limit), limit); NaN stays.
    static func clamp(_ x: UnsafeMutablePointer<Float>, count: Int, limit: Float)

    /// Index of the first infinity or NaN, or `count` if all elements are finite.
    static func firstNonFinite(_ x: UnsafePointer<Float>, count: Int) -> Int

    /// out[i] = sources[0][offset + i] + sources[1][offset + i] + … for i in 0 ..< count, summed in a balanced tree:
    /// (0,1)(2,3)…, then pairs of pairs; an odd one passes up. One to 65,535 sources; `out` may be one of the inputs.
    static func treeSum(
        _ sources: UnsafePointer<UnsafePointer<Float>>, sourceCount: Int, offset: Int, count: Int,
        into out: UnsafeMutablePointer<Float>
    )

    // MARK: Softmax and losses

    /// Each row of y is the softmax of the row of x. `y` may be `x`.
    static func softmax(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)

    /// dx = y · (dy − Σ y·dy) by rows. `dx` may be `dy` or `y`.
    static func softmaxGradient(
        y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int
    )

    /// losses[r] = −Σ q·log softmax(logits), where q is the smoothed and weighted target distribution of the row, as in
    /// PyTorch before the division by the sum of weights: (1 − ε)·w[label]·(−log p[label]) + ε/columns·Σ w[c]·(−log
    /// p[c]).
    ///
    /// `gradient`, when given, receives `scale` times the derivative by the logits and may be `logits`. A label outside
    /// 0 ..< columns makes the loss and the gradient of its row NaN.
    static func softmaxCrossEntropy(
        logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, classWeights: UnsafePointer<Float>?,
        labelSmoothing: Float, rows: Int, columns: Int, scale: Float, losses: UnsafeMutablePointer<Float>,
        gradient: UnsafeMutablePointer<Float>?
    )

    /// `softmaxCrossEntropy` of rows that are mixtures: losses[r] = share·(loss for labels[r]) + (1 − share)·(loss for
    /// otherLabels[r]), share = shares[r], in 0 ... 1. The gradient, NaN and aliasing are as there.
    static func mixedCrossEntropy(
        logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, otherLabels: UnsafePointer<Int32>,
        shares: UnsafePointer<Float>, classWeights: UnsafePointer<Float>?, labelSmoothing: Float, rows: Int,
        columns: Int, scale: Float, losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    )

    /// losses[r] = Σ over the row of −t·log σ(x) − (1 − t)·log(1 − σ(x)), computed from the logits x without overflow.
    /// The derivative, times `scale`, goes to `gradient`, which may be `logits`.
    static func binaryCrossEntropy(
        logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, scale: Float,
        losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    )

    /// losses[r] = Σ (p − t)². The derivative, times `scale`, goes to `gradient`, which may be `predictions`.
    static func squaredError(
        predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, scale: Float,
        losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    )

    /// losses[r] = Σ h(p − t), h(e) = e²/2 where |e| ≤ delta, else delta·(|e| − delta/2). The derivative, times
    /// `scale`, goes to `gradient`, which may be `predictions`.
    static func huber(
        predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, delta: Float, rows: Int, columns: Int,
        scale: Float, losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    )

    /// The column of the largest value of each row, the first of equals. NaN is never the largest; 0 if all are NaN or
    /// −∞.
    static func argmax(_ x: UnsafePointer<Float>, rows: Int, columns: Int, into out: UnsafeMutablePointer<Int32>)

    /// How many columns of each row rank above the label's: those of a larger value, and equal ones of a lower index.
    /// NaN ranks above every number. A label outside 0 ..< columns has rank `columns`.
    static func labelRanks(
        _ x: UnsafePointer<Float>, labels: UnsafePointer<Int32>, rows: Int, columns: Int,
        into out: UnsafeMutablePointer<Int32>
    )

    // MARK: Optimizers

    /// One step of stochastic gradient descent on a block of parameters. `velocity` is nil without momentum.
    static func sgd(
        parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        velocity: UnsafeMutablePointer<Float>?, count: Int, step: SGDStep
    )

    /// One step of Adam or AdamW on a block of parameters.
    static func adam(
        parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>, count: Int, step: AdamStep
    )

    /// The direction of LAMB on a block: updates the moments, and puts the direction in the gradient's place.
    static func lambDirection(
        parameters: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>, count: Int, step: AdamStep
    )

    /// average += (1 − decay) · (x − average), the product and sum rounded once.
    static func movingAverage(
        _ x: UnsafePointer<Float>, into average: UnsafeMutablePointer<Float>, count: Int, decay: Float)

    // MARK: Batches

    /// y[r, c] = fma(x[indices[r], c], scale[c], offset[c]).
    static func gather(
        _ x: UnsafePointer<UInt8>, indices: UnsafePointer<Int32>, rows: Int, columns: Int, scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    )

    /// y[r, c] = fma(x[indices[r], c], scale[c], offset[c]).
    static func gather(
        _ x: UnsafePointer<Float>, indices: UnsafePointer<Int32>, rows: Int, columns: Int, scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    )

    // MARK: Random numbers

    /// out[i] = permutation[first + i] for i in 0 ..< count. The permutation has at most `Int32.max` elements.
    static func permute(
        _ permutation: RandomPermutation, first: Int, count: Int, into out: UnsafeMutablePointer<Int32>
    )

    /// Uniform numbers in [low, high) on a grid of 2²⁴ steps; element i is a function of seed, stream and i.
    static func uniform(
        into y: UnsafeMutablePointer<Float>, count: Int, seed: UInt64, stream: UInt32, low: Float, high: Float
    )

    /// Normal numbers by the method of Box and Muller; element i is a function of seed, stream and i.
    static func normal(
        into y: UnsafeMutablePointer<Float>, count: Int, seed: UInt64, stream: UInt32, mean: Float,
        standardDeviation: Float
    )

    // MARK: The limit of a core

    /// How many floats `multiplyAdd` keeps in registers. It is private to the table.
    static var multiplyAddCount: Int { get }

    /// x[i] += a · b for i in 0 ..< `multiplyAddCount`, `rounds` times over: fused multiply-adds of registers and
    /// nothing else, to measure the most operations a second that a core can do with these instructions.
    static func multiplyAdd(_ a: Float, _ b: Float, into x: UnsafeMutablePointer<Float>, rounds: Int)
}
