import Tensor

/// One operator of a framelet transform.
public struct FrameletBand: Sendable, Hashable {
  /// The mask r: 0 is the low pass.
  public let mask: Int
  /// The level l, from 1.
  public let level: Int

  /// The band of a mask and a level.
  public init(mask: Int, level: Int) {
    self.mask = mask
    self.level = level
  }
}

/// The undecimated framelet transform of signals on the nodes of an undirected graph:
///
///     W_(r,l) = g_r(s_l L) g_0(s_(l-1) L) ... g_0(s_1 L),   s_l = s^(-J + l - 1),
///
/// for the masks g_r of a ``FilterBank``, levels l = 1 ... Lev and the ``NormalizedLaplacian`` L. The
/// ``bands`` are the low pass of the last level and all high passes. With exact operators they are
/// a tight frame, sum over bands of W^T W = I, so ``reconstruct(_:)`` undoes ``decompose(_:)``; with
/// Chebyshev polynomials this holds up to the error of the polynomials.
///
/// Each W is a polynomial of the symmetric L and so its own transpose: a band is its own backward
/// pass, and decomposing and reconstructing are each other's.
///
/// Sources: X. Zheng et al., "How framelets enhance graph neural networks", ICML 2021; B. Dong,
/// ACHA 2017.
public struct FrameletTransform<S: Scalar>: Sendable {
  /// How it was made.
  public let options: FrameletOptions
  /// The lambda_max that levels are scaled with.
  public let largestEigenvalue: Double
  /// The bands in the order of results, those of ``FrameletOptions/bands``.
  public let bands: [FrameletBand]
  /// The number of nodes, n.
  public let nodeCount: Int
  private let operators: any FrameletOperators<S>

  /// The transform on a graph in which every edge is there in both directions.
  public init(of undirected: CSRGraph, options: FrameletOptions) throws {
    try self.init(of: NormalizedLaplacian(of: undirected), options: options)
  }

  /// The transform of a Laplacian.
  ///
  /// The largest eigenvalue, where not given, is LAPACK's on the exact route and else
  /// ``LargestEigenvalue/upperBound``.
  ///
  /// - Throws: ``FrameletError`` for options out of range or a largest eigenvalue below that of the
  ///   graph, `LAPACKError`.
  public init(of laplacian: NormalizedLaplacian, options: FrameletOptions) throws {
    try options.validate()
    self.options = options
    nodeCount = laplacian.graph.nodeCount
    bands = options.bands
    switch options.route {
    case .exact:
      guard nodeCount <= Self.exactLimit else {
        throw FrameletError.tooLargeForExact(nodes: nodeCount, limit: Self.exactLimit)
      }
      let (values, vectors) = try symmetricEigen(laplacian.dense())
      let top = values.last ?? 1
      largestEigenvalue = try Self.checked(options.largestEigenvalue, atLeast: top) ?? min(2, top)
      operators = ExactFramelets<S>(
        values: values, vectors: vectors, options: options, largestEigenvalue: largestEigenvalue)
    case .chebyshev(let terms, let quadrature):
      if options.largestEigenvalue == 2 {
        // No eigenvalue exceeds it.
        largestEigenvalue = 2
      } else {
        let top = try LargestEigenvalue(of: laplacian)
        largestEigenvalue =
          try Self.checked(options.largestEigenvalue, atLeast: top.estimate) ?? top.upperBound
      }
      operators = ChebyshevFramelets<S>(
        laplacian: laplacian, terms: terms, quadrature: quadrature, options: options,
        largestEigenvalue: largestEigenvalue)
    }
  }

  /// The transform of a batch from those of its graphs, which have the same polynomials.
  init(joining parts: [FrameletTransform], of laplacian: NormalizedLaplacian) {
    guard let first = parts.first,
      let polynomials = parts.map(\.operators) as? [ChebyshevFramelets<S>]
    else { preconditionFailure("only polynomials of the Laplacian are put together") }
    options = first.options
    nodeCount = laplacian.graph.nodeCount
    bands = first.bands
    largestEigenvalue = first.largestEigenvalue
    operators = ChebyshevFramelets(joining: polynomials, graph: laplacian.graph)
  }

  /// Above this the eigenvectors alone take more than 3 GB, and LAPACK hours.
  private static var exactLimit: Int { 20_000 }

  private static func checked(_ given: Double?, atLeast top: Double) throws -> Double? {
    guard let given else { return nil }
    // Half the digits of a Double: what is usually left of a number copied from a table.
    try FrameletError.require(
      given >= top * (1 - 1e-8), "the largest eigenvalue", given,
      "at least \(top), which the graph has")
    return given
  }

  /// W x for each band: matrices of n x d from x of n x d, in the order of ``bands``.
  public func decompose(_ x: Matrix<S>) -> [Matrix<S>] {
    precondition(x.rows == nodeCount, "a decomposition needs one row a node")
    return operators.decompose(x)
  }

  /// The sum over bands of W^T x_band, n x d, from n x d each.
  public func reconstruct(_ parts: [Matrix<S>]) -> Matrix<S> {
    precondition(parts.count == bands.count, "a reconstruction needs one matrix a band")
    precondition(
      parts.allSatisfy { $0.rows == nodeCount && $0.columns == parts[0].columns },
      "a reconstruction needs matrices of one shape with one row a node")
    return operators.reconstruct(parts)
  }

  /// W x for one band alone, n x d. As W is symmetric, this is also W^T x and its own backward pass.
  public func apply(_ band: FrameletBand, to x: Matrix<S>) -> Matrix<S> {
    precondition(x.rows == nodeCount, "a band needs one row a node")
    precondition(
      band.mask >= 0 && band.mask < options.bank.maskCount && band.level >= 1
        && band.level <= options.levels, "mask \(band.mask) at level \(band.level) is no band")
    return operators.apply(band, to: x)
  }

  /// The backward pass of ``decompose(_:)``: dx = sum over bands of W^T d_band.
  public func decomposeBackward(_ dParts: [Matrix<S>]) -> Matrix<S> { reconstruct(dParts) }

  /// The backward pass of ``reconstruct(_:)``: d_band = W d for each band.
  public func reconstructBackward(_ dOutput: Matrix<S>) -> [Matrix<S>] { decompose(dOutput) }
}

/// The operators of a transform by one route. Shapes were checked by ``FrameletTransform``.
protocol FrameletOperators<S>: Sendable {
  associatedtype S: Scalar
  func decompose(_ x: Matrix<S>) -> [Matrix<S>]
  func reconstruct(_ parts: [Matrix<S>]) -> Matrix<S>
  func apply(_ band: FrameletBand, to x: Matrix<S>) -> Matrix<S>
}
