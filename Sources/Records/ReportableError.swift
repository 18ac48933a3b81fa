import Foundation

/// What went wrong, and the exit code that goes with it. Its description is for the user: what was
/// wrong, where, what was expected, what to do.
package protocol ReportableError: Error, CustomStringConvertible {
  var exitCode: Int32 { get }
}

/// Exit codes, as in sysexits.h where it has one.
package enum ExitStatus {
  package static let done: Int32 = 0
  package static let runFailed: Int32 = 1
  package static let badUsage: Int32 = 64
  package static let badData: Int32 = 65
  package static let missingInput: Int32 = 66
  package static let interrupted: Int32 = 130
}

/// An input file that is not there or cannot be read.
package struct InputError: ReportableError {
  package var message: String

  package init(message: String) {
    self.message = message
  }
  package var description: String { message }
  package var exitCode: Int32 { ExitStatus.missingInput }
}

/// Arguments that go with nothing that is there.
package struct UsageError: ReportableError {
  package var message: String

  package init(message: String) {
    self.message = message
  }
  package var description: String { message }
  package var exitCode: Int32 { ExitStatus.badUsage }
}

/// A run that failed on its way.
package struct RunError: ReportableError {
  package var message: String

  package init(message: String) {
    self.message = message
  }
  package var description: String { message }
  package var exitCode: Int32 { ExitStatus.runFailed }
}

/// A run that was asked to stop and saved its state.
package struct Interrupted: ReportableError {
  package var message = "interrupted"

  package init(message: String = "interrupted") {
    self.message = message
  }
  package var description: String { message }
  package var exitCode: Int32 { ExitStatus.interrupted }
}

/// The system's own words for a Foundation error, without its wrapping.
package func systemReason(_ error: any Error) -> String {
  let error = error as NSError
  if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError,
    underlying.domain == NSPOSIXErrorDomain
  {
    return String(cString: strerror(Int32(underlying.code)))
  }
  if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
  return error.localizedDescription
}

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
