import ArgumentParser
import Foundation

/// `experiments run CONFIG`, which is also what `experiments CONFIG` does.
struct RunCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs an experiment, or goes on with it where it was interrupted.",
    discussion: """
      The run's folder holds the resolved config, metrics of every epoch, weights and the result. \
      Seeds that are done there are not run again, so that more seeds can be added later.
      """)

  @OptionGroup var options: ConfigOptions

  @Option(help: ArgumentHelp("Threads to compute with (default: all cores).", valueName: "n"))
  var threads: Int?

  @Option(help: ArgumentHelp("The folder to look for data in first.", valueName: "dir"))
  var data: String?

  @Option(help: ArgumentHelp("The run's folder (default: runs/NAME).", valueName: "dir"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "A folder that keeps trained models for other runs, and gives those it has.",
      discussion: """
        A model is taken from there only if its settings, its teachers', the data and the seed are \
        the same: a sweep over a student trains its teacher once.
        """,
      valueName: "dir"))
  var models: String?

  @Flag(help: "Prints the result as JSON, as in result.json.")
  var json = false

  @Flag(help: "Downloads nothing.")
  var offline = false

  @Flag(help: "Runs the seeds again from the start, though they are done or begun.")
  var restart = false

  @Flag(help: "Shows no progress.")
  var quiet = false

  /// More threads than this are a slip of the pen.
  private static let mostThreads = 1_024

  func validate() throws {
    if let threads, !(1...Self.mostThreads).contains(threads) {
      throw ValidationError("--threads \(threads): expected 1 to \(Self.mostThreads)")
    }
    for (name, folder) in [("--out", out), ("--data", data), ("--models", models)] where folder == "" {
      throw ValidationError("\(name): expected a folder, found an empty name")
    }
  }

  func run(in environment: CommandEnvironment) throws {
    try ExperimentRun(command: self, environment: environment).execute()
  }
}
