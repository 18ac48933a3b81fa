import ArgumentParser
import Foundation
import Records
import Reports
import Tensor
import Training

/// The command line: parses it, runs the command, reports what goes wrong.
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
        experiments predict runs/ppi_lsp --model lsp --out lsp.npz
            Writes a trained model's logits, probabilities and labels for Python.
        experiments validate configs/ppi_lsp.json --json
            Checks a config and prints it with all defaults filled in.
        experiments describe configs/ppi_lsp.json
            Prints the models' layers, taps and parameter counts, and when each objective counts.
        experiments list objectives
            Prints what configs can name, with keys, ranges, defaults and sources.

      EXIT CODES
        0 done, 1 the run failed, 64 bad usage, 65 bad data or config, 66 missing input, \
      130 interrupted by Ctrl-C, SIGTERM, SIGHUP, SIGUSR1 or SIGXCPU, with the state saved (the \
      same command goes on).

      MEMORY
        What a training needs at least is estimated before it starts, printed by validate, and \
      refused with the sizes (code 1) where the machine, its container or ulimit leave less.
      """,
    version: ProjectVersion.current,
    subcommands: [
      RunCommand.self, TableCommand.self, CurvesCommand.self, PredictCommand.self,
      SimilaritiesCommand.self, ValidateCommand.self, DescribeCommand.self, ListCommand.self,
      SchemaCommand.self,
    ],
    defaultSubcommand: RunCommand.self)

  /// Runs the process's command line.
  static func main() {
    Interruption.handleSignals()
    StandardStream.surviveBrokenPipes()
    BufferPool.onExhaustion = { bytes in
      Terminal.standardError.print(
        "error: out of memory: a matrix of \(MemoryEstimate.words(Double(bytes))) cannot be had; "
          + "the same command goes on from the last checkpoint, once there is more")
      // Without the ends of libraries, whose threads are at work.
      _exit(ExitStatus.runFailed)
    }
    let environment = CommandEnvironment.process
    do {
      try OpenFiles.check()
    } catch {
      Foundation.exit(report(error, in: environment))
    }
    Foundation.exit(run(Array(CommandLine.arguments.dropFirst()), in: environment))
  }

  /// Runs a command line.
  ///
  /// - Returns: the exit code.
  static func run(_ arguments: [String], in environment: CommandEnvironment) -> Int32 {
    do {
      do {
        try Registries.check()
        var command = try parseAsRoot(arguments)
        if let command = command as? any EnvironmentCommand {
          try command.run(in: environment)
        } else {
          try command.run()
        }
        return ExitStatus.done
      } catch let error where !(error is any ReportableError) {
        return try answer(error, in: environment)
      }
    } catch {
      return report(error, in: environment)
    }
  }

  /// Says what went wrong.
  ///
  /// - Returns: the exit code.
  private static func report(_ error: any Error, in environment: CommandEnvironment) -> Int32 {
    environment.terminal.showLive("")
    environment.terminal.print("error: \(error)")
    return (error as? any ReportableError)?.exitCode ?? ExitStatus.runFailed
  }

  /// Help and version requests and bad usage, which come as the parser's errors.
  private static func answer(_ error: any Error, in environment: CommandEnvironment) throws -> Int32
  {
    let code = exitCode(for: error).rawValue
    let message = fullMessage(for: error)
    if code == ExitStatus.done {
      try environment.output(message + "\n")
    } else {
      environment.terminal.showLive("")
      environment.terminal.print(
        message.hasPrefix("Error:") ? "error:" + message.dropFirst("Error:".count) : message)
    }
    return code
  }
}

/// A command that runs in an environment.
protocol EnvironmentCommand: ParsableCommand {
  /// Does what the command is for.
  ///
  /// - Throws: ``ReportableError``.
  func run(in environment: CommandEnvironment) throws
}
