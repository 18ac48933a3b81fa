import Layers
import Tensor

/// How attention maps are compared.
public enum AttentionDistance: String, Sendable, CaseIterable {
  /// The mean of squared differences, as Zagoruyko & Komodakis and the authors of G-CRD compute it.
  case meanSquared
  /// The Euclidean norm of the difference, as the paper writes it.
  case norm
}

/// Attention transfer (Zagoruyko & Komodakis, ICLR 2017) with nodes in the place of pixels: where a
/// model's activations are large shall be the same for student and teacher. With the energy
/// q_i = sum over channels of z_ic^2 of each node and the map a = q / |q|, a vector over all nodes
/// of the batch (so a node's share depends on which graphs are in the batch with it):
///
///     meanSquared: loss = mean over nodes of (a_student - a_teacher)^2
///     norm:        loss = |a_student - a_teacher|
///
/// The widths of student and teacher are free.
public final class AttentionTransfer<S: Scalar>: Objective {
  private let tap: Tap
  private let distance: AttentionDistance
  private let reference: TeacherReference<S>

  /// The one tap that is compared.
  public var taps: [Tap] { [tap] }

  /// - Parameters:
  ///   - tap: The student's features.
  ///   - distance: How the maps are compared.
  ///   - reference: The teacher's features.
  public init(
    tap: Tap, distance: AttentionDistance = .meanSquared, reference: @escaping TeacherReference<S>
  ) {
    self.tap = tap
    self.distance = distance
    self.reference = reference
  }

  /// The distance of the maps and its gradient at the tap.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let features = try input[tap]
    let student = attentionMap(features)
    let teacher = attentionMap(reference(input.batch, .all(features.rows)))
    var (loss, dMap) = meanSquaredError(student.output, teacher.output)
    if distance == .norm {
      // |g| from the mean m of g^2 over n nodes: sqrt(n m), with the slope sqrt(n / m) / 2.
      let squared = loss * Double(features.rows)
      let norm = squared.squareRoot()
      dMap.multiply(by: squared > 0 ? S(Double(features.rows) / (2 * norm)) : 0)
      loss = norm
    }
    let dEnergy = student.backward(dMap).reshaped(features.rows, 1)
    return ObjectiveValue(
      loss: loss, gradients: [tap: features.scaledRows(by: dEnergy, scale: 2)])
  }

  /// Energies as one row of length 1.
  private func attentionMap(_ features: Matrix<S>) -> NormalizedRows<S> {
    NormalizedRows(features.rowSquares().reshaped(1, features.rows))
  }
}
