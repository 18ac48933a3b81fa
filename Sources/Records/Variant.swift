/// The settings that one choice of a ``Variant`` brings with it.
public protocol VariantSettings: Record {
  /// The name of the choice: the tag's value in JSON.
  static var name: String { get }
  /// What the choice is, in a sentence, for the schema and for lists.
  static var note: String { get }
  /// Where it was published: authors, title, venue, year; empty for what is nobody's invention.
  static var citation: String { get }
}

extension VariantSettings {
  /// Nobody's invention.
  public static var citation: String { "" }

  /// Most of the small choices have no settings.
  public mutating func fields(_ visitor: any FieldVisitor) {}
}

/// A value of several kinds, told apart by a tag in its JSON object: `{"type": "adam", ...}`.
///
/// It holds the settings of any type that its registry knows:
///
///     struct OptimizerConfig: Variant {
///       var settings: any OptimizerSettings
///       static var registry: Registry<any OptimizerSettings> { Registries.optimizers }
///     }
///
/// A further kind is a file with its settings and what they make, and its line in the registry.
public protocol Variant: Record {
  /// The protocol that all kinds follow.
  associatedtype Settings
  /// All kinds; the first is the default.
  static var registry: Registry<Settings> { get }
  /// The key whose value names the kind.
  static var tag: String { get }
  /// Whether a kind's name may stand for the whole object where its settings are at their defaults:
  /// `"batch"` for `{"type": "batch"}`. It is written so, too.
  static var hasShortForm: Bool { get }
  /// The settings of the kind at hand.
  var settings: Settings { get }
  /// A value with these settings.
  init(settings: Settings)
}

extension Variant {
  /// "type".
  public static var tag: String { "type" }
  /// Most are objects always.
  public static var hasShortForm: Bool { false }

  /// The names of all kinds.
  package static var choiceNames: [String] { registry.names }

  /// The first kind with fresh settings.
  public init() { self.init(settings: Self.registry.entries[0].fresh) }

  /// The settings as a record.
  package var record: any VariantSettings {
    guard let record = settings as? any VariantSettings else {
      preconditionFailure("\(Settings.self) are settings of a variant")
    }
    return record
  }

  /// The name of the kind at hand.
  package var choiceName: String { type(of: record).name }

  /// The name alone, where it says all and may stand so.
  package var shortForm: JSONValue? {
    guard Self.hasShortForm, let fresh = Self.registry[choiceName]?.fresh,
      Self(settings: fresh) == self
    else { return nil }
    return .string(choiceName)
  }

  /// What may stand for one, for messages.
  package static var expectation: String {
    let names = choiceNames.map { "\"\($0)\"" }.joined(separator: " or ")
    return hasShortForm
      ? "\(names), or an object whose \"\(tag)\" is one of them"
      : "an object whose \"\(tag)\" is \(names)"
  }

  /// Those of the settings.
  public var inconsistencies: [Inconsistency] { record.inconsistencies }
  /// Those of the settings.
  public var warnings: [Inconsistency] { record.warnings }

  /// The tag, and the fields of the settings.
  public mutating func fields(_ visitor: any FieldVisitor) { visitor.variant(&self) }

  /// Whether both are of one kind with equal settings.
  public static func == (a: Self, b: Self) -> Bool { a.record.isEqual(to: b.record) }
}

extension Record {
  /// Whether another record is of the same type and equal.
  package func isEqual(to other: any Record) -> Bool { (other as? Self) == self }
}
