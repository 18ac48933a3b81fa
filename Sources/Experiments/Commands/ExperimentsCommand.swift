import ArgumentParser
import Foundation

/// The command line: parses it, runs the command, reports what goes wrong.
@main
struct ExperimentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiments",
    abstract: "Trains and compares models of knowledge distillation on graphs.",
    discussion: """
      An experiment is a JSON file: the data, the models in the order of their training, and what \
      each is trained on. Results go to stdout and into the run's folder, progress to stderr.

      EXAMPLES
        experiments configs/ppi_lsp.json
            Runs an experiment, or goes on with it where it was interrupted.
        experiments configs/ppi_lsp.json --quick
            The same in about a minute, with the config's own shortcuts.
        experiments configs/ppi_lsp.json --seeds 0-9 --set models.lsp.objectives.lsp.weight=10
            Ten seeds, and a stronger distillation loss, in a folder of its own.
        experiments table configs/tables/lsp_ppi.json
            Runs what a table lacks and writes it, with published figures and tests.
        experiments curves runs/ppi_lsp
            Prints the training losses of a run by epoch.
        experiments validate configs/ppi_lsp.json --json
            Checks a config and prints it with all defaults filled in.
        experiments describe configs/ppi_lsp.json
            Prints the models' layers, taps and parameter counts, and when each objective counts.
        experiments list objectives
            Prints what configs can name, with keys, ranges, defaults and sources.

      EXIT CODES
        0 done, 1 the run failed, 64 bad usage, 65 bad data or config, 66 missing input, \
      130 interrupted (the same command goes on).
      """,
    version: ProjectVersion.current,
    subcommands: [
      RunCommand.self, TableCommand.self, CurvesCommand.self, ValidateCommand.self,
      DescribeCommand.self, ListCommand.self, SchemaCommand.self,
    ],
    defaultSubcommand: RunCommand.self)

  /// Runs the process's command line.
  static func main() {
    Interruption.handleSignals()
    Foundation.exit(run(Array(CommandLine.arguments.dropFirst()), in: .process))
  }

  /// Runs a command line.
  ///
  /// - Returns: the exit code.
  static func run(_ arguments: [String], in environment: CommandEnvironment) -> Int32 {
    do {
      try Registries.check()
      var command = try parseAsRoot(arguments)
      if let command = command as? any EnvironmentCommand {
        try command.run(in: environment)
      } else {
        try command.run()
      }
      return ExitStatus.done
    } catch let error as any ReportableError {
      environment.terminal.showLive("")
      environment.terminal.print("error: \(error)")
      return error.exitCode
    } catch {
      // Help and version requests and bad usage come as the parser's errors.
      let code = exitCode(for: error).rawValue
      let message = fullMessage(for: error)
      if code == ExitStatus.done {
        environment.output(message + "\n")
      } else {
        environment.terminal.showLive("")
        environment.terminal.print(
          message.hasPrefix("Error:") ? "error:" + message.dropFirst("Error:".count) : message)
      }
      return code
    }
  }
}

/// A command that runs in an environment.
protocol EnvironmentCommand: ParsableCommand {
  /// Does what the command is for.
  ///
  /// - Throws: ``ReportableError``.
  func run(in environment: CommandEnvironment) throws
}
