extension ReferenceKernels {
    package static func sgd(
        parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        velocity: UnsafeMutablePointer<Float>?, count: Int, step: SGDStep
    ) {
        for i in 0..<count {
            let p = parameters[i]
            let g = fma(step.weightDecay, p, gradient[i] * step.gradientScale)
            var direction = g
            if let velocity {
                velocity[i] = fma(step.momentum, velocity[i], g)
                direction = step.nesterov ? fma(step.momentum, velocity[i], g) : velocity[i]
            }
            parameters[i] = fma(-step.learningRate, direction, p)
        }
    }

    package static func adam(
        parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>, count: Int, step: AdamStep
    ) {
        let penalty = step.decoupled ? 0 : step.weightDecay
        let decay = step.decoupled ? 1 - step.learningRate * step.weightDecay : 1
        let stepSize = step.learningRate / step.biasCorrection1
        let rootScale = 1 / step.biasCorrection2.squareRoot()
        for i in 0..<count {
            let p = parameters[i]
            let g = fma(penalty, p, gradient[i] * step.gradientScale)
            let m = fma(1 - step.beta1, g - firstMoment[i], firstMoment[i])
            let v = fma((1 - step.beta2) * g, g, step.beta2 * secondMoment[i])
            let denominator = fma(v.squareRoot(), rootScale, step.epsilon)
            firstMoment[i] = m
            secondMoment[i] = v
            parameters[i] = fma(-stepSize, m / denominator, p * decay)
        }
    }

    package static func lambDirection(
        parameters: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>, count: Int, step: AdamStep
    ) {
        let scale = 1 / step.biasCorrection1
        let rootScale = 1 / step.biasCorrection2.squareRoot()
        for i in 0..<count {
            let g = gradient[i] * step.gradientScale
            let m = fma(1 - step.beta1, g - firstMoment[i], firstMoment[i])
            let v = fma((1 - step.beta2) * g, g, step.beta2 * secondMoment[i])
            let denominator = fma(v.squareRoot(), rootScale, step.epsilon)
            firstMoment[i] = m
            secondMoment[i] = v
            gradient[i] = fma(step.weightDecay, parameters[i], m * scale / denominator)
        }
    }

    package static func movingAverage(
        _ x: UnsafePointer<Float>, into average: UnsafeMutablePointer<Float>, count: Int, decay: Float
    ) {
        for i in 0..<count { average[i] = fma(1 - decay, x[i] - average[i], average[i]) }
    }
}
