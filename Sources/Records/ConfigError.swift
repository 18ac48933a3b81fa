/// A file whose content cannot be used: not JSON, or not what it should be.
package struct ConfigError: ReportableError {
  /// The file.
  package var source: String
  package var problems: [JSONProblem]

  package init(source: String, problems: [JSONProblem]) {
    self.source = source
    self.problems = problems
  }

  package var exitCode: Int32 { ExitStatus.badData }

  package var description: String {
    guard problems.count != 1 else { return "\(source): \(problems[0].description)" }
    return "\(source): \(problems.count) problems"
      + problems.map { "\n  \($0.description)" }.joined()
  }
}

extension ConfigError {
  /// A text that is not JSON.
  package init(source: String, syntax: JSONSyntaxError) {
    self.init(
      source: "\(source):\(syntax.line):\(syntax.column)",
      problems: [JSONProblem(path: "", message: "not valid JSON: \(syntax.message)")])
  }
}
