import Graph
import Tensor
import Testing

@testable import Layers

/// Batch and layer normalisation: formulas, gradients, running statistics, PyTorch.
@Suite struct NormalizationLayerTests {
  private let training = ForwardContext.training(seed: 1, step: 0)

  private func batchNorm(_ width: Int) -> BatchNormLayer<Double> {
    let layer = BatchNormLayer<Double>(name: "layer", width: width)
    for parameter in layer.parameters { parameter.value = random(1, width, parameter.name) }
    layer.state[0].value = random(1, width, "mean")
    layer.state[1].value = Matrix(1, width, (0..<width).map { 0.5 + Double($0) })
    return layer
  }

  private func layerNorm(_ width: Int) -> LayerNormLayer<Double> {
    let layer = LayerNormLayer<Double>(name: "layer", width: width)
    for parameter in layer.parameters { parameter.value = random(1, width, parameter.name) }
    return layer
  }

  // MARK: Formulas

  @Test(arguments: [(2, 1), (7, 5), (600, 3), (1_025, 65)])
  func batchNormIsItsFormula(_ shape: (rows: Int, columns: Int)) {
    let x: Matrix<Double> = random(shape.rows, shape.columns, "x")
    let layer = batchNorm(shape.columns)
    let (gamma, beta) = (layer.parameters[0].value, layer.parameters[1].value)
    let (means, variances) = (layer.state[0].value, layer.state[1].value)
    let n = Double(shape.rows)
    let pass = layer.forward(
      x, on: CSRGraph(edgelessMembers: [shape.rows]), training, needsInputGradient: false)
    let predicted = layer.forward(
      x, on: CSRGraph(edgelessMembers: [shape.rows]), .evaluation, needsInputGradient: false)
    for update in pass.stateUpdates { update.commit() }
    for c in 0..<shape.columns {
      let column = (0..<shape.rows).map { x[$0, c] }
      let mean = column.reduce(0, +) / n
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      for r in 0..<shape.rows {
        let y = gamma[0, c] * (column[r] - mean) / (variance + 1e-5).squareRoot() + beta[0, c]
        #expect(abs(pass.output[r, c] - y) < 1e-11)
        let z =
          gamma[0, c] * (column[r] - means[0, c]) / (variances[0, c] + 1e-5).squareRoot()
          + beta[0, c]
        #expect(abs(predicted.output[r, c] - z) < 1e-11)
      }
      #expect(abs(layer.state[0].value[0, c] - (0.9 * means[0, c] + 0.1 * mean)) < 1e-12)
      let unbiased = variance * n / (n - 1)
      #expect(abs(layer.state[1].value[0, c] - (0.9 * variances[0, c] + 0.1 * unbiased)) < 1e-12)
    }
  }

  @Test(arguments: [(0, 4), (1, 1), (1, 7), (5, 1), (9, 63), (3, 64), (40, 1_000)])
  func layerNormIsItsFormula(_ shape: (rows: Int, columns: Int)) {
    let x: Matrix<Double> = random(shape.rows, shape.columns, "x")
    let layer = layerNorm(shape.columns)
    let (gamma, beta) = (layer.parameters[0].value, layer.parameters[1].value)
    let y = layer.forward(
      x, on: CSRGraph(edgelessMembers: [shape.rows]), training, needsInputGradient: false
    ).output
    #expect(y.rows == shape.rows)
    for r in 0..<shape.rows {
      let row = x.row(r).elements
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      for c in row.indices {
        let exact = gamma[0, c] * (row[c] - mean) / (variance + 1e-5).squareRoot() + beta[0, c]
        #expect(abs(y[r, c] - exact) < 1e-11)
      }
    }
  }

  // MARK: Gradients

  @Test(arguments: [(3, 1), (4, 2), (7, 5)]) func gradients(_ shape: (rows: Int, columns: Int)) {
    let x: Matrix<Double> = random(shape.rows, shape.columns, "x")
    let graph = CSRGraph(edgelessMembers: [1, shape.rows - 1])
    let layers: [any GraphLayer<Double>] = [batchNorm(shape.columns), layerNorm(shape.columns)]
    for layer in layers {
      for context in [training, .evaluation] {
        let errors = GradientCheck.compare(
          layer, input: x, on: graph, context: context,
          within: .init(absolute: 1e-8, relative: 1e-6))
        #expect(errors.count == 3)
        #expect(errors.values.allSatisfy { $0.agrees }, "\(errors)")
      }
    }
  }

  // MARK: Precision and bad input

  /// Columns and rows whose mean is a thousand deviations.
  @Test func farFromZeroInFloat() {
    let n = 4_096
    let noise: Matrix<Double> = random(n, 3, "noise")
    let far = Matrix<Float>(n, 3, noise.elements.map { Float(1_000 + $0) })
    // What the input has lost by rounding is not the layer's affair.
    let exact = StandardizedColumns(far.converted(to: Double.self))
    let layer = BatchNormLayer<Float>(name: "layer", width: 3)
    let graph = CSRGraph(edgelessMembers: [n])
    let pass = layer.forward(far, on: graph, training, needsInputGradient: false)
    let error = GradientCheck.compare(
      pass.output.converted(), with: exact.output, within: .share(5e-5))
    #expect(error.agrees, "\(error)")
    for update in pass.stateUpdates { update.commit() }
    for c in 0..<3 {
      let mean = 0.1 * exact.mean[0, c]
      #expect(abs(Double(layer.state[0].value[0, c]) - mean) < 1e-5 * mean)
      let variance = 0.9 + 0.1 * exact.variance[0, c] * Double(n) / Double(n - 1)
      #expect(abs(Double(layer.state[1].value[0, c]) - variance) < 1e-5)
    }
    let wide = far.reshaped(3, n)
    let rows = StandardizedRows(wide.converted(to: Double.self))
    let ofRows = LayerNormLayer<Float>(name: "layer", width: n).forward(
      wide, on: CSRGraph(edgelessMembers: [3]), training, needsInputGradient: false)
    #expect(
      GradientCheck.compare(
        ofRows.output.converted(), with: rows.output, within: .share(5e-5)
      ).agrees)
  }

  @Test func oneRowHasNoVariance() throws {
    let layer = batchNorm(2)
    try layer.checkTraining(rows: 2)
    #expect(throws: GraphLayerError.tooFewRows(layer: "layer", rows: 1)) {
      try layer.checkTraining(rows: 1)
    }
    #expect("\(GraphLayerError.tooFewRows(layer: "l", rows: 1))".contains("at least two"))
    // Evaluation has its statistics already.
    let x: Matrix<Double> = random(1, 2, "x")
    let graph = CSRGraph(edgelessMembers: [1])
    #expect(layer.forward(x, on: graph, .evaluation, needsInputGradient: false).output.isFinite)
  }

  @Test func nothingMovesBeforeTheCommitment() {
    let layer = batchNorm(2)
    let before = layer.state.map(\.value)
    let graph = CSRGraph(edgelessMembers: [4])
    let x: Matrix<Double> = random(4, 2, "x")
    let pass = layer.forward(x, on: graph, training, needsInputGradient: true)
    _ = pass.backward(x)
    #expect(layer.state.map(\.value) == before && pass.stateUpdates.count == 2)
    let evaluation = layer.forward(x, on: graph, .evaluation, needsInputGradient: true)
    #expect(evaluation.stateUpdates.isEmpty)
  }

  // MARK: PyTorch

  @Test(arguments: Precision.allCases) func batchNormParity(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("batch_norm", as: S.self)
      let layer = BatchNormLayer<S>(name: "layer", width: 5)
      let graph = CSRGraph(edgelessMembers: [try fixture["input"].rows])
      try fixture.expectNormalization(by: layer, on: graph)
    }
    try check(precision.scalar)
  }

  @Test(arguments: Precision.allCases) func layerNormParity(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("layer_norm", as: S.self)
      let layer = LayerNormLayer<S>(name: "layer", width: 9)
      try fixture.fill(layer.parameters)
      try fixture.expectPass(of: layer, on: CSRGraph(edgelessMembers: [6]))
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }
}
