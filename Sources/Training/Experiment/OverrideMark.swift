import Records

/// The mark of overrides in a run's folder: `lsp.weight=0.5` of
/// `models.lsp.objectives.lsp.weight=0.5`, several joined by "+".
///
/// Of each key path stands the shortest tail that no other setting of the config ends with; `*` reads
/// "all", and the values of a list are joined by commas. Where no mark can be had that says as much as
/// the overrides (an object, characters that do not suit a file's name, more than 80 of them), it is
/// eight digits of a hash of the whole config.
package enum OverrideMark {
  /// No mark is longer.
  static let mostCharacters = 80

  /// The mark of the overrides that made a config.
  package static func text(of overrides: [Override], in config: ExperimentConfig) -> String {
    let document = RecordEncoder.encode(config)
    let known = paths(of: document, at: [])
    var marks: [(path: [String], text: String)] = []
    for override in overrides where override.path.first != "seeds" {
      let path = named(override.path, in: document)
      guard let value = text(of: override.value),
        path.allSatisfy({ isSuitable($0) && $0 != "all" || $0 == "*" })
      else { return StableHash.hash(config.identity) }
      let tail = tail(of: path, among: known).map { $0 == "*" ? "all" : $0 }
      // Of one path given twice, the last counts.
      marks.removeAll { $0.path == path }
      marks.append((path, tail.joined(separator: ".") + "=" + value))
    }
    let mark = marks.map(\.text).joined(separator: "+")
    return mark.isEmpty || mark.count > mostCharacters ? StableHash.hash(config.identity) : mark
  }

  /// The key path with names in the place of indices.
  private static func named(_ path: [String], in document: JSONValue) -> [String] {
    var node: JSONValue? = document
    return path.map { key in
      guard case .array(let elements)? = node else {
        node = node?[key]
        return key
      }
      let element =
        elements.first { $0["name"] == .string(key) }
        ?? Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
      node = element
      if case .string(let name)? = element?["name"] { return name }
      return key
    }
  }

  private static func paths(of node: JSONValue, at path: [String]) -> [[String]] {
    switch node {
    case .object(let members):
      return members.flatMap { [path + [$0]] + paths(of: $1, at: path + [$0]) }
    case .array(let elements):
      return elements.flatMap { element -> [[String]] in
        guard case .string(let name)? = element["name"] else { return [] }
        return [path + [name]] + paths(of: element, at: path + [name])
      }
    default: return []
    }
  }

  private static func tail(of path: [String], among known: [[String]]) -> [String] {
    let others = known.filter { $0 != path }
    for count in 1..<max(path.count, 1) {
      let tail = path.suffix(count)
      // What stands for several settings begins where it says so.
      if path.dropLast(count).contains("*") { continue }
      if !others.contains(where: { $0.suffix(count) == tail }) { return Array(tail) }
    }
    return path
  }

  private static func text(of value: JSONValue) -> String? {
    switch value {
    case .null, .bool, .integer, .number: return value.compactText
    case .string(let text):
      // "3" is another value than 3, and must not look like it.
      return isSuitable(text) && (try? JSONParser.parse(text)) == nil ? text : nil
    case .array(let elements):
      let texts = elements.compactMap { element -> String? in
        if case .array = element { return nil }
        return text(of: element)
      }
      guard !texts.isEmpty, texts.count == elements.count else { return nil }
      return texts.joined(separator: ",") + (texts.count == 1 ? "," : "")
    case .object: return nil
    }
  }

  private static func isSuitable(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
          UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}
