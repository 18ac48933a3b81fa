import Graph
import Tensor

/// How a GraphSAGE layer aggregates the features of neighbours.
public enum GraphSAGEAggregator: String, Sendable, CaseIterable {
  /// Their mean.
  case mean
  /// The maximum, channel by channel, after a linear map and ReLU.
  case pool
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
///
/// X is n x in, selfWeight and neighborWeight in x out, their biases 1 x out, poolWeight in x in,
/// poolBias 1 x in. For a node without in-edges a_i is 0. Of equal maxima the first edge's is taken.
///
/// The mean commutes with the product and is taken on the narrower side, or after it where X is
/// sparse. Backward, with A the operator of the mean or the maximum and P = X' poolWeight + poolBias:
///
///     dSelfWeight = X'^T dY,  dNeighborWeight = a^T dY,  dSelfBias = dNeighborBias = column sums of dY
///     da = dY neighborWeight^T
///     mean:  dX' = dY selfWeight^T + A^T da
///     pool:  dP = A^T da;  dPoolWeight = X'^T dP,  dPoolBias = column sums of dP
///            dX' = dY selfWeight^T + dP poolWeight^T
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
  private let selfWeight: Parameter<S>
  private let neighborWeight: Parameter<S>
  private let pool: Pool?
  private let biases: [Parameter<S>]
  private let dropoutProbability: S

  /// The number of input columns.
  public var inputWidth: Int { selfWeight.value.rows }
  /// The number of output columns.
  public var outputWidth: Int { selfWeight.value.columns }
  /// Both weights, the pool's weight and bias where it has them, then the biases.
  public var parameters: [Parameter<S>] {
    [selfWeight, neighborWeight] + (pool.map { [$0.weight, $0.bias] } ?? []) + biases
  }

  /// A layer with first values as in DGL: weights Xavier-uniform (unless told otherwise) with gain
  /// sqrt(2), biases uniform within 1 / sqrt(in).
  public init(
    name: String, inputWidth: Int, outputWidth: Int, aggregator: GraphSAGEAggregator,
    bias: GraphSAGEBias, dropout: S = 0, initialization: Initialization = .xavierUniform,
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
    dropoutProbability = dropout
    selfWeight = weight("selfWeight", outputWidth)
    neighborWeight = weight("neighborWeight", outputWidth)
    switch aggregator {
    case .mean: pool = nil
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
    var own = input.product(selfWeight.value)
    for bias in biases { own.addToRows(bias.value) }
    let (output, neighborsBackward) = addNeighbors(of: input, on: graph, to: consume own)
    return LayerPass(output: output) { [selfWeight, biases] dOutput in
      if !biases.isEmpty {
        let sums = dOutput.columnSums()
        for bias in biases { bias.accumulate(sums) }
      }
      selfWeight.accumulate(input.transposedProduct(dOutput))
      var dInput =
        needsInputGradient
        ? Matrix.product(dOutput, selfWeight.value, transposing: .right) : nil
      neighborsBackward(dOutput, &dInput)
      return dInput.map(throughDropout)
    }
  }

  /// Adds what the neighbours give. `consume` leaves one owner of the sum, which is then added to in place.
  private func addNeighbors(
    of input: NodeFeatures<S>, on graph: CSRGraph, to own: consuming Matrix<S>
  ) -> Neighbors {
    if let pool { return addPool(pool, of: input, on: graph, to: consume own) }
    return addMean(of: input, on: graph, to: consume own)
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

  private func addPool(
    _ pool: Pool, of input: NodeFeatures<S>, on graph: CSRGraph, to own: consuming Matrix<S>
  ) -> Neighbors {
    var projected = input.product(pool.weight.value)
    projected.addToRows(pool.bias.value)
    let (maxima, sources) = segmentMax(graph, projected, rectified: true)
    own.addProduct(maxima, neighborWeight.value)
    return (
      own,
      { [neighborWeight] dOutput, dInput in
        neighborWeight.accumulate(.product(maxima, dOutput, transposing: .left))
        let dMaxima = Matrix.product(dOutput, neighborWeight.value, transposing: .right)
        let dProjected = segmentMaxBackward(sources: sources, dOutput: dMaxima)
        pool.weight.accumulate(input.transposedProduct(dProjected))
        pool.bias.accumulate(dProjected.columnSums())
        dInput?.addProduct(dProjected, pool.weight.value, transposing: .right)
      }
    )
  }
}
