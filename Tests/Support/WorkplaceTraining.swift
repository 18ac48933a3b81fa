import Foundation

@testable import Records
@testable import Runner
@testable import Training

/// Real trainings in a workplace, on stand-ins, and what they leave behind.
extension Workplace {
  /// Runs the workplace's config as the command line does.
  ///
  /// - Returns: The exit code.
  func train(
    out: String, _ arguments: [String] = [], interruption: Interruption = Interruption(),
    isInteractive: Bool = false, onLine: @escaping (String) -> Void = { _ in }
  ) -> Int32 {
    runReally(
      ["sample.json", "--offline", "--out", out] + arguments, interruption: interruption,
      isInteractive: isInteractive, onLine: onLine)
  }

  /// Runs a command that loads data and trains, or uses what was trained.
  ///
  /// - Returns: The exit code.
  func runReally(
    _ command: [String], interruption: Interruption = Interruption(), isInteractive: Bool = false,
    onLine: @escaping (String) -> Void = { _ in }
  ) -> Int32 {
    let environment = CommandEnvironment(
      currentDirectory: folder, arguments: command, output: { _ in },
      terminal: Terminal(isInteractive: isInteractive, write: onLine), interruption: interruption,
      makeSeedRunner: makeSeedRunner, variables: ["XDG_CACHE_HOME": folder.path])
    return ExperimentsCommand.run(command, in: environment)
  }

  /// As ``train(out:_:interruption:isInteractive:onLine:)``, without a terminal.
  ///
  /// - Returns: The exit code and what was logged.
  @discardableResult
  func trainLogged(
    out: String, _ arguments: [String] = [], interruption: Interruption = Interruption(),
    onLine: @escaping (String) -> Void = { _ in }
  ) -> (status: Int32, log: String) {
    var log = ""
    let status = train(
      out: out, arguments, interruption: interruption,
      onLine: {
        log += $0
        onLine($0)
      })
    return (status, log)
  }

  /// Stops a run of the config again and again, first after a given line and then wherever the
  /// request happens to meet it, with changing numbers of threads, until it is done. Where it is
  /// stopped differs from run to run; what it comes to must not.
  ///
  /// - Returns: How often it was stopped; nil where it ended in another way.
  func trainWithStops(out: String, firstAfter line: String) -> Int? {
    let first = Interruption()
    let status = train(
      out: out, interruption: first, onLine: { if $0.contains(line) { first.request() } })
    guard status == ExitStatus.interrupted else { return nil }
    for stops in 1..<40 {
      let interruption = Interruption()
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(3 + 7 * stops)) {
        interruption.request()
      }
      switch train(out: out, ["--threads", "\(1 + stops % 2)"], interruption: interruption) {
      case ExitStatus.done: return stops
      case ExitStatus.interrupted: continue
      default: return nil
      }
    }
    return train(out: out) == ExitStatus.done ? 40 : nil
  }

  /// The kept and the last weights of each model of a seed.
  func weights(
    _ out: String, _ models: [String] = ["teacher", "student"], seed: Int = 3
  ) throws -> [Data] {
    try models.flatMap { [$0, "\($0).last"] }.map {
      try Data(contentsOf: folder.appending(path: "\(out)/seed-\(seed)/\($0).safetensors"))
    }
  }

  /// The result of seed 3.
  private func wholeResult(_ out: String) throws -> SeedResult {
    try SealedJSON.read(
      SeedResult.self, from: folder.appending(path: "\(out)/seed-3/result.json"), named: out)
  }

  /// The number of threads on which seed 3 was trained.
  func threads(_ out: String) throws -> Int { try wholeResult(out).threads }

  /// The result of seed 3 without what may differ from run to run: threads, times, and whether a model
  /// was taken over.
  func result(_ out: String) throws -> SeedResult {
    var result = try wholeResult(out)
    result.threads = 1
    for place in result.models.indices {
      result.models[place].secondsPerEpoch = 0
      result.models[place].inferenceMilliseconds = nil
      result.models[place].files[ModelResult.metricsKey] = nil
      result.models[place].origin.takenFrom = nil
    }
    return result
  }

  /// The lines of metrics of seed 3 without their times.
  func metrics(_ out: String) throws -> [JSONValue] {
    try text("\(out)/seed-3/metrics.jsonl").split(separator: "\n").map { line in
      guard case .object(var members) = try JSONParser.parse(String(line)) else { return nil }
      members["seconds"] = nil
      return .object(members)
    }
  }
}
