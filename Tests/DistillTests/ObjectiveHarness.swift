import Distill
import Graph
import Layers
import Tensor
import Testing

/// A batch of one graph without edges, for objectives that look at features alone.
func edgelessBatch<S: Scalar>(
  _ known: [Bool], as type: S.Type = S.self
) throws -> GraphBatch<S> {
  let n = known.count
  let sample = GraphSample<S>(
    graph: try CSRGraph(nodeCount: n, sources: [], destinations: []),
    features: Matrix(zeros: n, 1), labels: Matrix(zeros: n, 1), known: known)
  return GraphBatch([sample], members: [0])
}

/// The value of an objective with one tap, where that tap holds `features`.
func evaluate<S: Scalar>(
  _ objective: any Objective<S>, at features: Matrix<S>, known: [Bool]? = nil, seed: UInt64 = 1,
  step: Int = 0
) throws -> (loss: Double, gradient: Matrix<S>) {
  let value = try fullValue(of: objective, at: features, known: known, seed: seed, step: step)
  return (value.loss, value.gradient)
}

/// The same with the gradients of the objective's own parameters.
func fullValue<S: Scalar>(
  of objective: any Objective<S>, at features: Matrix<S>, known: [Bool]? = nil, seed: UInt64 = 1,
  step: Int = 0
) throws -> (loss: Double, gradient: Matrix<S>, ofParameters: [String: Matrix<S>]) {
  for parameter in objective.parameters { parameter.clearGradient() }
  let tap = try #require(objective.taps.first)
  let batch: GraphBatch<S> = try edgelessBatch(
    known ?? [Bool](repeating: true, count: features.rows))
  let value = try objective.evaluate(
    ObjectiveInput(
      batch: batch, taps: [tap: features], context: .training(seed: seed, step: step)))
  let gradient = try #require(value.gradients[tap])
  try #require(gradient.rows == features.rows && gradient.columns == features.columns)
  for parameter in objective.parameters {
    if let gradient = value.parameterGradients[parameter.name] { parameter.accumulate(gradient) }
  }
  return (value.loss, gradient, value.parameterGradients)
}

/// A teacher that always has the same features.
func constant<S>(_ teacher: Matrix<S>) -> TeacherReference<S> { { $1.rows(of: teacher) } }

/// Random features that are the same for the same purpose.
func features<S: Scalar>(
  _ rows: Int, _ columns: Int, _ purpose: String, deviation: Double = 1, as type: S.Type = S.self
) -> Matrix<S> {
  .normal(rows, columns, deviation: deviation, stream: RandomStream(seed: 3, purpose: purpose))
}

/// Expects the gradients of an objective, at its tap and of its parameters, to be those that central
/// differences give.
func expectGradients(
  of objective: any Objective<Double>, at features: Matrix<Double>, known: [Bool]? = nil,
  within tolerance: GradientCheck.Tolerance = .differences,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let (_, gradient, ofParameters) = try fullValue(of: objective, at: features, known: known)
  let numerical = try GradientCheck.numericalGradient(at: features) {
    try evaluate(objective, at: $0, known: known).loss
  }
  let atTap = GradientCheck.compare(gradient, with: numerical, within: tolerance)
  #expect(atTap.agrees, "\(atTap)", sourceLocation: sourceLocation)
  #expect(gradient.sumOfSquares > 0, sourceLocation: sourceLocation)
  #expect(
    Set(ofParameters.keys) == Set(objective.parameters.map(\.name)),
    sourceLocation: sourceLocation)
  for parameter in objective.parameters {
    let gradient = try #require(
      ofParameters[parameter.name], "\(parameter.name)", sourceLocation: sourceLocation)
    let original = parameter.value
    let numerical = try GradientCheck.numericalGradient(at: original) {
      parameter.value = $0
      return try evaluate(objective, at: features, known: known).loss
    }
    parameter.value = original
    let learnt = GradientCheck.compare(gradient, with: numerical, within: tolerance)
    #expect(learnt.agrees, "\(parameter.name): \(learnt)", sourceLocation: sourceLocation)
  }
}

/// Expects the slope of the loss in a random direction to be what the gradient says, for inputs too
/// large for one difference an element.
func expectSlope(
  of objective: any Objective<Double>, at features: Matrix<Double>,
  tolerance: Double = 1e-7, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let direction = Matrix<Double>.normal(
    features.rows, features.columns, stream: RandomStream(seed: 5, purpose: "direction"))
  let (_, gradient) = try evaluate(objective, at: features)
  func loss(_ distance: Double) throws -> Double {
    var moved = features
    moved.add(direction, scale: distance)
    return try evaluate(objective, at: moved).loss
  }
  let h = 1e-5
  let slope = try (loss(h) - loss(-h)) / (2 * h)
  let expected = GradientCheck.projection(gradient, on: direction)
  #expect(
    abs(slope - expected) <= tolerance * max(abs(slope), gradient.sumOfSquares.squareRoot()),
    sourceLocation: sourceLocation)
}

/// Expects a loss in either precision.
func expectLoss<S: Scalar>(
  _ loss: Double, is expected: Double, in type: S.Type, scale: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let tolerance = Precision.tolerance(of: S.self) * max(abs(expected), scale)
  #expect(abs(loss - expected) <= tolerance, sourceLocation: sourceLocation)
}
