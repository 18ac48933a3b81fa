import ArgumentParser
import Foundation
import Records
import Reports
import Training

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

  @OptionGroup var training: TrainingOptions

  @Option(
    help: ArgumentHelp(
      "The run's folder (default: runs/NAME, with --set also runs/NAME-KEY=VALUE).",
      valueName: "dir"))
  var out: String?

  @Flag(help: "Prints the result as JSON, as in result.json.")
  var json = false

  @Flag(help: "Runs the seeds again from the start, though they are done or begun.")
  var restart = false

  func validate() throws { try validateFolder(out, option: "--out") }

  func run(in environment: CommandEnvironment) throws {
    let file = try ConfigFile(path: options.config, relativeTo: environment.currentDirectory)
    let config = try file.resolve(
      quick: options.quick, overrides: options.overrides + options.seedOverride)
    let plain = try file.resolve(quick: options.quick)
    let folder = out ?? folder(of: config, plain: plain)
    let run = ExperimentRun(
      config: config, training: training, restart: restart, environment: environment
    ) { dataset in
      // A stand-in's results lie apart, so that the real data's take their own place once there
      // are any.
      dataset.synthetic && out == nil ? folder + "-synthetic" : folder
    }
    let (result, directory) = try run.execute(in: folder)
    try environment.output(
      json ? SealedJSON.seal(result.json).prettyText : ResultTable(result: result).text,
      alsoIn: "\(directory.name)/result.json")
    run.log.info("\(result.dataset.mark)the result is in \(directory.name)/result.json")
  }

  /// The folder of a run: `runs/NAME`, and where `--set` made another experiment of it, what was set
  /// (``OverrideMark``), so that the runs of a sweep do not collide.
  private func folder(of config: ExperimentConfig, plain: ExperimentConfig) -> String {
    var path = "runs/\(config.name)"
    if options.quick { path += "-quick" }
    if config.identity != plain.identity {
      path += "-\(OverrideMark.text(of: options.overrides, in: config))"
    }
    return path
  }
}
