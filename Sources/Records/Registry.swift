/// The choices of one kind that configs can name: objectives, optimisers, data sets, ...
///
/// Decoding, the schema, messages with the nearest valid name and lists all read the registry, so a
/// choice is named in one place. A package adds its own before the command line starts; a name that
/// is there already is kept for `collisions`, which the command line reports before it does
/// anything else.
///
/// `Value` is the protocol that choices follow (`any OptimizerSettings`). It is filled at start, by
/// one thread, and only read afterwards.
public final class Registry<Value>: @unchecked Sendable {
  /// One choice.
  package struct Entry {
    /// The name in configs.
    package let name: String
    /// What the choice is, in a sentence.
    package let note: String
    /// Where it was published; empty for what is nobody's invention.
    package let citation: String
    /// The type that implements it, for messages.
    package let type: String
    /// What it is for, where choices of one kind serve different ends; empty for all.
    package var uses: [String] = []
    /// The choice with fresh settings.
    package let fresh: Value
    /// Shows the fields of fresh settings to a visitor and gives what comes out.
    package let visit: (any FieldVisitor) -> Value

    /// A choice from its parts.
    package init(
      name: String, note: String, citation: String, type: String, uses: [String] = [], fresh: Value,
      visit: @escaping (any FieldVisitor) -> Value
    ) {
      self.name = name
      self.note = note
      self.citation = citation
      self.type = type
      self.uses = uses
      self.fresh = fresh
      self.visit = visit
    }
  }

  /// The name of the kind, in the plural: "objectives".
  package let kind: String
  /// All choices in the order of registration.
  package private(set) var entries: [Entry] = []
  /// Messages about names that were registered twice, each with both types.
  package private(set) var collisions: [String] = []

  /// A registry that holds what `fill` registers.
  package init(_ kind: String, fill: (Registry) -> Void) {
    self.kind = kind
    fill(self)
  }

  /// A registry of given choices.
  package init(_ kind: String, _ entries: [Entry]) {
    self.kind = kind
    entries.forEach(add)
  }

  /// Adds a choice. One whose name is taken is not added, but noted in ``collisions``.
  package func add(_ entry: Entry) {
    let taken = entries.first {
      $0.name == entry.name
        && (entry.uses.isEmpty || $0.uses.isEmpty || !Set($0.uses).isDisjoint(with: entry.uses))
    }
    if let taken {
      collisions.append(
        "\(kind): the name \"\(entry.name)\" is registered twice, by \(taken.type) and by "
          + "\(entry.type); give one of them another name")
    } else {
      entries.append(entry)
    }
  }

  /// The names in order.
  package var names: [String] { entries.map(\.name) }

  /// The choice of a name, or nil.
  package subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// The choices that follow a further protocol.
  package func narrowed<Narrow>(_ narrow: @escaping (Value) -> Narrow?) -> Registry<Narrow> {
    Registry<Narrow>(
      kind,
      entries.compactMap { entry in
        guard let fresh = narrow(entry.fresh) else { return nil }
        return Registry<Narrow>.Entry(
          name: entry.name, note: entry.note, citation: entry.citation, type: entry.type,
          fresh: fresh
        ) { narrow(entry.visit($0)) ?? fresh }
      })
  }
}

extension Registry.Entry {
  /// A choice from the type of its settings; `widen` is `{ $0 }`.
  package init<Settings: VariantSettings>(
    _ type: Settings.Type, uses: [String] = [], _ widen: @escaping (Settings) -> Value
  ) {
    self.init(
      name: Settings.name, note: Settings.note, citation: Settings.citation,
      type: String(reflecting: Settings.self), uses: uses, fresh: widen(Settings())
    ) { visitor in
      var settings = Settings()
      settings.fields(visitor)
      return widen(settings)
    }
  }
}

/// A registry whatever it holds, for lists and checks.
package protocol AnyRegistry {
  var kind: String { get }
  var collisions: [String] { get }
  /// What there is to say about each choice.
  var outline: [ChoiceOutline] { get }
}

extension Registry: AnyRegistry {
  package var outline: [ChoiceOutline] {
    entries.map { entry in
      ChoiceOutline(
        name: entry.name, note: entry.note, citation: entry.citation, uses: entry.uses,
        fields: RecordOutline.fields { _ = entry.visit($0) })
    }
  }
}
