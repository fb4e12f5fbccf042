/// One step of stochastic gradient descent, as in PyTorch's `SGD` (dampening 0):
///
///     g = gradientScale · gradient + weightDecay · p
///     v = momentum · v + g
///     p = p − learningRate · (nesterov ? g + momentum · v : v)
///
/// Without velocity, g takes the place of v.
@frozen
public struct SGDStep: Sendable, Equatable {
    public var learningRate: Float
    public var momentum: Float
    public var weightDecay: Float
    public var gradientScale: Float
    public var nesterov: Bool

    @inlinable
    public init(
        learningRate: Float, momentum: Float = 0, weightDecay: Float = 0, gradientScale: Float = 1,
        nesterov: Bool = false
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.gradientScale = gradientScale
        self.nesterov = nesterov
    }
}

/// One step of Adam (Kingma and Ba, 2015) or AdamW (Loshchilov and Hutter, 2019), as in PyTorch:
///
///     g = gradientScale · gradient + (decoupled ? 0 : weightDecay · p)
///     m = m + (1 − beta1) · (g − m)
///     v = beta2 · v + (1 − beta2) · g²
///     p = (decoupled ? 1 − learningRate · weightDecay : 1) · p
///         − learningRate / biasCorrection1 · m / (√v / √biasCorrection2 + epsilon)
///
/// The bias corrections after t steps are 1 − beta1ᵗ and 1 − beta2ᵗ.
///
/// LAMB (You et al. 2019, arXiv:1904.00962, algorithm 2) has the same moments, without weight decay in g, and the
/// direction
///
///     u = m / biasCorrection1 / (√v / √biasCorrection2 + epsilon) + weightDecay · p
///
/// along which a parameter then moves by learningRate · ‖p‖ / ‖u‖.
@frozen
public struct AdamStep: Sendable, Equatable {
    public var learningRate: Float
    public var beta1: Float
    public var beta2: Float
    public var epsilon: Float
    public var weightDecay: Float
    public var gradientScale: Float
    public var biasCorrection1: Float
    public var biasCorrection2: Float
    public var decoupled: Bool

    @inlinable
    public init(
        learningRate: Float, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0,
        gradientScale: Float = 1, biasCorrection1: Float, biasCorrection2: Float, decoupled: Bool = false
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.gradientScale = gradientScale
        self.biasCorrection1 = biasCorrection1
        self.biasCorrection2 = biasCorrection2
        self.decoupled = decoupled
    }
}
