/// One term of a model's training loss: what it is, its weight, and the epochs in which it counts.
struct ObjectiveConfig: Record {
  /// Names the loss in progress and metrics.
  var name = ""
  var kind = ObjectiveKind()
  var weight = 1.0
  /// The first epoch, from 0, in which the objective counts.
  var firstEpoch = 0
  /// The last one; nil for the last of the training.
  var lastEpoch: Int?
  /// Over so many epochs from the first the weight rises linearly: in epoch e it is
  /// weight * min(1, (e - firstEpoch + 1) / warmup); 0 for the full weight at once.
  var warmup = 0

  mutating func fields(_ visitor: any FieldVisitor) {
    let epoch = FieldRule<Int>.integer(0...1_000_000)
    visitor.field("name", &name, .name, required: true, "Names the loss in progress and metrics.")
    visitor.variant(&kind)
    visitor.field("weight", &weight, .number(.nonNegative), "The factor in the sum of losses.")
    visitor.field("firstEpoch", &firstEpoch, epoch, "The first epoch, from 0, in which it counts.")
    visitor.field(
      "lastEpoch", &lastEpoch, .orNull(epoch), "The last such epoch; null for the training's last.")
    visitor.field(
      "warmup", &warmup, epoch, "Epochs over which the weight rises linearly from the first on.")
  }

  var inconsistencies: [Inconsistency] {
    var found = kind.inconsistencies
    if let lastEpoch, lastEpoch < firstEpoch {
      let message = "found \(lastEpoch), which is before firstEpoch, \(firstEpoch)"
      found.append(Inconsistency(key: "lastEpoch", message: message))
    }
    return found
  }
}

/// What an objective is.
enum ObjectiveKind: Variant {
  case bce(BinaryCrossEntropyConfig)
  case crossEntropy(CrossEntropyConfig)
  case lsp(LSPConfig)
  case kd(KDConfig)
  case fitnet(FitNetConfig)
  case at(ATConfig)
  case mmd(MMDConfig)
  case gsp(GSPConfig)
  case gcrd(GCRDConfig)
  case alignahead(AlignaheadConfig)
  case mutual(MutualConfig)
  case framelet(FrameletObjectiveConfig)

  init() { self = .bce(BinaryCrossEntropyConfig()) }

  static let tag = "type"
  static let choices = [
    VariantChoice(Self.bce), VariantChoice(Self.crossEntropy), VariantChoice(Self.lsp),
    VariantChoice(Self.kd), VariantChoice(Self.fitnet), VariantChoice(Self.at),
    VariantChoice(Self.mmd), VariantChoice(Self.gsp), VariantChoice(Self.gcrd),
    VariantChoice(Self.alignahead), VariantChoice(Self.mutual), VariantChoice(Self.framelet),
  ]

  /// The settings, whatever the kind.
  var objectiveSettings: any ObjectiveSettings {
    switch self {
    case .bce(let settings): settings
    case .crossEntropy(let settings): settings
    case .lsp(let settings): settings
    case .kd(let settings): settings
    case .fitnet(let settings): settings
    case .at(let settings): settings
    case .mmd(let settings): settings
    case .gsp(let settings): settings
    case .gcrd(let settings): settings
    case .alignahead(let settings): settings
    case .mutual(let settings): settings
    case .framelet(let settings): settings
    }
  }

  var settings: any VariantSettings { objectiveSettings }
}

/// The settings of a kind of objective, and what it reads.
protocol ObjectiveSettings: VariantSettings {
  /// Whether it compares the outputs with labels.
  var isTask: Bool { get }
  /// The model that it learns from, which is trained before.
  var teacher: TeacherConfig? { get }
  /// The features that it reads.
  var taps: [TapUse] { get }
}

extension ObjectiveSettings {
  var isTask: Bool { false }
  var teacher: TeacherConfig? { nil }
  var taps: [TapUse] { [] }
}

/// A feature that an objective reads.
struct TapUse {
  /// Whose feature it is.
  enum Source {
    case student, teacher
  }

  /// The key of the setting that names it.
  var key: String
  var tap: String
  var reads: Source
}
