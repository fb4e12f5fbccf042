/// Lockstep trains neural networks on every core of a machine, with the same bits for any number of workers.
///
/// This module is the library's face: `import Lockstep` is all that a program needs to describe networks, load data
/// sets, train, stop, resume, evaluate, predict, and read or write checkpoints. Whoever writes a layer, an optimizer or
/// a loss imports `LockstepExtending` beside it.
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

// What to train: a configuration, and all that it is made of.
@_exported import struct Batches.Augmentation
// What comes of them.
@_exported import struct Checkpoints.Checkpoint
// Errors.
@_exported import struct Checkpoints.CheckpointError
// Data sets: loaded, imported, converted.
@_exported import struct Datasets.CIFAR10Files
@_exported import enum Datasets.CSVEncoding
@_exported import struct Datasets.CSVOptions
@_exported import class Datasets.Dataset
@_exported import struct Datasets.DatasetArrays
@_exported import struct Datasets.DatasetConversion
@_exported import struct Datasets.DatasetDescription
@_exported import struct Datasets.DatasetError
@_exported import struct Datasets.IDXFiles
@_exported import struct Datasets.ImageImport
@_exported import struct Datasets.ImportedArray
@_exported import struct Datasets.ImportedDataset
@_exported import enum Datasets.ImportedValues
@_exported import enum Datasets.InputArrays
@_exported import struct Datasets.Likeness
// Runs.
@_exported import struct Datasets.LoadingOptions
@_exported import enum Datasets.NormalizationChoice
@_exported import struct Datasets.NormalizationValues
@_exported import struct Datasets.SampleArrays
@_exported import enum Datasets.SampleAxis
@_exported import enum Datasets.Shuffle
@_exported import struct Datasets.ShuffleQuality
@_exported import enum Datasets.Split
@_exported import struct Datasets.SplitDescription
@_exported import struct Datasets.SplitFractions
@_exported import struct Datasets.SyntheticDescription
@_exported import enum Datasets.TargetArrays
@_exported import enum Datasets.TargetChoice
@_exported import enum Datasets.TargetImport
@_exported import enum Datasets.TargetKind
@_exported import struct Datasets.UnreadableImage
@_exported import enum DurableFiles.DurableFileError
@_exported import struct HDF5.FileProblem
@_exported import struct HDF5.HDF5Error
@_exported import struct Images.ImageBackground
@_exported import enum Images.ImageColor
@_exported import struct Images.ImageSize
// Networks.
@_exported import struct Networks.AveragePool
@_exported import struct Networks.AveragePool1D
@_exported import struct Networks.BatchNormalization
@_exported import struct Networks.Concatenate
@_exported import struct Networks.Convolution
@_exported import struct Networks.Convolution1D
@_exported import struct Networks.Dropout
@_exported import struct Networks.Extent
@_exported import struct Networks.Flatten
@_exported import struct Networks.GELU
@_exported import struct Networks.GlobalAveragePool
@_exported import struct Networks.GroupNormalization
@_exported import enum Networks.Initializer
@_exported import protocol Networks.Layer
@_exported import struct Networks.LayerNormalization
@_exported import struct Networks.LeNet5
@_exported import struct Networks.LeakyReLU
@_exported import struct Networks.Linear
@_exported import enum Networks.Loss
@_exported import struct Networks.MaxPool
@_exported import struct Networks.MaxPool1D
@_exported import struct Networks.Network
@_exported import enum Networks.NetworkBuilder
@_exported import struct Kernels.UnavailableInstructionSet
@_exported import enum Networks.NetworkError
@_exported import enum Networks.Padding
@_exported import struct Networks.ReLU
@_exported import struct Networks.ResNet
@_exported import struct Networks.Reshape
@_exported import struct Networks.Residual
@_exported import struct Networks.SiLU
@_exported import struct Networks.Sigmoid
@_exported import struct Networks.SmallCNN
@_exported import struct Networks.Softmax
@_exported import struct Networks.Tanh
@_exported import struct Networks.Upsample
@_exported import struct Networks.Upsample1D
@_exported import struct Networks.Window
@_exported import struct Optimization.Adam
@_exported import struct Optimization.AdamW
@_exported import struct Optimization.LAMB
@_exported import struct Optimization.LARS
@_exported import enum Optimization.LearningRateScaling
@_exported import struct Optimization.MovingAverage
@_exported import protocol Optimization.Optimizer
@_exported import struct Optimization.ParameterGroup
@_exported import struct Optimization.SGD
@_exported import struct Optimization.Schedule
@_exported import struct StrictCoding.InvalidSetting
@_exported import struct StrictCoding.StrictCodingError
@_exported import class Timelines.Timeline
@_exported import struct Training.Configuration
@_exported import struct Training.ConfigurationKinds
@_exported import struct Training.ConfusionCount
@_exported import struct Training.EarlyStopping
@_exported import struct Training.EpochReport
@_exported import struct Training.EvaluationReport
@_exported import struct Training.FileVerification
@_exported import struct Training.FileVerifier
@_exported import struct Training.GradientNoise
@_exported import struct Training.LearningRateFinder
@_exported import struct Training.LearningRateSweep
@_exported import struct Training.LoggingObserver
@_exported import struct Training.MemoryPlan
@_exported import struct Training.ModelParameters
@_exported import enum Training.MonitoredMetric
@_exported import enum Training.ParameterError
@_exported import struct Training.Prediction
@_exported import enum Training.PredictionError
@_exported import struct Training.Predictions
@_exported import struct Training.RunChanges
@_exported import struct Training.RunComparison
@_exported import struct Training.RunDirectory
@_exported import struct Training.RunSummary
@_exported import struct Training.SilentObserver
@_exported import struct Training.StepReport
@_exported import struct Training.TrainedModel
@_exported import enum Training.TrainingDecision
@_exported import enum Training.TrainingError
@_exported import protocol Training.TrainingObserver
@_exported import struct Training.TrainingOutcome
@_exported import class Training.TrainingRun
@_exported import let Training.bitsVersion
@_exported import let Training.lockstepVersion
@_exported import struct Workers.PlacementError
@_exported import struct Workers.ProcessorTopology
@_exported import enum Workers.WorkerCount
