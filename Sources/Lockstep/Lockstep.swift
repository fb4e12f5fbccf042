@_exported import Datasets
@_exported import Kernels
@_exported import Networks
@_exported import Parallel
@_exported import Training
