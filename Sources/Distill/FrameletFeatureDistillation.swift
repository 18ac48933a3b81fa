import Graph
import Layers
import Tensor

/// Framelet feature distillation: the student's features shall be the teacher's in every frequency
/// band of the graph. With projected features s and t of n nodes and d columns, and the bands W_b of
/// a framelet transform of each graph:
///
///     loss = sum over bands b of weight_b / (n d) |W_b s - W_b t|^2
///     ds   = sum over bands b of 2 weight_b / (n d) W_b^T W_b (s - t)
///
/// As W_b is linear, the one difference s - t is decomposed, and the teacher's own bands are never
/// needed. For a tight frame and weights of 1 the bands add up to the mean squared error of s and t,
/// so with rows of length 1 the loss is that of ``FitNet``: the weights are what it adds.
///
/// Each graph of a batch has its own transform, made once: what is in the batch with it does not
/// matter.
public final class FrameletFeatureDistillation<S: Scalar>: Objective {
  /// What is compared, and how.
  public struct Options: Sendable {
    /// The transform.
    public var framelets = FrameletOptions()
    /// A weight for each band, in the order of ``FrameletOptions/bands``; nil for 1 each.
    public var bandWeights: [Double]?
    /// Whether each node's features are scaled to length 1 first, as ``FitNet`` does.
    public var normalizes = true
    /// The learnt maps.
    public var projection = FitNetProjection.whereWidthsDiffer

    /// The published transform for Cora, all bands alike.
    public init() {}
  }

  private let tap: Tap
  private let weights: [Double]
  private let projected: ProjectedFeatures<S>
  private let transforms: [FrameletTransform<S>]
  private let reference: TeacherReference<S>

  /// The one tap that is compared.
  public var taps: [Tap] { [tap] }
  /// Those of the projections.
  public var parameters: [Parameter<S>] { projected.parameters }

  /// - Parameters:
  ///   - name: The term's name, for those of its parameters.
  ///   - tap: The student's features.
  ///   - studentWidth: The columns of the student's features.
  ///   - teacherWidth: The columns of the teacher's features.
  ///   - options: What is compared, and how.
  ///   - seed: For the first values of the maps.
  ///   - graphs: What the members of batches count.
  ///   - reference: The teacher's features.
  /// - Throws: `FrameletError` for a graph that is not undirected and for options out of range,
  ///   `LAPACKError`.
  public init(
    name: String, tap: Tap, studentWidth: Int, teacherWidth: Int, options: Options = Options(),
    seed: UInt64, graphs: [CSRGraph], reference: @escaping TeacherReference<S>
  ) throws {
    let bands = options.framelets.bands
    weights = options.bandWeights ?? bands.map { _ in 1 }
    precondition(
      weights.count == bands.count && weights.allSatisfy { $0 >= 0 && $0.isFinite },
      "a framelet loss needs \(bands.count) weights of at least 0")
    self.tap = tap
    self.reference = reference
    transforms = try graphs.map { try $0.framelets(options.framelets) }
    projected = ProjectedFeatures(
      name: name, studentWidth: studentWidth, teacherWidth: teacherWidth,
      projection: options.projection, normalizes: options.normalizes, seed: seed)
  }

  /// The weighted sum of the bands' mean squared errors, and its gradient at the tap.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let members = input.batch.members.map { transforms[$0] }
    let features = try input[tap]
    guard features.rows == members.reduce(0, { $0 + $1.nodeCount }) else {
      throw ObjectiveError(
        "takes features apart by the frequencies of the graph, and those at \(tap) have "
          + "\(features.rows) rows, not one a node")
    }
    let value = projected.evaluate(
      features, reference: { reference(input.batch, $0) }
    ) { student, teacher in
      var gap = student
      gap.add(teacher, scale: -1)
      return bandError(of: gap, members)
    }
    return ObjectiveValue(
      loss: value.loss, gradients: [tap: value.gradient], parameterGradients: value.ofParameters)
  }

  /// The loss of a difference, the graphs' rows one below the other, and its gradient.
  private func bandError(
    of gap: Matrix<S>, _ members: [FrameletTransform<S>]
  ) -> (loss: Double, dGap: Matrix<S>) {
    precondition(
      members.reduce(0) { $0 + $1.nodeCount } == gap.rows, "one row a node of the batch")
    let share = 1 / Double(max(gap.count, 1))
    var (loss, first) = (0.0, 0)
    var gradients: [Matrix<S>] = []
    for transform in members {
      let rows = first..<first + transform.nodeCount
      first = rows.upperBound
      var parts = transform.decompose(members.count == 1 ? gap : gap.slice(rows: rows))
      for (b, weight) in weights.enumerated() {
        loss += weight * share * parts[b].sumOfSquares
        parts[b].multiply(by: S(2 * weight * share))
      }
      gradients.append(transform.decomposeBackward(parts))
    }
    return (loss, gradients.count == 1 ? gradients[0] : .stacked(gradients))
  }
}
