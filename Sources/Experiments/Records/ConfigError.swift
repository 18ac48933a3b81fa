/// A file whose content cannot be used: not JSON, or not what it should be.
struct ConfigError: ReportableError {
  /// The file.
  var source: String
  var problems: [JSONProblem]

  var exitCode: Int32 { ExitStatus.badData }

  var description: String {
    guard problems.count != 1 else { return "\(source): \(problems[0].description)" }
    return "\(source): \(problems.count) problems"
      + problems.map { "\n  \($0.description)" }.joined()
  }
}

extension ConfigError {
  /// A text that is not JSON.
  init(source: String, syntax: JSONSyntaxError) {
    self.init(
      source: "\(source):\(syntax.line):\(syntax.column)",
      problems: [JSONProblem(path: "", message: "not valid JSON: \(syntax.message)")])
  }
}
