import Graph
import Tensor

/// How alike the features of two neighbours are: SIM(z_i, z_j) of local structure preserving
/// (Yang et al., CVPR 2020, table 1; the Laplacian is the kernel of the authors' code).
public enum SimilarityKernel: Sendable, Equatable {
  /// ||z_i - z_j||^2
  case l2
  /// z_i . z_j
  case linear
  /// (z_i . z_j + offset)^degree
  case poly(degree: Int, offset: Double)
  /// exp(-||z_i - z_j||^2 / (2 sigma^2))
  case rbf(sigma: Double)
  /// exp(-||z_i - z_j||_1 / scale)
  case laplacian(scale: Double)
  /// f of z_i . z_j or of ||z_i - z_j||^2
  case function(AnyKernelFunction)

  /// SIM for every edge, m x 1, of features z, n x d, with the backward pass to z.
  public func forward<S>(
    _ graph: CSRGraph, _ z: Matrix<S>
  ) -> (similarities: Matrix<S>, backward: (Matrix<S>) -> Matrix<S>) {
    let base = edgeSimilarity(graph, z, edgeSimilarityKind)
    func toFeatures(_ dBase: Matrix<S>) -> Matrix<S> {
      edgeSimilarityBackward(graph, input: z, dOutput: dBase, edgeSimilarityKind)
    }
    switch self {
    case .l2, .linear:
      return (base, toFeatures)
    case .poly(let degree, let offset):
      return (
        power(base, offset: S(offset), degree: degree),
        {
          toFeatures(powerBackward(input: base, dOutput: $0, offset: S(offset), degree: degree))
        }
      )
    case .rbf(let sigma):
      return decaying(base, rate: S(1 / (2 * sigma * sigma)), toFeatures)
    case .laplacian(let scale):
      return decaying(base, rate: S(1 / scale), toFeatures)
    case .function(let function):
      let (y, backward) = function.forward(base)
      return (y, { toFeatures(backward($0)) })
    }
  }

  /// exp(-rate base) and its backward pass.
  private func decaying<S>(
    _ base: Matrix<S>, rate: S, _ toFeatures: @escaping (Matrix<S>) -> Matrix<S>
  ) -> (Matrix<S>, (Matrix<S>) -> Matrix<S>) {
    let y = exponential(base, factor: -rate)
    return (y, { toFeatures(exponentialBackward(output: y, dOutput: $0, factor: -rate)) })
  }

  private var edgeSimilarityKind: EdgeSimilarity {
    switch self {
    case .l2, .rbf: .squaredL2
    case .linear, .poly: .dot
    case .laplacian: .l1
    case .function(let kernel):
      switch kernel.argument {
      case .innerProduct: .dot
      case .squaredDistance: .squaredL2
      }
    }
  }
}
