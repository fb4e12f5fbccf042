@_exported import Batches
@_exported import Checkpoints
@_exported import Datasets
/// Lockstep trains neural networks on every core of a machine, with the same bits for any number of workers.
///
/// This module is the library's face: `import Lockstep` is all that a program needs to describe networks, load data
/// sets, train, stop, resume, evaluate and read or write checkpoints.
///
///     import Lockstep
///
///     let configuration = Configuration(
///         dataset: DatasetDescription(path: "datasets/digits.h5"),
///         network: Network {
///             Flatten()
///             Linear(64)
///             ReLU()
///             Linear(10)
///         })
///     let run = try TrainingRun(configuration, directory: "runs/mine")
///     let outcome = try run.train()
@_exported import Gradients
@_exported import HDF5
@_exported import Images
@_exported import Kernels
@_exported import Networks
@_exported import Optimization
@_exported import StrictCoding
@_exported import Timelines
@_exported import Training
@_exported import Workers
