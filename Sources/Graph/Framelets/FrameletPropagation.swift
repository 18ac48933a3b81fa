import Tensor

/// What the operators of a ``FrameletPropagation`` depend on besides the graph.
public struct FrameletPropagationOptions: Sendable, Hashable {
  /// The transform.
  public var framelets: FrameletOptions
  /// The energy perturbation epsilon >= 0.
  public var perturbation: Double

  /// Options; by default the published transform for Cora, and no perturbation.
  public init(framelets: FrameletOptions = FrameletOptions(), perturbation: Double = 0) {
    self.framelets = framelets
    self.perturbation = perturbation
  }
}

/// The operators that framelet networks are made from, on one graph of n nodes: the bands W_b of a
/// ``FrameletTransform``, and for each band
///
///     A_b = A_hat - epsilon D~^(-1)  for the low pass,   A_hat + epsilon D~^(-1)  for high passes,
///     A_hat = D~^(-1/2) (A + I) D~^(-1/2),   D~ the row sums of A + I.
///
/// **Self loops.** A is the graph without the self loops that it may have, parallel edges adding up:
/// the same A that the ``NormalizedLaplacian`` of the bands has. A_hat then has exactly one at every
/// node, so an isolated node has the row 1 in A_hat and 1 -+ epsilon in A_b.
///
/// W_b and A_b are symmetric, so each product here is its own backward pass.
///
/// Source: D. Shi et al., "Frameless graph knowledge distillation", TNNLS 2025; the perturbation is
/// that of A. Han et al., "Generalized energy and gradient flow via graph framelets", 2022.
public struct FrameletPropagation<S: Scalar>: Sendable {
  /// The bands.
  public let transform: FrameletTransform<S>
  /// The graph with exactly one self loop at every node.
  private let graph: CSRGraph
  /// The entries of A_b for each edge of ``graph``.
  private let lowWeights: Matrix<S>
  private let highWeights: Matrix<S>

  fileprivate init(
    laplacian: NormalizedLaplacian, transform: FrameletTransform<S>, perturbation: Double
  ) throws {
    try FrameletError.require(
      perturbation >= 0 && perturbation.isFinite, "the energy perturbation", perturbation,
      "a finite number of at least 0")
    self.transform = transform
    graph = laplacian.graph
    lowWeights = Self.weights(graph, perturbation: -perturbation)
    highWeights =
      perturbation == 0 ? lowWeights : Self.weights(graph, perturbation: perturbation)
  }

  /// The operators of a batch from those of its graphs.
  fileprivate init(joining parts: [FrameletPropagation], transform: FrameletTransform<S>) {
    self.transform = transform
    graph = CSRGraph(batching: parts.map(\.graph))
    lowWeights = .stacked(parts.map(\.lowWeights))
    highWeights = .stacked(parts.map(\.highWeights))
  }

  private static func weights(_ graph: CSRGraph, perturbation: Double) -> Matrix<S> {
    let degrees = (0..<graph.nodeCount).map { Double(graph.inDegree($0)) }
    var weights = Matrix<S>(uninitialized: graph.edgeCount, 1)
    let target = weights.mutablePointer
    for i in 0..<graph.nodeCount {
      for e in Int(graph.inStart[i])..<Int(graph.inStart[i + 1]) {
        let j = Int(graph.source[e])
        let entry = 1 / (degrees[i] * degrees[j]).squareRoot()
        target[e] = S(i == j ? entry + perturbation / degrees[i] : entry)
      }
    }
    return weights
  }

  /// A_b x, n x d.
  public func propagate(_ band: FrameletBand, _ x: Matrix<S>) -> Matrix<S> {
    spmm(graph, x, weights: band.mask == 0 ? lowWeights : highWeights)
  }

  /// P^power x, n x d, for P = sum over the chosen bands of W_b^T A_b W_b. P is never formed: each
  /// power is a chain of sparse products with thin matrices.
  public func filter(
    _ bands: [FrameletBand], power: Int = 1, _ x: Matrix<S>
  ) -> Matrix<S> {
    precondition(power >= 0, "a power is at least 0")
    return (0..<power).reduce(x) { x, _ in filterOnce(bands, x) }
  }

  private func filterOnce(_ bands: [FrameletBand], _ x: Matrix<S>) -> Matrix<S> {
    guard bands.count > 1 else {
      return bands.first.map { band in
        transform.apply(band, to: propagate(band, transform.apply(band, to: x)))
      } ?? Matrix(zeros: x.rows, x.columns)
    }
    let chosen = Set(bands)
    return transform.reconstruct(
      zip(transform.bands, transform.decompose(x)).map { band, part in
        chosen.contains(band) ? propagate(band, part) : Matrix(zeros: x.rows, x.columns)
      })
  }
}

extension CSRGraph {
  /// The Laplacian of this graph; made once and kept.
  ///
  /// - Throws: ``FrameletError/notSymmetric(source:destination:forward:backward:)``.
  public func normalizedLaplacian() throws -> NormalizedLaplacian {
    try constants.value("normalized laplacian") {
      members.isEmpty
        ? try NormalizedLaplacian(of: self)
        : NormalizedLaplacian(joining: try members.map { try $0.normalizedLaplacian() })
    }
  }

  /// The framelet transform of this graph; made once for each choice of options and kept.
  ///
  /// - Throws: ``FrameletError`` for a graph that is not undirected and for options out of range,
  ///   `LAPACKError`.
  public func framelets<S: Scalar>(
    _ options: FrameletOptions, as type: S.Type = S.self
  ) throws -> FrameletTransform<S> {
    try constants.value(ConstantKey<S, FrameletOptions>(options: options)) {
      if !members.isEmpty, options.isSameForEveryGraph {
        return FrameletTransform(
          joining: try members.map { try $0.framelets(options) }, of: try normalizedLaplacian())
      }
      return try FrameletTransform(of: normalizedLaplacian(), options: options)
    }
  }

  /// The operators of framelet networks on this graph; made once for each choice of options and
  /// kept.
  ///
  /// - Throws: As ``framelets(_:as:)``.
  public func frameletPropagation<S: Scalar>(
    _ options: FrameletPropagationOptions, as type: S.Type = S.self
  ) throws -> FrameletPropagation<S> {
    try constants.value(ConstantKey<S, FrameletPropagationOptions>(options: options)) {
      if !members.isEmpty {
        return FrameletPropagation(
          joining: try members.map { try $0.frameletPropagation(options) },
          transform: try framelets(options.framelets))
      }
      return try FrameletPropagation(
        laplacian: normalizedLaplacian(), transform: framelets(options.framelets),
        perturbation: options.perturbation)
    }
  }
}

/// What tells apart the constants of one kind, in one precision.
private struct ConstantKey<S: Scalar, Options: Hashable>: Hashable {
  let options: Options
}
