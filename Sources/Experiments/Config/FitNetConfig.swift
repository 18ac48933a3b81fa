import Distill

/// FitNet (Romero et al. 2015): the student's features, scaled to length 1, follow the teacher's.
struct FitNetConfig: FeatureObjectiveSettings {
  static let name = "fitnet"
  static let note = "FitNet (Romero et al. 2015), on features of length 1."

  var source = TeacherConfig()
  var features = FeaturePairConfig()
  var projection = FitNetProjectionConfig()

  mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.record("projection", &projection, "The learnt maps between the features.")
  }
}

/// The learnt maps between the features that FitNet compares.
enum FitNetProjectionConfig: Variant {
  case whereWidthsDiffer(WidthProjectionConfig)
  case student(StudentProjectionConfig)
  case both(BothProjectionsConfig)

  init() { self = .whereWidthsDiffer(WidthProjectionConfig()) }

  static let tag = "type"
  static let choices = [
    VariantChoice(Self.whereWidthsDiffer), VariantChoice(Self.student), VariantChoice(Self.both),
  ]

  var settings: any VariantSettings {
    switch self {
    case .whereWidthsDiffer(let settings): settings
    case .student(let settings): settings
    case .both(let settings): settings
    }
  }
}

/// A linear map of the student's features where the widths differ.
struct WidthProjectionConfig: VariantSettings {
  static let name = "whereWidthsDiffer"
  static let note =
    "A linear map of the student's features to the teacher's width, where the widths differ."

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// A linear map of the student's features in any case.
struct StudentProjectionConfig: VariantSettings {
  static let name = "student"
  static let note = "A linear map of the student's features to the teacher's width, in any case."

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// A map on each side.
struct BothProjectionsConfig: VariantSettings {
  static let name = "both"
  static let note = "A head on each side to a common width, as in the code of G-CRD."

  var width = 256
  var head = ProjectionHeadKind.linearBatchNormReLU

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.projection(width: &width, head: &head)
  }
}

extension FieldVisitor {
  /// The fields of a pair of projection heads.
  func projection(width: inout Int, head: inout ProjectionHeadKind) {
    field("width", &width, .integer(1...65_536), "The columns of projected features.")
    field(
      "head", &head, .choice,
      "What a head computes: a linear map, or one with batch normalisation and ReLU behind it.")
  }

  /// The field for the most nodes that an objective looks at in a step.
  func maxSamples(_ value: inout Int?, _ note: String) {
    field("maxSamples", &value, .orNull(.integer(1...1_000_000_000)), "\(note); null for all.")
  }
}
