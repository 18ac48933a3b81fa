import Records

/// A value to set at a key path of a config before it is read.
///
/// Elements of a list go by their "name" or by their index: `models.lsp.training.epochs`,
/// `models.2.training.epochs`, `seeds.0`.
package struct Override: Equatable, Sendable {
  /// The keys from the top.
  package var path: [String]
  package var value: JSONValue
  /// Where the override was given, for messages: "--set", "the quick block".
  package var origin: String

  /// An override from a dotted path, or nil where the path has an empty part.
  package init?(path: String, value: JSONValue, origin: String) {
    self.path = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    self.value = value
    self.origin = origin
    if self.path.contains(where: \.isEmpty) { return nil }
  }

  /// An override from the text of a `--set` option, "key.path=value". The value is JSON; what is
  /// not JSON is a string. Nil where the text has no such form.
  package init?(argument: String) {
    guard let equals = argument.firstIndex(of: "=") else { return nil }
    let text = String(argument[argument.index(after: equals)...])
    // A value that is not JSON is meant as a string, so that names need no quotes in a shell.
    let value = (try? JSONParser.parse(text)) ?? .string(text)
    self.init(path: String(argument[..<equals]), value: value, origin: "--set")
  }

  /// Sets the value in a document.
  ///
  /// A missing object on the way is made, since whole objects may be left out of a config; whether
  /// its key exists at all is for the decoder to say.
  ///
  /// - Returns: the path as the decoder names it (list elements by name where they have one).
  /// - Throws: ``JSONProblem`` where the path leads through something that has no such element.
  package func apply(to document: inout JSONValue) throws(JSONProblem) -> [String] {
    guard path.count <= JSONParser.maximumDepth else {
      throw JSONProblem(
        path: "\(path[0])...",
        message: "found a key path of \(path.count) parts, expected at most "
          + "\(JSONParser.maximumDepth) (\(origin))")
    }
    var canonical: [String] = []
    try set(&document, path[...], &canonical)
    return canonical
  }

  private func set(
    _ node: inout JSONValue, _ rest: ArraySlice<String>, _ canonical: inout [String]
  ) throws(JSONProblem) {
    guard let key = rest.first else {
      node = value
      return
    }
    switch node {
    case .object(var members):
      canonical.append(key)
      var member = members[key] ?? (rest.count == 1 ? .null : .object([:]))
      try set(&member, rest.dropFirst(), &canonical)
      members[key] = member
      node = .object(members)
    case .array(var elements):
      let index = try position(of: key, in: elements, at: canonical)
      if case .string(let name)? = elements[index]["name"] {
        canonical.append(name)
      } else {
        canonical.append(String(index))
      }
      try set(&elements[index], rest.dropFirst(), &canonical)
      node = .array(elements)
    default:
      throw problem(at: canonical, "is \(node.kind), which has no \"\(key)\" to set")
    }
  }

  private func position(
    of key: String, in elements: [JSONValue], at place: [String]
  ) throws(JSONProblem) -> Int {
    let names = elements.map { element in
      if case .string(let name)? = element["name"] { name } else { "" }
    }
    if let index = names.firstIndex(of: key) ?? Int(key), elements.indices.contains(index) {
      return index
    }
    let known = names.filter { !$0.isEmpty }
    let hint = NearestName.hint(for: key, among: known)
    let available =
      known.isEmpty
      ? "(it has \(elements.count), counted from 0)"
      : "(its elements: \(known.joined(separator: ", ")))"
    throw problem(at: place, "has no element \"\(key)\"\(hint) \(available)")
  }

  private func problem(at place: [String], _ message: String) -> JSONProblem {
    JSONProblem(
      path: place.joined(separator: "."),
      message: "\(message) (\(origin) \(path.joined(separator: ".")))")
  }
}

extension JSONProblem: Error {}
