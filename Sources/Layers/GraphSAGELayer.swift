import Graph
import Tensor

/// How a GraphSAGE layer aggregates the features of neighbours.
public enum GraphSAGEAggregator: String, Sendable, CaseIterable {
  /// Their mean.
  case mean
  /// The maximum, channel by channel, after a linear map and ReLU.
  case pool
  /// The maximum, channel by channel, of the features themselves.
  case max
  /// The mean of theirs and the node's own, which has no weight besides then.
  case gcn
}

/// Which biases a GraphSAGE layer adds to its output.
public enum GraphSAGEBias: String, Sendable, CaseIterable {
  /// None.
  case none
  /// One (DGL 2).
  case single
  /// One with each of the two products (DGL up to 0.6, which Alignahead's parameter count tells). Only
  /// their sum matters to the output, but each is learnt, so that the sum moves twice as fast.
  case both
}

/// A GraphSAGE layer (Hamilton et al., NeurIPS 2017):
///
///     X' = dropout(X)
///     Y_i = X'_i selfWeight + a_i neighborWeight + selfBias + neighborBias
///     mean:  a_i = mean over in-edges j -> i of X'_j
///     pool:  a_i = max over in-edges j -> i of relu(X'_j poolWeight + poolBias)
///     max:   a_i = max over in-edges j -> i of X'_j
///     gcn:   a_i = (X'_i + sum over in-edges j -> i of X'_j) / (1 + their number), without selfWeight
///
/// X is n x in, selfWeight and neighborWeight in x out, their biases 1 x out, poolWeight in x in,
/// poolBias 1 x in. For a node without in-edges a_i is 0, of gcn X'_i. Of equal maxima the first edge's
/// is taken. With `normalizesRows` the output is Y_i / |Y_i|, a row up to 1e-12 long becoming 0.
///
/// The mean commutes with the product and is taken on the narrower side, or after it where X is
/// sparse. The maximum of `max` fills sparse features in. Backward, with A the operator of the mean or
/// the maximum, P = X' poolWeight + poolBias, and for gcn A' = D (A_0 + I), D = 1 / (1 + in-degree):
///
///     dSelfWeight = X'^T dY,  dNeighborWeight = a^T dY,  dSelfBias = dNeighborBias = column sums of dY
///     da = dY neighborWeight^T
///     mean:  dX' = dY selfWeight^T + A^T da
///     pool:  dP = A^T da;  dPoolWeight = X'^T dP,  dPoolBias = column sums of dP
///            dX' = dY selfWeight^T + dP poolWeight^T
///     max:   dX' = dY selfWeight^T + A^T da
///     gcn:   dX' = A'^T da
///     normalised to Z:  dY_i = (dZ_i - Z_i (Z_i . dZ_i)) / |Y_i|
public final class GraphSAGELayer<S: Scalar>: GraphLayer {
  /// The map in front of the maximum.
  private struct Pool {
    let weight: Parameter<S>
    let bias: Parameter<S>
  }

  /// The output, once the neighbours' part is added, with the way back through that part.
  private typealias Neighbors = (
    output: Matrix<S>, backward: (_ dOutput: Matrix<S>, _ dInput: inout Matrix<S>?) -> Void
  )

  private let name: String
  /// nil where the node is one of its neighbours.
  private let selfWeight: Parameter<S>?
  private let neighborWeight: Parameter<S>
  private let pool: Pool?
  private let biases: [Parameter<S>]
  private let aggregator: GraphSAGEAggregator
  private let normalizesRows: Bool
  private let dropoutProbability: S

  /// The number of input columns.
  public var inputWidth: Int { neighborWeight.value.rows }
  /// The number of output columns.
  public var outputWidth: Int { neighborWeight.value.columns }
  /// The weights, the pool's weight and bias where it has them, then the biases.
  public var parameters: [Parameter<S>] {
    [selfWeight, neighborWeight].compactMap { $0 } + (pool.map { [$0.weight, $0.bias] } ?? [])
      + biases
  }

  /// A layer with first values as in DGL: weights Xavier-uniform (unless told otherwise) with gain
  /// sqrt(2), biases uniform within 1 / sqrt(in).
  public init(
    name: String, inputWidth: Int, outputWidth: Int, aggregator: GraphSAGEAggregator,
    bias: GraphSAGEBias, normalizesRows: Bool = false, dropout: S = 0,
    initialization: Initialization = .xavierUniform,
    seed: UInt64
  ) {
    func weight(_ part: String, _ columns: Int) -> Parameter<S> {
      let purpose = "\(name).\(part)"
      return Parameter(
        purpose,
        initialization.values(
          inputWidth, columns, gain: 2.0.squareRoot(),
          stream: RandomStream(seed: seed, purpose: purpose)))
    }
    func initialBias(_ part: String, _ columns: Int) -> Parameter<S> {
      let purpose = "\(name).\(part)"
      return Parameter(
        purpose,
        .uniform(
          1, columns, bound: 1 / Double(max(inputWidth, 1)).squareRoot(),
          stream: RandomStream(seed: seed, purpose: purpose)))
    }
    self.name = name
    self.aggregator = aggregator
    self.normalizesRows = normalizesRows
    dropoutProbability = dropout
    selfWeight = aggregator == .gcn ? nil : weight("selfWeight", outputWidth)
    neighborWeight = weight("neighborWeight", outputWidth)
    switch aggregator {
    case .mean, .max, .gcn: pool = nil
    case .pool:
      pool = Pool(
        weight: weight("poolWeight", inputWidth), bias: initialBias("poolBias", inputWidth))
    }
    switch bias {
    case .none: biases = []
    case .single: biases = [initialBias("selfBias", outputWidth)]
    case .both:
      biases = [initialBias("selfBias", outputWidth), initialBias("neighborBias", outputWidth)]
    }
  }

  /// Y.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (input, throughDropout) = droppedInput(
      x, context.dropout(dropoutProbability, purpose: name))
    var own =
      selfWeight.map { input.product($0.value) } ?? Matrix(zeros: input.rows, outputWidth)
    for bias in biases { own.addToRows(bias.value) }
    let (sum, neighborsBackward) = addNeighbors(of: input, on: graph, to: consume own)
    let normalized = normalizesRows ? NormalizedRows(sum) : nil
    return LayerPass(output: normalized?.output ?? sum) { [selfWeight, biases] dOutput in
      let dOutput = normalized?.backward(dOutput) ?? dOutput
      if !biases.isEmpty {
        let sums = dOutput.columnSums()
        for bias in biases { bias.accumulate(sums) }
      }
      selfWeight?.accumulate(input.transposedProduct(dOutput))
      var dInput =
        needsInputGradient
        ? selfWeight.map { .product(dOutput, $0.value, transposing: .right) }
          ?? Matrix(zeros: input.rows, input.columns) : nil
      neighborsBackward(dOutput, &dInput)
      return dInput.map(throughDropout)
    }
  }

  /// Adds what the neighbours give. `consume` leaves one owner of the sum, which is then added to in place.
  private func addNeighbors(
    of input: NodeFeatures<S>, on graph: CSRGraph, to own: consuming Matrix<S>
  ) -> Neighbors {
    switch aggregator {
    case .mean: addMean(of: input, on: graph, to: consume own)
    case .pool, .max: addMaximum(of: input, on: graph, to: consume own)
    case .gcn: addMeanWithOwn(of: input, on: graph, to: consume own)
    }
  }

  private func addMean(
    of input: NodeFeatures<S>, on graph: CSRGraph, to own: consuming Matrix<S>
  ) -> Neighbors {
    if outputWidth <= inputWidth || input.isSparse {
      let projected = input.product(neighborWeight.value)
      return (
        segmentMean(graph, projected, addingTo: consume own),
        { [neighborWeight] dOutput, dInput in
          let dProjected = segmentMeanBackward(graph, dOutput: dOutput)
          neighborWeight.accumulate(input.transposedProduct(dProjected))
          dInput?.addProduct(dProjected, neighborWeight.value, transposing: .right)
        }
      )
    }
    let means = segmentMean(graph, input.filled)
    own.addProduct(means, neighborWeight.value)
    return (
      own,
      { [neighborWeight] dOutput, dInput in
        neighborWeight.accumulate(.product(means, dOutput, transposing: .left))
        guard dInput != nil else { return }
        let dMeans = Matrix.product(dOutput, neighborWeight.value, transposing: .right)
        dInput!.add(segmentMeanBackward(graph, dOutput: dMeans))
      }
    )
  }

  private func addMeanWithOwn(
    of input: NodeFeatures<S>, on graph: CSRGraph, to own: consuming Matrix<S>
  ) -> Neighbors {
    let projected = input.product(neighborWeight.value)
    let shares = Matrix<S>(
      graph.nodeCount, 1, (0..<graph.nodeCount).map { 1 / S(graph.inDegree($0) + 1) })
    var sums = spmm(graph, projected)
    sums.add(projected)
    own.addScaledRows(of: sums, by: shares)
    return (
      own,
      { [neighborWeight] dOutput, dInput in
        let dSums = dOutput.scaledRows(by: shares)
        var dProjected = spmmBackward(graph, dOutput: dSums)
        dProjected.add(dSums)
        neighborWeight.accumulate(input.transposedProduct(dProjected))
        dInput?.addProduct(dProjected, neighborWeight.value, transposing: .right)
      }
    )
  }

  private func addMaximum(
    of input: NodeFeatures<S>, on graph: CSRGraph, to own: consuming Matrix<S>
  ) -> Neighbors {
    var messages: Matrix<S>
    if let pool {
      messages = input.product(pool.weight.value)
      messages.addToRows(pool.bias.value)
    } else {
      messages = input.filled
    }
    let (maxima, sources) = segmentMax(graph, messages, rectified: pool != nil)
    own.addProduct(maxima, neighborWeight.value)
    return (
      own,
      { [pool, neighborWeight] dOutput, dInput in
        neighborWeight.accumulate(.product(maxima, dOutput, transposing: .left))
        guard pool != nil || dInput != nil else { return }
        let dMaxima = Matrix.product(dOutput, neighborWeight.value, transposing: .right)
        let dMessages = segmentMaxBackward(sources: sources, dOutput: dMaxima)
        guard let pool else {
          dInput?.add(dMessages)
          return
        }
        pool.weight.accumulate(input.transposedProduct(dMessages))
        pool.bias.accumulate(dMessages.columnSums())
        dInput?.addProduct(dMessages, pool.weight.value, transposing: .right)
      }
    )
  }
}
