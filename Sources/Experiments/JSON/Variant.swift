/// The settings that one choice of a ``Variant`` brings with it.
protocol VariantSettings: Record {
  /// The name of the choice: the tag's value in JSON.
  static var name: String { get }
  /// What the choice is, in a sentence, for the schema.
  static var note: String { get }
}

/// A value of several kinds, told apart by a tag in its JSON object: `{"type": "adam", ...}`.
///
/// An enumeration with one case for each kind, and the kind's settings as its associated value. A
/// further kind is a file with its settings, a case, and its line in `choices` and in `settings`.
protocol Variant: Record {
  /// The key whose value names the choice.
  static var tag: String { get }
  /// All choices; the first is the default.
  static var choices: [VariantChoice<Self>] { get }
  /// The settings of the active choice.
  var settings: any VariantSettings { get }
}

/// One choice of a variant.
struct VariantChoice<Whole> {
  /// The tag's value.
  let name: String
  let note: String
  /// The choice with fresh settings.
  let fresh: Whole
  /// Shows the fields of fresh settings to a visitor and wraps what comes out.
  let visit: (any FieldVisitor) -> Whole

  /// A choice from its settings' type and the case that holds them.
  init<Settings: VariantSettings>(_ wrap: @escaping (Settings) -> Whole) {
    name = Settings.name
    note = Settings.note
    fresh = wrap(Settings())
    visit = { visitor in
      var settings = Settings()
      settings.fields(visitor)
      return wrap(settings)
    }
  }
}

extension Variant {
  /// The name of the active choice.
  var choiceName: String { type(of: settings).name }

  var inconsistencies: [Inconsistency] { settings.inconsistencies }

  mutating func fields(_ visitor: any FieldVisitor) { visitor.variant(&self) }
}
