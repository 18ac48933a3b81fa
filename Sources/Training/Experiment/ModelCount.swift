import Records

/// The key `count` of a model in a config's file, which stands for that many models.
///
///     {"name": "student", "count": 2, ...}
///
/// is `student_1` and `student_2`, alike but for their names, in the group `student` unless the model
/// names one. Overrides are applied before: `--set models.student.training.epochs=20` sets both.
package enum ModelCount {
  package static let key = "count"
  package static let range = 1...64

  package static let schema: [String: JSONValue] = [
    "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
  ]

  /// The document with every counted model written out.
  ///
  /// - Returns: the document, and counts that are no counts.
  package static func expanded(_ document: JSONValue) -> (JSONValue, [JSONProblem]) {
    guard case .object(var members) = document, case .array(let models)? = members["models"] else {
      return (document, [])
    }
    var problems: [JSONProblem] = []
    members["models"] = .array(
      models.enumerated().flatMap { place, model -> [JSONValue] in
        guard case .object(var settings) = model, let count = settings[key] else { return [model] }
        guard case .integer(let count) = count, range.contains(count) else {
          let name = model["name"].flatMap { if case .string(let name) = $0 { name } else { nil } }
          problems.append(
            JSONProblem(
              path: "models.\(name ?? String(place)).\(key)",
              message: "found \(count.excerpt), expected an integer from \(range.lowerBound) to "
                + "\(range.upperBound)"))
          return [model]
        }
        settings[key] = nil
        // A name that is missing or no string is for the decoder to complain of.
        guard case .string(let name)? = settings["name"] else { return [.object(settings)] }
        settings["group"] = settings["group"] ?? .string(name)
        return (1...count).map { number in
          settings["name"] = .string("\(name)_\(number)")
          return .object(settings)
        }
      })
    return (.object(members), problems)
  }
}
