/// The members of a JSON object, taken one by one: for documents that are no records, such as the
/// header of a file of tensors. The first thing that is wrong is thrown, with its key path; members
/// that nobody takes are ignored.
package struct JSONMembers {
  private let members: [String: JSONValue]
  private let path: [String]

  /// The members of a value.
  ///
  /// - Parameter path: Where the value stands.
  /// - Throws: ``JSONProblem`` where it is no object.
  package init(_ value: JSONValue, at path: [String] = []) throws(JSONProblem) {
    guard case .object(let members) = value else {
      throw JSONProblem(path, "found \(value.excerpt), expected an object")
    }
    (self.members, self.path) = (members, path)
  }

  /// All keys, sorted.
  package var keys: [String] { members.keys.sorted() }

  /// The value of a key, or nil where it is missing or null.
  ///
  /// - Throws: ``JSONProblem`` where it is not what the rule says.
  package func optional<Value>(
    _ key: String, _ rule: FieldRule<Value>
  ) throws(JSONProblem) -> Value? {
    guard let found = members[key], found != .null else { return nil }
    guard let value = rule.decode(found) else {
      throw JSONProblem(path + [key], "found \(found.excerpt), expected \(rule.expected)")
    }
    return value
  }

  /// The value of a key.
  ///
  /// - Throws: ``JSONProblem`` where it is missing or not what the rule says.
  package func value<Value>(
    _ key: String, _ rule: FieldRule<Value>
  ) throws(JSONProblem) -> Value {
    guard let value = try optional(key, rule) else {
      throw JSONProblem(path + [key], "missing; expected \(rule.expected)")
    }
    return value
  }

  /// The object at a key, or nil where it is missing or null.
  ///
  /// - Throws: ``JSONProblem`` where it is something else.
  package func optionalObject(_ key: String) throws(JSONProblem) -> JSONMembers? {
    guard let found = members[key], found != .null else { return nil }
    return try JSONMembers(found, at: path + [key])
  }

  /// The object at a key.
  ///
  /// - Throws: ``JSONProblem`` where it is missing or something else.
  package func object(_ key: String) throws(JSONProblem) -> JSONMembers {
    guard let object = try optionalObject(key) else {
      throw JSONProblem(path + [key], "missing; expected an object")
    }
    return object
  }

  /// The objects of the list at a key.
  ///
  /// - Throws: ``JSONProblem`` where it is missing, or something else.
  package func objects(_ key: String) throws(JSONProblem) -> [JSONMembers] {
    guard case .array(let elements)? = members[key] else {
      let found = members[key].map { "found \($0.excerpt)" } ?? "missing"
      throw JSONProblem(path + [key], "\(found); expected a list of objects")
    }
    var objects: [JSONMembers] = []
    for (index, element) in elements.enumerated() {
      objects.append(try JSONMembers(element, at: path + [key, String(index)]))
    }
    return objects
  }
}

extension JSONProblem: Error {
  fileprivate init(_ path: [String], _ message: String) {
    self.init(path: path.joined(separator: "."), message: message)
  }
}

extension JSONSyntaxError {
  /// Where and what, for a person.
  package var description: String { "line \(line), column \(column): \(message)" }
}
