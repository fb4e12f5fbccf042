/// What authors of layers, optimizers and losses need beside `Lockstep`: shapes, values, frames, and the kernels by
/// name.
///
/// A run has the same bits for any number of workers, on any instruction set and after any stop only if its parts keep
/// to it: what they compute may depend on nothing but what they are handed. Not on how many rows are in flight, on
/// addresses, on time, on which thread calls, or on the system's mathematical library (`PortableMath` has functions in
/// its place).

// Kernels: products and elementwise functions with the same bits on every instruction set.
@_exported import enum KernelBodies.Accumulator
@_exported import enum KernelBodies.Activation
@_exported import struct KernelBodies.AdamStep
@_exported import struct KernelBodies.ChannelNormalization
@_exported import enum KernelBodies.Epilogue
@_exported import protocol KernelBodies.KernelTable
@_exported import struct KernelBodies.MatrixView
@_exported import protocol KernelBodies.NormalizationKernels
@_exported import struct KernelBodies.PatchTarget
@_exported import struct KernelBodies.PatchView
@_exported import enum KernelBodies.Philox
@_exported import struct KernelBodies.PoolWindow
@_exported import enum KernelBodies.PortableMath
@_exported import struct KernelBodies.RandomPermutation
@_exported import struct KernelBodies.SGDStep
@_exported import func Kernels.availableKernels
// Layers: what a description becomes.
@_exported import protocol Networks.CollectiveOperation
@_exported import enum Networks.ElementType
@_exported import struct Networks.Frame
@_exported import struct Networks.Graph
@_exported import struct Networks.LayerKinds
@_exported import protocol Networks.Operation
@_exported import struct Networks.PackedWeights
@_exported import struct Networks.Parameter
@_exported import struct Networks.Shape
// Losses.
@_exported import enum Networks.TargetRows
@_exported import enum Networks.TargetSpecification
@_exported import protocol Networks.UnaryOperation
@_exported import struct Networks.Value
@_exported import struct Networks.WeightPacking
// Optimizers and schedules.
@_exported import struct Optimization.OptimizerKinds
@_exported import struct Optimization.Pace
@_exported import struct Optimization.ParameterRange
@_exported import struct Optimization.StepNumbers
@_exported import struct Optimization.TensorNorms
// How descriptions are written in YAML.
@_exported import struct StrictCoding.Tagged
