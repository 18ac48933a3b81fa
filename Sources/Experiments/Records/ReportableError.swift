import Foundation

/// What went wrong, and the exit code that goes with it. Its description is for the user: what was
/// wrong, where, what was expected, what to do.
protocol ReportableError: Error, CustomStringConvertible {
  var exitCode: Int32 { get }
}

/// Exit codes, as in sysexits.h where it has one.
enum ExitStatus {
  static let done: Int32 = 0
  static let runFailed: Int32 = 1
  static let badUsage: Int32 = 64
  static let badData: Int32 = 65
  static let missingInput: Int32 = 66
  static let interrupted: Int32 = 130
}

/// An input file that is not there or cannot be read.
struct InputError: ReportableError {
  var message: String
  var description: String { message }
  var exitCode: Int32 { ExitStatus.missingInput }
}

/// Arguments that go with nothing that is there.
struct UsageError: ReportableError {
  var message: String
  var description: String { message }
  var exitCode: Int32 { ExitStatus.badUsage }
}

/// A run that failed on its way.
struct RunError: ReportableError {
  var message: String
  var description: String { message }
  var exitCode: Int32 { ExitStatus.runFailed }
}

/// A run that was asked to stop and saved its state.
struct Interrupted: ReportableError {
  var message = "interrupted"
  var description: String { message }
  var exitCode: Int32 { ExitStatus.interrupted }
}

/// The system's own words for a Foundation error, without its wrapping.
func systemReason(_ error: any Error) -> String {
  let error = error as NSError
  if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError,
    underlying.domain == NSPOSIXErrorDomain
  {
    return String(cString: strerror(Int32(underlying.code)))
  }
  if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
  return error.localizedDescription
}
