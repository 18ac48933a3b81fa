import Foundation
import Records

/// What a config or table takes over: `extends` from another file, `defaults` for each of its models
/// (a table: sections).
///
/// `"extends": "other.json"`, relative to the file that says so, merges the file over the other one,
/// which may extend a third. **The rule**: objects merge by key, and lists of objects with names by
/// name, new ones at the end; every other list, and every other value, replaces the one that was
/// there. So does an object with another `type` or `family`, whose keys mean something else.
///
/// `"defaults": {...}` is then merged under every element of the list, whose own keys win. There all
/// lists are replaced: a model has the default `objectives` only where it gives none.
///
/// Both are done before key paths are set, and gone from the resolved document.
package enum ConfigInheritance {
  package static let extendsKey = "extends"
  package static let defaultsKey = "defaults"

  /// The rule in short, for the schema.
  package static let note =
    "A file, relative to this one, that this one changes: objects merge by key, lists of named objects "
    + "by name; other lists, and objects of another type or family, are replaced."

  /// The document of a file, merged over those that it extends.
  ///
  /// - Parameter name: the file's name in messages.
  /// - Throws: ``InputError`` where a file is missing, ``ConfigError`` where one is not JSON, or where
  ///   files extend one another in a circle. Both name the chain.
  package static func read(_ url: URL, named name: String) throws -> JSONValue {
    try read(url, chain: [(url.resolvingSymlinksInPath().standardizedFileURL.path, name)])
  }

  private static func read(_ url: URL, chain: [(file: String, name: String)]) throws -> JSONValue {
    let name = chain.last?.name ?? ""
    let document: JSONValue
    do {
      document = FileSourceConfig.settled(
        try JSONFile.read(url, named: name),
        in: url.absoluteURL.deletingLastPathComponent())
    } catch let error as InputError where chain.count > 1 {
      throw InputError(message: "\(words(chain)): \(error)")
    }
    guard case .object(var members) = document, let base = members[extendsKey] else {
      return document
    }
    guard case .string(let path) = base, !path.isEmpty else {
      throw problem(in: name, "found \(base.excerpt), expected the path of a file")
    }
    members[extendsKey] = nil
    let file = URL(filePath: path, relativeTo: url.deletingLastPathComponent())
    let resolved = file.resolvingSymlinksInPath().standardizedFileURL.path
    let longer = chain + [(resolved, shown(path, from: name))]
    guard !chain.contains(where: { $0.file == resolved }) else {
      throw problem(
        in: name, "\(words(longer)): a circle; expected a chain that ends with a whole file")
    }
    return merged(.object(members), over: try read(file, chain: longer), listsByName: true)
  }

  /// A path as the user of a file would write it: `configs/base.json` of `../base.json` in
  /// `configs/more/own.json`.
  private static func shown(_ path: String, from name: String) -> String {
    if path.hasPrefix("/") { return path }
    var parts: [Substring] = []
    for part in name.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      + path.split(separator: "/") where part != "."
    {
      if part == "..", let last = parts.last, last != "..", last != "" {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }

  private static func words(_ chain: [(file: String, name: String)]) -> String {
    chain.map(\.name).enumerated().map {
      ($0 == 0 ? "" : $0 == 1 ? " extends " : ", which extends ") + $1
    }
    .joined()
  }

  private static func problem(in name: String, _ message: String) -> ConfigError {
    ConfigError(source: name, problems: [JSONProblem(path: extendsKey, message: message)])
  }

  /// A value merged over another by the rule above.
  ///
  /// - Parameter listsByName: whether lists of objects with names merge; else they are replaced too.
  package static func merged(
    _ own: JSONValue, over base: JSONValue, listsByName: Bool
  ) -> JSONValue {
    switch (own, base) {
    case (.object(let members), .object(let others)):
      let isAnotherKind = ["type", "family"].contains { tag in
        if let kind = members[tag], let other = others[tag] { kind != other } else { false }
      }
      if isAnotherKind { return own }
      return .object(
        others.merging(members) { merged($1, over: $0, listsByName: listsByName) })
    case (.array(let elements), .array(let others)) where listsByName:
      guard let names = names(of: elements),
        let known = names.isEmpty ? nil : self.names(of: others)
      else { return own }
      var result = others
      for (name, element) in zip(names, elements) {
        if let place = known.firstIndex(of: name) {
          result[place] = merged(element, over: others[place], listsByName: true)
        } else {
          result.append(element)
        }
      }
      return .array(result)
    default: return own
    }
  }

  /// The names of a list's elements; nil where one has none or two have the same.
  private static func names(of elements: [JSONValue]) -> [String]? {
    let names = elements.compactMap { element in
      if case .string(let name)? = element["name"] { name } else { nil }
    }
    return Set(names).count == elements.count ? names : nil
  }

  /// The document with its `defaults` under every element of a list.
  ///
  /// - Parameter list: the key of the list: "models".
  /// - Returns: the document without `defaults`, and defaults that are none.
  package static func filled(
    _ document: JSONValue, list: String
  ) -> (JSONValue, problems: [JSONProblem]) {
    guard case .object(var members) = document, let defaults = members[defaultsKey] else {
      return (document, [])
    }
    members[defaultsKey] = nil
    var problems: [JSONProblem] = []
    if case .object(let block) = defaults {
      if block["name"] != nil {
        problems.append(
          JSONProblem(
            path: "\(defaultsKey).name", message: "every one of the \(list) has a name of its own"))
      }
    } else {
      problems.append(
        JSONProblem(
          path: defaultsKey,
          message: "found \(defaults.excerpt), expected an object of keys of the \(list)"))
    }
    if problems.isEmpty, case .array(let elements)? = members[list] {
      members[list] = .array(
        elements.map {
          if case .object = $0 { merged($0, over: defaults, listsByName: false) } else { $0 }
        })
    }
    return (.object(members), problems)
  }

  /// The schema of a file with `extends` and `defaults`: that of the whole document; where the file
  /// uses one of the two, nothing is required of it, since it may come from elsewhere.
  package static func schema(of whole: [String: JSONValue]) -> [String: JSONValue] {
    [
      "if": [
        "anyOf": [["required": [.string(extendsKey)]], ["required": [.string(defaultsKey)]]]
      ],
      "then": lenient(.object(whole)), "else": .object(whole),
    ]
  }

  private static func lenient(_ schema: JSONValue) -> JSONValue {
    switch schema {
    case .object(var rules):
      rules["required"] = nil
      if let choices = rules.removeValue(forKey: "oneOf") { rules["anyOf"] = choices }
      for (rule, content) in rules where rule != "default" && rule != "enum" {
        if rule == "properties", case .object(let properties) = content {
          rules[rule] = .object(properties.mapValues(lenient))
        } else {
          rules[rule] = lenient(content)
        }
      }
      return .object(rules)
    case .array(let schemas): return .array(schemas.map(lenient))
    default: return schema
    }
  }
}
