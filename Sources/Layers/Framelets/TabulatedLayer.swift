import Graph
import Tensor

/// An FMLP step whose structure branches were worked out for every node: what is left are look-ups
/// and the products with the node's own features.
struct TabulatedLayer<S: Scalar> {
  /// X W + b with fixed numbers.
  struct Map {
    var weight: Matrix<S>
    var bias: Matrix<S>?

    func callAsFunction(_ x: NodeFeatures<S>) -> Matrix<S> {
      var y = x.product(weight)
      if let bias { y.addToRows(bias) }
      return y
    }
  }

  /// V_low and V_high of all nodes, n x d.
  var low: Matrix<S>
  var high: Matrix<S>
  /// The structure's part of the scores, H_s a_1, n x 1.
  var lowScores: Matrix<S>
  var highScores: Matrix<S>
  /// Theta_x and b_x.
  var features: Map
  /// a_2 and c.
  var attention: Map
  /// C_x and its bias; nil in a hidden step.
  var classifier: Map?
  var rectified: Bool
  var scored: FMLPScoredBranch

  /// The step's output and scores for the given nodes, or all, from one row of features a node.
  func predict(
    _ x: NodeFeatures<S>, nodes: [Int]?
  ) -> (output: Matrix<S>, scores: FMLPScores<S>) {
    func chosen(_ table: Matrix<S>) -> Matrix<S> { nodes.map(table.gatheredRows) ?? table }
    let encoded = features(x)
    let hidden = NodeFeatures.dense(rectified ? leakyReLU(encoded, slope: 0) : encoded)
    let mixture = FMLPMixture(
      low: chosen(lowScores), high: chosen(highScores), features: attention(hidden),
      scored: scored)
    let value = classifier?(hidden) ?? hidden.filled
    return (
      mixture(low: chosen(low), high: chosen(high), features: value), mixture.scores
    )
  }
}

extension TabulatedLayer {
  /// The step as it predicts on a graph for which its `prepare` has succeeded.
  init(_ layer: FMLPLayer<S>, on graph: CSRGraph) {
    func map(_ affine: AffineMap<S>) -> Map {
      Map(weight: affine.weight.value, bias: affine.bias?.value)
    }
    let (lowPass, highPass) = layer.structure(on: graph, .evaluation)
    let attention = layer.encoders.structureAttention
    low = layer.classifiers?.low(lowPass.output) ?? lowPass.output
    high = layer.highClassifier?(highPass.output) ?? highPass.output
    lowScores = .product(lowPass.output, attention)
    highScores = .product(highPass.output, attention)
    features = map(layer.featureEncoder)
    self.attention = Map(
      weight: layer.encoders.featureAttention, bias: layer.encoders.attention.bias?.value)
    classifier = layer.classifiers.map { map($0.features) }
    rectified = layer.options.rectified
    scored = layer.options.scored
  }
}
