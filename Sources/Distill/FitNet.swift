import Layers
import Tensor

/// Which learnt maps stand between the features that FitNet compares.
public enum FitNetProjection: Sendable, Equatable {
  /// A linear map of the student's features to the teacher's width where the widths differ, none
  /// where they are equal: the regressor of Romero et al.
  case whereWidthsDiffer
  /// The linear map in any case.
  case student
  /// A head on each side, both to `width` columns, as in the code of the authors of G-CRD.
  case both(width: Int, head: ProjectionHeadKind)
}

/// FitNet (Romero et al., ICLR 2015) on features of length 1, as compared with G-CRD (Joshi et al.,
/// TNNLS 2022): with student features s_i and teacher features t_i of node i, after projection,
///
///     loss = mean over nodes and columns of (s_i / |s_i| - t_i / |t_i|)^2
///
/// A row of zeros stays one and gets no gradient.
public final class FitNet<S: Scalar>: Objective {
  private let tap: Tap
  private let reference: TeacherReference<S>
  private let projected: ProjectedFeatures<S>

  /// The one tap that is compared.
  public var taps: [Tap] { [tap] }
  /// Those of the projections.
  public var parameters: [Parameter<S>] { projected.parameters }

  /// - Parameters:
  ///   - name: The term's name, for those of its parameters.
  ///   - tap: The student's features.
  ///   - studentWidth: The columns of the student's features.
  ///   - teacherWidth: The columns of the teacher's features.
  ///   - projection: The learnt maps.
  ///   - seed: For the first values of the maps.
  ///   - reference: The teacher's features.
  public init(
    name: String, tap: Tap, studentWidth: Int, teacherWidth: Int,
    projection: FitNetProjection = .whereWidthsDiffer, seed: UInt64,
    reference: @escaping TeacherReference<S>
  ) {
    self.tap = tap
    self.reference = reference
    projected = ProjectedFeatures(
      name: name, studentWidth: studentWidth, teacherWidth: teacherWidth, projection: projection,
      normalizes: true, seed: seed)
  }

  /// The mean squared error and its gradient at the tap.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let value = projected.evaluate(
      try input[tap], reference: { reference(input.batch, $0) }
    ) { meanSquaredError($0, $1) }
    return ObjectiveValue(
      loss: value.loss, gradients: [tap: value.gradient], parameterGradients: value.ofParameters)
  }
}
