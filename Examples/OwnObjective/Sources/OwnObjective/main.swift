import Distill
import Graph
import Layers
import Records
import Runner
import Tensor
import Training

/// The direction of the student's features follows the teacher's. For nodes i with features s_i and
/// t_i of one width, and a distance m that costs nothing,
///
///     loss   = 1 / n sum over i of max(0, 1 - cos(s_i, t_i) - m)
///     dy_i   = -t_i / (n |t_i|) where that is above 0, with y_i = s_i / |s_i|; 0 elsewhere
final class CosineDistance<S: Scalar>: Objective {
  private let tap: Tap
  private let margin: Double
  private let reference: TeacherReference<S>

  var taps: [Tap] { [tap] }

  init(tap: Tap, margin: Double, reference: @escaping TeacherReference<S>) {
    self.tap = tap
    self.margin = margin
    self.reference = reference
  }

  func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let features = try input[tap]
    let student = NormalizedRows(features)
    let teacher = NormalizedRows(reference(input.batch, .all(features.rows))).output
    let cosines = student.output.multipliedElementwise(by: teacher).rowSums()
    let share = 1 / Double(max(features.rows, 1))
    let distances = cosines.elements.map { 1 - Double($0) - margin }
    let slopes = Matrix(features.rows, 1, distances.map { $0 > 0 ? S(-share) : 0 })
    return ObjectiveValue(
      loss: share * distances.reduce(0) { $0 + max(0, $1) },
      gradients: [tap: student.backward(teacher.scaledRows(by: slopes))])
  }
}

/// Its settings: the keys of configs, what they may be, and the objective that they make.
struct CosineConfig: FeatureObjectiveSettings {
  static let name = "cosine"
  static let note = "The cosine between the features of student and teacher."

  var source = TeacherConfig()
  var features = FeaturePairConfig()
  var margin = 0.0

  mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.field("margin", &margin, .number(.halfOpen(0, 2)), "The distance that costs nothing.")
  }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    let widths = try widths(context)
    guard widths.student == widths.teacher else {
      throw ObjectiveError(
        "compares features of one width, but \(features.student) of the student has "
          + "\(widths.student) columns and \(features.teacher) of the teacher \(widths.teacher)",
        objective: context.name)
    }
    return CosineDistance(
      tap: features.student, margin: margin, reference: try reference(context))
  }
}

/// Holds the backward pass to central differences.
func checkGradient() throws {
  func normal(_ purpose: String) -> Matrix<Double> {
    .normal(12, 5, stream: RandomStream(seed: 1, purpose: purpose))
  }
  let sample = GraphSample(
    graph: CSRGraph(edgelessMembers: [12]), features: normal("features"),
    labels: Matrix(zeros: 12, 1), known: Array(repeating: true, count: 12))
  let teacher = normal("teacher")
  let objective = CosineDistance(tap: .hidden(0), margin: 0.9) { _, nodes in
    nodes.rows(of: teacher)
  }
  let comparisons = try GradientCheck.compare(
    objective,
    input: ObjectiveInput(
      batch: GraphBatch([sample], members: [0]), taps: [.hidden(0): normal("student")],
      context: .evaluation))
  for (name, comparison) in comparisons { print("\(name): \(comparison)") }
  guard comparisons.values.allSatisfy(\.agrees) else { fatalError("the gradient is wrong") }
}

if CommandLine.arguments.dropFirst() == ["--check-gradient"] {
  try checkGradient()
} else {
  Registries.objectives.register(CosineConfig.self)
  runExperiments()
}
