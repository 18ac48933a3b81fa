import Distill
import Records
import Tensor

/// FitNet (Romero et al. 2015): the student's features, scaled to length 1, follow the teacher's.
package struct FitNetConfig: FeatureObjectiveSettings {
  package static let name = "fitnet"
  package static let note = "FitNet (Romero et al. 2015), on features of length 1."
  package static let citation = "Romero et al., FitNets: Hints for thin deep nets, ICLR 2015"

  package var source = TeacherConfig()
  package var features = FeaturePairConfig()
  package var projection = FitNetProjectionConfig()

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.record("projection", &projection, "The learnt maps between the features.")
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    let widths = try widths(context)
    return FitNet(
      name: context.name, tap: features.student, studentWidth: widths.student,
      teacherWidth: widths.teacher, projection: projection.settings.projection,
      seed: context.seed, reference: try reference(context))
  }
}

/// The learnt maps between the features that FitNet compares.
package struct FitNetProjectionConfig: Variant {
  package var settings: any FitNetProjectionSettings

  package init(settings: any FitNetProjectionSettings) { self.settings = settings }
  package static let registry = Registry<any FitNetProjectionSettings>(
    "projections",
    [
      .init(WidthProjectionConfig.self) { $0 }, .init(StudentProjectionConfig.self) { $0 },
      .init(BothProjectionsConfig.self) { $0 },
    ])
}

/// A choice of learnt maps.
package protocol FitNetProjectionSettings: VariantSettings {
  /// In the terms of the objective.
  var projection: FitNetProjection { get }
}

/// A linear map of the student's features where the widths differ.
package struct WidthProjectionConfig: FitNetProjectionSettings {
  package static let name = "whereWidthsDiffer"
  package static let note =
    "A linear map of the student's features to the teacher's width, where the widths differ."

  package var projection: FitNetProjection { .whereWidthsDiffer }

  package init() {}
}

/// A linear map of the student's features in any case.
package struct StudentProjectionConfig: FitNetProjectionSettings {
  package static let name = "student"
  package static let note =
    "A linear map of the student's features to the teacher's width, in any case."

  package var projection: FitNetProjection { .student }

  package init() {}
}

/// A map on each side.
package struct BothProjectionsConfig: FitNetProjectionSettings {
  package static let name = "both"
  package static let note = "A head on each side to a common width, as in the code of G-CRD."

  package var width = 256
  package var head = ProjectionHeadKind.linearBatchNormReLU

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.projection(width: &width, head: &head)
  }

  package var projection: FitNetProjection { .both(width: width, head: head) }
}

extension FieldVisitor {
  /// The fields of a pair of projection heads.
  package func projection(width: inout Int, head: inout ProjectionHeadKind) {
    field("width", &width, .integer(1...65_536), "The columns of projected features.")
    field(
      "head", &head, .choice,
      "What a head computes: a linear map, or one with batch normalisation and ReLU behind it.")
  }

  /// The field for the most nodes that an objective looks at in a step.
  package func maxSamples(_ value: inout Int?, _ note: String) {
    field("maxSamples", &value, .orNull(.integer(1...1_000_000_000)), "\(note); null for all.")
  }
}
