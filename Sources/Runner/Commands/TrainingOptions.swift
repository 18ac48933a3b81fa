import ArgumentParser
import Foundation
import Training

/// How to train, as far as it changes no result.
struct TrainingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads to compute with (default: the processors that it may use).", valueName: "n"))
  var threads: Int?

  @Option(help: ArgumentHelp("The folder to look for data in first.", valueName: "dir"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "A folder that keeps trained models for other runs, and gives those it has.",
      discussion: """
        A model is taken from there only if the code, its settings, its teachers', the data and the \
        seed are the same: a sweep over a student trains its teacher once.
        """,
      valueName: "dir"))
  var models: String?

  @Flag(help: "Downloads nothing.")
  var offline = false

  @Flag(help: "Shows no progress.")
  var quiet = false

  /// More threads than this are a slip of the pen.
  private static let mostThreads = 1_024

  func validate() throws {
    if let threads, !(1...Self.mostThreads).contains(threads) {
      throw ValidationError("--threads \(threads): expected 1 to \(Self.mostThreads)")
    }
    try validateFolder(data, option: "--data")
    try validateFolder(models, option: "--models")
  }

  /// The number of threads; where none is given, as many as there are processors for them.
  var threadCount: Int { threads ?? Processors.available }
}

/// Refuses an empty name of a folder.
func validateFolder(_ folder: String?, option: String) throws {
  if folder == "" { throw ValidationError("\(option): expected a folder, found an empty name") }
}
