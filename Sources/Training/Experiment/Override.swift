import Records

/// A value to set at a key path of a config before it is read.
///
/// Elements of a list go by their "name" or by their index: `models.lsp.training.epochs`,
/// `models.2.training.epochs`, `seeds.0`. `*` stands for all elements of a list or object, of which
/// those count that have what follows: `models.*.objectives.lsp.weight` are those of all models that
/// have LSP, at least one.
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
  /// - Returns: the paths that were set as the decoder names them (list elements by name where they
  ///   have one).
  /// - Throws: ``JSONProblem`` where the path leads through something that has no such element, or
  ///   where what `*` stands for has none.
  package func apply(to document: inout JSONValue) throws(JSONProblem) -> [[String]] {
    guard path.count <= JSONParser.maximumDepth else {
      throw JSONProblem(
        path: "\(path[0])...",
        message: "found a key path of \(path.count) parts, expected at most "
          + "\(JSONParser.maximumDepth) (\(origin))")
    }
    var known: [String] = []
    return try set(&document, path[...], at: [], &known)
  }

  /// - Parameter known: gathers the names that lists had where one was looked for in vain.
  private func set(
    _ node: inout JSONValue, _ rest: ArraySlice<String>, at place: [String],
    _ known: inout [String]
  ) throws(JSONProblem) -> [[String]] {
    guard let key = rest.first else {
      node = value
      return [place]
    }
    let next = rest.dropFirst()
    switch node {
    case .object(var members) where key == "*":
      var found: [[String]] = []
      for name in members.keys.sorted() {
        var member = members[name] ?? .null
        found += matches(&member, next, at: place + [name], &known)
        members[name] = member
      }
      try checkMatch(found, next, at: place, known)
      node = .object(members)
      return found
    case .object(var members):
      var member = members[key] ?? (rest.count == 1 ? .null : .object([:]))
      let found = try set(&member, next, at: place + [key], &known)
      members[key] = member
      node = .object(members)
      return found
    case .array(var elements) where key == "*":
      var found: [[String]] = []
      for index in elements.indices {
        let place = place + [name(of: elements[index]) ?? String(index)]
        found += matches(&elements[index], next, at: place, &known)
      }
      try checkMatch(found, next, at: place, known)
      node = .array(elements)
      return found
    case .array(var elements):
      let index = try position(of: key, in: elements, at: place, &known)
      let place = place + [name(of: elements[index]) ?? String(index)]
      let found = try set(&elements[index], next, at: place, &known)
      node = .array(elements)
      return found
    default:
      throw problem(at: place, "is \(node.kind), which has no \"\(key)\" to set")
    }
  }

  /// What an element that `*` stands for has of the rest of the path; nothing is no error.
  private func matches(
    _ node: inout JSONValue, _ rest: ArraySlice<String>, at place: [String],
    _ known: inout [String]
  ) -> [[String]] {
    do throws(JSONProblem) {
      return try set(&node, rest, at: place, &known)
    } catch {
      return []
    }
  }

  private func checkMatch(
    _ found: [[String]], _ rest: ArraySlice<String>, at place: [String], _ known: [String]
  ) throws(JSONProblem) {
    guard found.isEmpty else { return }
    let names = unique(known)
    let hint = rest.map { NearestName.hint(for: $0, among: names) }.first { !$0.isEmpty } ?? ""
    let available = names.isEmpty ? "" : " (there is: \(names.joined(separator: ", ")))"
    let wanted = (["*"] + rest).joined(separator: ".")
    throw problem(at: place, "has nothing that \"\(wanted)\" stands for\(hint)\(available)")
  }

  private func name(of element: JSONValue) -> String? {
    if case .string(let name)? = element["name"] { name } else { nil }
  }

  private func position(
    of key: String, in elements: [JSONValue], at place: [String], _ known: inout [String]
  ) throws(JSONProblem) -> Int {
    let names = elements.map { name(of: $0) ?? "" }
    if let index = names.firstIndex(of: key) ?? Int(key), elements.indices.contains(index) {
      return index
    }
    let own = names.filter { !$0.isEmpty }
    known += own
    let hint = NearestName.hint(for: key, among: own)
    let available =
      own.isEmpty
      ? "(it has \(elements.count), counted from 0)"
      : "(its elements: \(own.joined(separator: ", ")))"
    throw problem(at: place, "has no element \"\(key)\"\(hint) \(available)")
  }

  private func problem(at place: [String], _ message: String) -> JSONProblem {
    JSONProblem(
      path: place.joined(separator: "."),
      message: "\(message) (\(origin) \(path.joined(separator: ".")))")
  }
}
