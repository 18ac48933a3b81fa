import Graph
import Tensor

/// A kernel that is given by its formula: k(x, y) = f(u), where u is the inner product of x and y or
/// their squared distance.
///
/// One type serves objectives of edges (``SimilarityKernel/function(_:)``), of any two nodes
/// (``GlobalSimilarity/function(_:ofDirections:)``) and of channels
/// (``DiscrepancyKernel/function(_:)``). Values and slopes are computed in double precision, one by
/// one, which is slower than the kernels that are built in.
public protocol KernelFunction: Hashable, Sendable {
  /// What u is.
  var argument: KernelArgument { get }
  /// f(u).
  func value(_ u: Double) -> Double
  /// f'(u), of which the backward pass is made.
  func slope(_ u: Double) -> Double
}

/// What a ``KernelFunction`` is a function of.
public enum KernelArgument: Sendable {
  /// x . y
  case innerProduct
  /// ||x - y||^2
  case squaredDistance
}

/// Any kernel function, as a value that can be compared.
///
/// What it holds can be sent: a ``KernelFunction`` can.
public struct AnyKernelFunction: @unchecked Sendable, Hashable {
  let argument: KernelArgument
  private let value: (Double) -> Double
  private let slope: (Double) -> Double
  private let identity: AnyHashable

  /// The function as such.
  public init<Function: KernelFunction>(_ function: Function) {
    argument = function.argument
    value = function.value
    slope = function.slope
    identity = AnyHashable(function)
  }

  /// Whether both are of one type and equal.
  public static func == (a: AnyKernelFunction, b: AnyKernelFunction) -> Bool {
    a.identity == b.identity
  }

  /// That of the function.
  public func hash(into hasher: inout Hasher) { hasher.combine(identity) }

  /// f of every element of u, and the backward pass dU = dY f'(u).
  func forward<S>(
    _ u: Matrix<S>
  ) -> (values: Matrix<S>, backward: (Matrix<S>) -> Matrix<S>) {
    func mapped(_ f: (Double) -> Double) -> Matrix<S> {
      Matrix(u.rows, u.columns, u.elements.map { S(f(Double($0))) })
    }
    return (mapped(value), { $0.multipliedElementwise(by: mapped(slope)) })
  }
}
