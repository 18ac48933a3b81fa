import Graph
import Tensor
import Testing

@testable import Layers

/// Layers on sparse features against the same layers on the same features with their zeros.
@Suite struct SparseInputTests {
  /// 7 x 9 with an empty row, an empty column and negative numbers.
  private let sparse: CSRMatrix<Double> = {
    let matrix = try? CSRMatrix<Double>(
      rows: 7, columns: 9, rowStart: [0, 2, 3, 3, 6, 7, 9, 11],
      column: [0, 5, 2, 8, 1, 0, 6, 4, 3, 5, 8],
      value: [1, -0.5, 2, 1, 1, 0.25, 3, -1, 0.5, 1, 1])
    guard let matrix else { preconditionFailure("the sparse matrix is none") }
    return matrix
  }()

  /// Every layer, narrower and wider than its input: the two orders of products.
  static func layers(_ dropout: Double) -> [(String, any GraphLayer<Double>)] {
    [4, 12].flatMap { width -> [(String, any GraphLayer<Double>)] in
      var gat = GATLayer<Double>.Options(heads: 2, headWidth: width)
      gat.residual = .perHead
      gat.bias = true
      gat.featureDropout = dropout
      return [
        (
          "linear \(width)",
          LinearLayer(
            name: "l", inputWidth: 9, outputWidth: width, bias: true, dropout: dropout, seed: 1)
        ),
        (
          "gcn \(width)",
          GCNLayer(
            name: "l", inputWidth: 9, outputWidth: width, normalization: .both, bias: true,
            dropout: dropout, seed: 1)
        ),
        ("gat \(width)", GATLayer(name: "l", inputWidth: 9, options: gat, seed: 1)),
        (
          "sage mean \(width)",
          GraphSAGELayer(
            name: "l", inputWidth: 9, outputWidth: width, aggregator: .mean, bias: .both,
            dropout: dropout, seed: 1)
        ),
        (
          "sage pool \(width)",
          GraphSAGELayer(
            name: "l", inputWidth: 9, outputWidth: width, aggregator: .pool, bias: .both,
            dropout: dropout, seed: 1)
        ),
        (
          "sage max \(width)",
          GraphSAGELayer(
            name: "l", inputWidth: 9, outputWidth: width, aggregator: .max, bias: .single,
            dropout: dropout, seed: 1)
        ),
        (
          "sage gcn \(width)",
          GraphSAGELayer(
            name: "l", inputWidth: 9, outputWidth: width, aggregator: .gcn, bias: .single,
            dropout: dropout, seed: 1)
        ),
      ]
    }
  }

  private func step(
    _ layer: any GraphLayer<Double>, _ x: NodeFeatures<Double>, _ context: ForwardContext
  ) -> [Matrix<Double>] {
    for parameter in layer.parameters { parameter.clearGradient() }
    let pass = layer.forward(x, on: smallGraph, context, needsInputGradient: false)
    let dInput = pass.backward(random(7, layer.outputWidth, "dOutput"))
    #expect(dInput == nil)
    return [pass.output] + layer.parameters.compactMap(\.gradient)
  }

  @Test func everyLayerAgreesWithDenseFeatures() {
    for (name, layer) in Self.layers(0) {
      let dense = step(layer, .dense(sparse.filled()), .evaluation)
      let same = step(layer, .sparse(sparse), .evaluation)
      #expect(dense.count == layer.parameters.count + 1)
      for (a, b) in zip(dense, same) {
        #expect(zip(a.elements, b.elements).allSatisfy { abs($0 - $1) < 1e-12 }, "\(name)")
      }
    }
  }

  /// Dropped features are features: forward and backward see the same ones.
  @Test func dropoutOfNonZeros() throws {
    let context = ForwardContext.training(seed: 5, step: 3)
    let stream = try #require(context.dropout(0.5, purpose: "l")).stream
    let dropped = NodeFeatures.sparse(sparse).dropped(probability: 0.5, stream: stream)
    guard case .sparse(let kept) = dropped else { throw SparseInputError.isDense }
    #expect(kept.column == sparse.column && kept.rowStart == sparse.rowStart)
    #expect(
      zip(kept.value, sparse.value).allSatisfy { $0 == 0 || $0 == 2 * $1 }
        && kept.value.contains(0) && kept.value.contains { $0 != 0 })
    for (name, layer) in Self.layers(0.5) where !name.hasPrefix("gat") {
      let plain = Self.layers(0).first { $0.0 == name }!.1
      #expect(
        step(layer, .sparse(sparse), context) == step(plain, dropped, .evaluation), "\(name)")
    }
  }

  /// The transpose is shared by matrices with the same places, its numbers are not.
  @Test func replacedValuesHaveTheirOwnTranspose() {
    _ = sparse.transposed
    let other = sparse.replacingValues(with: sparse.value.map { 3 * $0 })
    let y: Matrix<Double> = random(7, 2, "y")
    #expect(
      zip(other.transposedProduct(y).elements, sparse.transposedProduct(y).elements)
        .allSatisfy { abs($0 - 3 * $1) < 1e-12 })
  }

  private enum SparseInputError: Error { case isDense }
}
