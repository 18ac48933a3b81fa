import Tensor

/// The features of nodes, n x f, as a dense matrix or as a sparse one that is never made dense: bags
/// of words have thousands of columns and a few dozen non-zeros a row.
///
/// A layer needs them for products alone: X W and its gradient X^T dY.
public enum NodeFeatures<S: Scalar>: Sendable, Equatable {
  /// Every number is stored.
  case dense(Matrix<S>)
  /// Non-zeros alone are stored.
  case sparse(CSRMatrix<S>)

  /// The number of nodes, n.
  public var rows: Int {
    switch self {
    case .dense(let x): x.rows
    case .sparse(let x): x.rows
    }
  }

  /// The number of features of a node, f.
  public var columns: Int {
    switch self {
    case .dense(let x): x.columns
    case .sparse(let x): x.columns
    }
  }

  /// Whether zeros are left out.
  public var isSparse: Bool {
    if case .sparse = self { true } else { false }
  }

  /// X W, n x d, for W of f x d.
  public func product(_ w: Matrix<S>) -> Matrix<S> {
    switch self {
    case .dense(let x): .product(x, w)
    case .sparse(let x): x.product(w)
    }
  }

  /// X^T dY, f x d, for dY of n x d: the gradient of W where dY is that of X W.
  public func transposedProduct(_ dY: Matrix<S>) -> Matrix<S> {
    switch self {
    case .dense(let x): .product(x, dY, transposing: .left)
    case .sparse(let x): x.transposedProduct(dY)
    }
  }

  /// Inverted dropout: each number is 0 with the given probability p and else divided by 1 - p. Of
  /// sparse features the non-zeros alone are drawn for: zeros stay what they are either way.
  public func dropped(probability: S, stream: RandomStream) -> NodeFeatures {
    switch self {
    case .dense(let x): .dense(dropout(x, probability: probability, stream: stream))
    case .sparse(let x):
      .sparse(
        x.replacingValues(
          with: dropout(
            Matrix(1, x.count, x.value), probability: probability, stream: stream
          ).elements))
    }
  }

  /// The numbers with zeros filled in, for features of few columns.
  public var filled: Matrix<S> {
    switch self {
    case .dense(let x): x
    case .sparse(let x): x.filled()
    }
  }

  /// The features of some nodes, in the order of the list.
  package func gatheredRows(_ nodes: [Int]) -> NodeFeatures {
    switch self {
    case .dense(let x): .dense(x.gatheredRows(nodes))
    case .sparse(let x): .sparse(x.gatheredRows(nodes))
    }
  }

  /// Features of several graphs, one below the other; all dense or all sparse.
  static func stacked(_ parts: [NodeFeatures]) -> NodeFeatures {
    guard parts.contains(where: \.isSparse) else {
      return .dense(.stacked(parts.map(\.filled)))
    }
    return .sparse(
      .stacked(
        parts.map {
          guard case .sparse(let x) = $0 else {
            preconditionFailure("dense beside sparse features")
          }
          return x
        }))
  }

  /// The same numbers in another precision.
  ///
  /// - Throws: ``CSRMatrixError`` for a sparse number that is too large for it.
  public func converted<T: Scalar>(to type: T.Type = T.self) throws -> NodeFeatures<T> {
    switch self {
    case .dense(let x): .dense(x.converted())
    case .sparse(let x): .sparse(try x.converted())
    }
  }
}
