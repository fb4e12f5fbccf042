extension LayerKinds {
    /// Those that Lockstep has.
    public static let standard = LayerKinds([
        Linear.self, Convolution.self, Convolution1D.self, MaxPool.self, MaxPool1D.self, AveragePool.self,
        AveragePool1D.self, GlobalAveragePool.self, Upsample.self, Upsample1D.self, Flatten.self, Reshape.self,
        Dropout.self, BatchNormalization.self, LayerNormalization.self, GroupNormalization.self, Residual.self,
        Concatenate.self, LeNet5.self, SmallCNN.self, ResNet.self,
        ReLU.self, LeakyReLU.self, Sigmoid.self, Tanh.self, GELU.self, SiLU.self, Softmax.self,
    ])
}
