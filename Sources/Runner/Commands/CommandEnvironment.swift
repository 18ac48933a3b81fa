import Foundation
import Training

/// What a command may touch of the world around it, so that tests can stand in for it.
struct CommandEnvironment {
  /// What relative paths are relative to.
  var currentDirectory: URL
  /// The command line, for provenance.
  var arguments: [String]
  /// Results go here. Throws ``OutputError``.
  var output: (String) throws -> Void
  /// Everything else goes here.
  var terminal: Terminal
  var interruption: Interruption
  /// Loads the data and gets ready to train.
  var makeSeedRunner: (RunContext) throws -> any SeedRunner
  var variables: [String: String] = ProcessInfo.processInfo.environment
  var now: () -> Date = { Date() }

  /// The process's own.
  static var process: CommandEnvironment {
    CommandEnvironment(
      currentDirectory: URL(
        filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory),
      arguments: CommandLine.arguments,
      output: { text in
        do throws(SystemError) {
          try StandardStream.write(text, to: STDOUT_FILENO)
        } catch {
          throw OutputError(reason: error.reason)
        }
      },
      terminal: .standardError,
      interruption: .process,
      makeSeedRunner: Training.makeSeedRunner)
  }

  /// Prints a result that is in a file already.
  func output(_ text: String, alsoIn place: String) throws {
    do {
      try output(text)
    } catch var error as OutputError {
      error.place = place
      throw error
    }
  }
}
