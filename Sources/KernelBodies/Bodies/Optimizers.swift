extension InstructionSet {
    @inlinable @inline(never)
    package static func sgd(
        parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        velocity: UnsafeMutablePointer<Float>?, count: Int, step: SGDStep
    ) {
        @inline(__always) func body(i: Int, lanes: Int) {
            let p = Lanes16.load(parameters + i, lanes: lanes)
            let g = Lanes16.fma(p, step.weightDecay, .load(gradient + i, lanes: lanes) * step.gradientScale)
            var direction = g
            if let velocity {
                let v = Lanes16.fma(.load(velocity + i, lanes: lanes), step.momentum, g)
                v.store(velocity + i, lanes: lanes)
                direction = step.nesterov ? .fma(v, step.momentum, g) : v
            }
            Lanes16.fma(direction, -step.learningRate, p).store(parameters + i, lanes: lanes)
        }
        forEach16(count, body)
    }

    @inlinable @inline(never)
    package static func adam(
        parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>, count: Int, step: AdamStep
    ) {
        let penalty = step.decoupled ? 0 : step.weightDecay
        let decay = step.decoupled ? 1 - step.learningRate * step.weightDecay : 1
        let stepSize = step.learningRate / step.biasCorrection1
        let rootScale = 1 / step.biasCorrection2.squareRoot()
        @inline(__always) func body(i: Int, lanes: Int) {
            let p = Lanes16.load(parameters + i, lanes: lanes)
            let g = Lanes16.fma(p, penalty, .load(gradient + i, lanes: lanes) * step.gradientScale)
            let m0 = Lanes16.load(firstMoment + i, lanes: lanes)
            let m = Lanes16.fma(g - m0, 1 - step.beta1, m0)
            let v = Lanes16.fma((1 - step.beta2) * g, g, step.beta2 * .load(secondMoment + i, lanes: lanes))
            let denominator = Lanes16.fma(.squareRoot(v), Lanes16(repeating: rootScale), step.epsilon)
            m.store(firstMoment + i, lanes: lanes)
            v.store(secondMoment + i, lanes: lanes)
            Lanes16.fma(m / denominator, -stepSize, p * decay).store(parameters + i, lanes: lanes)
        }
        forEach16(count, body)
    }

    @inlinable @inline(never)
    package static func lambDirection(
        parameters: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>, count: Int, step: AdamStep
    ) {
        let scale = 1 / step.biasCorrection1
        let rootScale = 1 / step.biasCorrection2.squareRoot()
        @inline(__always) func body(i: Int, lanes: Int) {
            let g = Lanes16.load(gradient + i, lanes: lanes) * step.gradientScale
            let m0 = Lanes16.load(firstMoment + i, lanes: lanes)
            let m = Lanes16.fma(g - m0, 1 - step.beta1, m0)
            let v = Lanes16.fma((1 - step.beta2) * g, g, step.beta2 * .load(secondMoment + i, lanes: lanes))
            let denominator = Lanes16.fma(.squareRoot(v), Lanes16(repeating: rootScale), step.epsilon)
            m.store(firstMoment + i, lanes: lanes)
            v.store(secondMoment + i, lanes: lanes)
            Lanes16.fma(.load(parameters + i, lanes: lanes), step.weightDecay, m * scale / denominator)
                .store(gradient + i, lanes: lanes)
        }
        forEach16(count, body)
    }

    @inlinable @inline(never)
    package static func movingAverage(
        _ x: UnsafePointer<Float>, into average: UnsafeMutablePointer<Float>, count: Int, decay: Float
    ) {
        let share = 1 - decay
        @inline(__always) func body(i: Int, lanes: Int) {
            let old = Lanes16.load(average + i, lanes: lanes)
            Lanes16.fma(.load(x + i, lanes: lanes) - old, share, old).store(average + i, lanes: lanes)
        }
        forEach16(count, body)
    }
}
