import ArgumentParser
import Distill
import Foundation
import Logging
import Records
import Reports
import Training

/// `experiments similarities RUN`.
struct SimilaritiesCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "similarities",
    abstract: "Prints how alike the points of test clouds are in what LSP compares.",
    discussion: """
      Of a finished run on clouds: the teacher of a model with LSP, that model, and others of its \
      architecture, each with the weights of its last epoch. For each test cloud the mean rank \
      correlation of a model's similarities with the teacher's, and LSP's divergence. --json has the \
      points and the similarity of each with a chosen one; scripts/plot_similarity draws it.
      """)

  @Argument(help: ArgumentHelp("The run's folder, such as runs/modelnet10_lsp.", valueName: "run"))
  var folder: String

  @OptionGroup var training: TrainingOptions

  @Option(
    help: ArgumentHelp(
      "The model with LSP (default: the first that has it).", valueName: "name"))
  var student: String?

  @Option(
    help: ArgumentHelp(
      "Models to show beside it (default: the first of its architecture without LSP).",
      valueName: "names"))
  var beside: String?

  @Option(
    help: ArgumentHelp(
      "The pair of features, from 0, where LSP compares several (default: the last).",
      valueName: "n"))
  var pair: Int?

  @Option(
    help: ArgumentHelp("Test clouds by their numbers from 0: 3,17.", valueName: "list"),
    transform: { text in
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = parts.compactMap { $0.allSatisfy(\.isNumber) ? Int($0) : nil }
      guard numbers.count == parts.count else {
        throw ValidationError("expected numbers such as 3,17, found \"\(text)\"")
      }
      return numbers
    })
  var clouds: [Int]?

  @Option(
    help: ArgumentHelp(
      "The first test cloud of each of so many classes, where none are given.", valueName: "n"))
  var classes = 4

  @Option(
    help: ArgumentHelp(
      "The point that others are compared with (default: the furthest from the cloud's centre).",
      valueName: "n"))
  var point: Int?

  @Option(help: ArgumentHelp("The seed (default: the first that is done).", valueName: "n"))
  var seed: UInt64?

  @Flag(help: "Prints JSON.")
  var json = false

  func validate() throws {
    try validateFolder(folder, option: "the run")
    guard classes > 0 else { throw ValidationError("--classes \(classes): expected 1 or more") }
    if let point, point < 0 { throw ValidationError("--point \(point): expected 0 or more") }
  }

  func run(in environment: CommandEnvironment) throws {
    let directory = RunDirectory(path: folder, relativeTo: environment.currentDirectory)
    guard let config = try directory.config() else {
      throw InputError(
        message: "\(folder): there is no run (no config.json), expected a run's folder such as "
          + "runs/NAME")
    }
    let (student, lsp) = try studentWithLSP(in: config)
    let seed = try finishedSeed(in: directory, config)
    let maps = try similarityMaps(
      try request(student, lsp, in: config), seed: seed, in: directory.seed(seed),
      context(config, environment))
    if let made = try directory.dataset(), made.digest != maps.dataset.digest {
      throw InputError(
        message: "\(folder): the run was made on other data than those at hand, "
          + "\(maps.dataset.source); give the folder of its own with --data")
    }
    try environment.output(json ? document(maps, seed: seed).prettyText : text(maps, seed: seed))
  }

  private func context(
    _ config: ExperimentConfig, _ environment: CommandEnvironment
  ) -> RunContext {
    let log = Logger(terminal: environment.terminal, quiet: training.quiet)
    return RunContext(
      config: config, threads: training.threadCount,
      dataDirectory: training.data.map {
        URL(filePath: $0, directoryHint: .isDirectory, relativeTo: environment.currentDirectory)
      }, variables: environment.variables, offline: training.offline,
      progress: ProgressReporter(
        terminal: environment.terminal, quiet: training.quiet, now: environment.now), log: log,
      interruption: environment.interruption)
  }

  // MARK: What is shown

  private func lsp(of model: ModelConfig) -> LSPConfig? {
    model.objectives.lazy.compactMap { $0.kind.settings as? LSPConfig }.first
  }

  private func studentWithLSP(in config: ExperimentConfig) throws -> (ModelConfig, LSPConfig) {
    let found = config.models.compactMap { model in lsp(of: model).map { (model, $0) } }
    guard let student else {
      guard let first = found.first else {
        throw ConfigError(
          source: "\(folder)/config.json",
          problems: [
            JSONProblem(path: "models", message: "none has an objective of the type \"lsp\"")
          ])
      }
      return first
    }
    guard let chosen = found.first(where: { $0.0.name == student }) else {
      let names = found.map(\.0.name)
      throw UsageError(
        message: "--student \(student): \(missing("model with LSP", student, among: names))")
    }
    return chosen
  }

  private func request(
    _ student: ModelConfig, _ lsp: LSPConfig, in config: ExperimentConfig
  ) throws -> SimilarityMaps.Request {
    let pairs =
      [(lsp.features.studentTap, lsp.features.teacherTap)]
      + Array(zip(lsp.furtherStudentTaps, lsp.furtherTeacherTaps))
    let place = pair ?? pairs.count - 1
    guard pairs.indices.contains(place) else {
      throw UsageError(
        message: "--pair \(place): LSP of \(student.name) compares the pairs 0 to "
          + "\(pairs.count - 1)")
    }
    let (own, taught) = pairs[place]
    let panels = try others(than: student, tap: own, in: config).map {
      SimilarityMaps.Panel(model: $0, weights: .last, tap: own)
    }
    return SimilarityMaps.Request(
      panels: [
        SimilarityMaps.Panel(model: lsp.source.name, weights: lsp.source.weights, tap: taught),
        SimilarityMaps.Panel(model: student.name, weights: .last, tap: own),
      ] + panels, kernel: lsp.kernel.settings.edgeKernel, direction: lsp.direction,
      clouds: clouds, count: classes, point: point)
  }

  private func others(
    than student: ModelConfig, tap: String, in config: ExperimentConfig
  ) throws -> [String] {
    guard let beside else {
      let architecture = RecordEncoder.encode(student.architecture)
      return config.models.filter {
        lsp(of: $0) == nil && RecordEncoder.encode($0.architecture) == architecture
      }.prefix(1).map(\.name)
    }
    return try beside.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let name = String(part)
      guard let model = config.models.first(where: { $0.name == name }) else {
        throw UsageError(
          message: "--beside \(beside): "
            + missing("model", name, among: config.models.map(\.name)))
      }
      guard model.architecture.taps.contains(tap) else {
        throw UsageError(
          message: "--beside \(beside): the model \(name) has no tap \"\(tap)\" (its taps: "
            + "\(model.architecture.taps.joined(separator: ", ")))")
      }
      return name
    }
  }

  private func finishedSeed(
    in directory: RunDirectory, _ config: ExperimentConfig
  ) throws -> UInt64 {
    let done = try directory.begunSeeds().filter {
      try directory.seed($0).result(for: config) != nil
    }
    guard let seed = seed ?? done.first, done.contains(seed) else {
      let known = done.map(String.init).joined(separator: ", ")
      throw InputError(
        message:
          "\(folder): \(seed.map { "the seed \($0)" } ?? "a seed") is not trained to its end "
          + "(done: \(known.isEmpty ? "none" : known))")
    }
    return seed
  }

  // MARK: How it is shown

  private func text(_ maps: SimilarityMaps, seed: UInt64) -> String {
    let title =
      "\(folder)\(maps.dataset.synthetic ? " (synthetic)" : ""), seed \(seed): rank correlation with "
      + "the similarities of \(maps.panels[0].model) at \(maps.panels[0].tap); divergence"
    let rows = maps.clouds.map { cloud in
      ["\(cloud.number) (class \(cloud.label))"]
        + cloud.views.dropFirst().map {
          "\(NumberFormat.fixed($0.rankCorrelation, digits: 3)); "
            + NumberFormat.fixed($0.divergence, digits: 4)
        }
    }
    let grid = MarkdownGrid(
      header: ["test cloud"] + maps.panels.dropFirst().map { "\($0.model), \($0.tap)" },
      rows: rows)
    return ([title, ""] + grid.lines).map { $0 + "\n" }.joined()
  }

  private func document(_ maps: SimilarityMaps, seed: UInt64) -> JSONValue {
    func numbers(_ list: [Double]) -> JSONValue { .array(list.map { .number($0) }) }
    return [
      "run": .string(folder), "seed": .integer(Int(seed)),
      "synthetic": .bool(maps.dataset.synthetic),
      "panels": .array(
        maps.panels.map { ["model": .string($0.model), "tap": .string($0.tap)] }),
      "clouds": .array(
        maps.clouds.map { cloud in
          [
            "number": .integer(cloud.number), "label": .integer(cloud.label),
            "point": .integer(cloud.point),
            "points": .array(
              (0..<cloud.points.rows).map { row in numbers((0..<3).map { cloud.points[row, $0] }) }),
            "views": .array(
              cloud.views.map { view in
                [
                  "similarities": numbers(view.similarities),
                  "neighbors": .array(view.neighbors.map { .integer($0) }),
                  "rankCorrelation": .number(view.rankCorrelation),
                  "divergence": .number(view.divergence),
                ]
              }),
          ]
        }),
    ]
  }
}
