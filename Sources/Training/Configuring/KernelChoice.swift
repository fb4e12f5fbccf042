import Foundation
import Kernels

/// The kernels that this process uses unless it says otherwise.
package func selectKernels() throws -> any KernelTable.Type {
    try selectKernels(environment: ProcessInfo.processInfo.environment)
}
