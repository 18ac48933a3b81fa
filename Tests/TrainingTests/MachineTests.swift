import Foundation
import Tensor
import Testing

@testable import Training

/// What is said about the machine.
@Suite struct MachineTests {
  @Test(
    arguments: [
      ("Prescott", "fma avx2 avx512f avx512bw avx512cd avx512dq avx512vl", "SkylakeX"),
      ("Nehalem", "fma avx2 avx512f", "Haswell"), ("Prescott", "fma avx2", "Haswell"),
    ])
  func kernelsOfLongAgoAreAdvisedAgainst(kernels: String, flags: String, better: String) throws {
    let advice = try #require(
      Machine.adviceOnKernels(kernels, flags: Set(flags.split(separator: " "))))
    #expect(advice.contains("kernels for \(kernels)"))
    #expect(advice.contains("OPENBLAS_CORETYPE=\(better) "))
  }

  @Test(arguments: [
    ("SkylakeX", "fma avx2 avx512f"), ("Haswell", "fma avx2"), ("Zen", "fma avx2"),
    ("Prescott", "sse3"), ("Prescott", "avx2"), ("armv8", ""),
  ])
  func nothingIsSaidOfOthers(kernels: String, flags: String) {
    #expect(Machine.adviceOnKernels(kernels, flags: Set(flags.split(separator: " "))) == nil)
  }

  /// The tests, too, start themselves again where OpenBLAS does not know the processor.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] == nil))
  func kernelsFitTheProcessor() {
    #expect(Machine.adviceOnKernels(OpenBLAS.coreName, flags: Machine.processorFlags) == nil)
  }
}
