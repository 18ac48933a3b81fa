import ArgumentParser
import Datasets
import Layers
import Records
import Training

/// `experiments describe CONFIG`.
struct DescribeCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Prints what a config trains: layers, taps, parameters, memory, objectives.",
    discussion: """
      The models are made for data of the published sizes, and no data are looked for; data of \
      your own (data.source) are read for their sizes. Shapes are inputs x outputs.
      """)

  @OptionGroup var options: ConfigOptions

  @Flag(help: "Prints JSON.")
  var json = false

  func run(in environment: CommandEnvironment) throws {
    let file = try ConfigFile(path: options.config, relativeTo: environment.currentDirectory)
    let config = try file.resolve(
      quick: options.quick, overrides: options.overrides + options.seedOverride)
    let description = try ExperimentDescription(
      config, path: options.config, variables: environment.variables)
    try environment.output(json ? description.json.prettyText : description.text)
  }
}

/// A config for people: what its models are made of and what they learn from.
struct ExperimentDescription {
  private let config: ExperimentConfig
  private let sizes: PublishedSizes
  private let models: [ModelDescription]

  /// - Parameter variables: those of the environment, which may say where data of one's own are.
  /// - Throws: ``ConfigError`` where a model is not for such data; `DataError` where they are read for
  ///   their sizes and cannot be.
  init(_ config: ExperimentConfig, path: String, variables: [String: String] = [:]) throws {
    guard let source = config.data.source else {
      preconditionFailure("the data set \(config.data.name) passed validation")
    }
    let sizes = try source.sizes(
      config.data, reading: DatasetLocator(directory: nil, environment: variables))
    let problems = config.models.compactMap { model in
      model.architecture.settings.problem(graphs: sizes.graphs, of: source.name).map {
        JSONProblem(path: "models.\(model.name).architecture", message: $0.message)
      }
    }
    guard problems.isEmpty else { throw ConfigError(source: path, problems: problems) }
    self.config = config
    self.sizes = sizes
    let memory = config.memoryEstimates(on: DataSizes.of(config.data, source, sizes))
    models = try config.models.enumerated().map { place, model in
      do {
        return try ModelDescription(model, sizes, memory: memory[place])
      } catch let error as NetworkError {
        throw ConfigError(
          source: path,
          problems: [
            JSONProblem(path: "models.\(model.name).architecture", message: error.description)
          ])
      }
    }
  }

  /// Several lines a model.
  var text: String {
    let seeds = config.seeds.count == 1 ? "1 seed" : "\(config.seeds.count) seeds"
    let graphs = sizes.graphs == 1 ? "1 graph" : "\(sizes.graphs) graphs"
    return """
      \(config.name): \(seeds), \(config.precision.rawValue)
      data: \(config.data.name), \(graphs), \(sizes.nodes) nodes, \(sizes.edges) edges, \
      \(sizes.features) features, \(sizes.labels) \(sizes.graphs == 1 ? "classes" : "labels")

      """ + models.map { "\n" + $0.text }.joined()
  }

  /// The same for programs.
  var json: JSONValue {
    [
      "name": .string(config.name), "seeds": .integer(config.seeds.count),
      "precision": .string(config.precision.rawValue),
      "data": [
        "name": .string(config.data.name), "graphs": .integer(sizes.graphs),
        "nodes": .integer(sizes.nodes), "edges": .integer(sizes.edges),
        "features": .integer(sizes.features), "labels": .integer(sizes.labels),
      ],
      "models": .array(models.map(\.json)),
    ]
  }
}

/// One model for people.
private struct ModelDescription {
  /// What is learnt under one prefix of names: "layers.0".
  private struct Layer {
    var name: String
    var parameters: [(name: String, rows: Int, columns: Int)]
    var count: Int { parameters.reduce(0) { $0 + $1.rows * $1.columns } }
  }

  private let config: ModelConfig
  private let parameterCount: Int
  private var layers: [Layer] = []
  private let taps: [(name: String, width: Int)]
  /// What its training takes at least; nil where the sizes of the data are not known.
  private let memory: MemoryEstimate?

  /// The settings of the norm of hidden layers, in words; nil without one.
  private var norm: String? {
    let norm = config.architecture.settings.trunk.norm
    guard norm.normalization != .none, case .object(let fields) = RecordEncoder.encode(norm) else {
      return nil
    }
    let settings = fields.filter { $0.key != NormConfig.tag }.sorted { $0.key < $1.key }
    return ([norm.choiceName] + settings.map { "\($0.key) \($0.value.compactText)" })
      .joined(separator: ", ")
  }

  init(_ config: ModelConfig, _ sizes: PublishedSizes, memory: MemoryEstimate?) throws {
    self.config = config
    self.memory = memory
    let network: Network<Float> = try config.architecture.network(
      inputWidth: sizes.features, outputWidth: sizes.labels,
      nodeCount: sizes.nodeCountOfOneGraph, seed: 0)
    parameterCount = network.parameterCount
    taps = config.architecture.taps.compactMap { name in
      network.width(at: Tap(validated: name)).map { (name, $0) }
    }
    for parameter in network.parameters {
      let parts = parameter.name.split(separator: ".").map(String.init)
      let layer = parts.dropLast().joined(separator: ".")
      if layers.last?.name != layer { layers.append(Layer(name: layer, parameters: [])) }
      layers[layers.count - 1].parameters.append(
        (parts.last ?? parameter.name, parameter.value.rows, parameter.value.columns))
    }
  }

  /// A line for the model, for each layer, for the taps and for each objective.
  var text: String {
    var head =
      "\(config.name): \(config.architecture.choiceName), \(parameterCount) parameters, "
      + "\(config.training.epochs) epochs"
    if let group = config.group { head += ", in the group \(group)" }
    if config.graph != .original { head += ", on the \(config.graph.rawValue) graph" }
    var lines = [head]
    lines += layers.map { layer in
      let shapes = layer.parameters.map { "\($0.name) \($0.rows) x \($0.columns)" }
      return "  \(layer.name): \(layer.count) parameters (\(shapes.joined(separator: ", ")))"
    }
    if let norm { lines.append("  norm: \(norm)") }
    lines.append("  taps: " + taps.map { "\($0.name) (\($0.width))" }.joined(separator: ", "))
    if let memory {
      lines.append(
        "  memory: at least \(MemoryEstimate.words(memory.total)) (\(memory.sizes))")
    }
    lines += config.objectives.map { objective in
      let teacher = objective.kind.settings.teacher.map {
        ", from \($0.name) (\($0.weights.rawValue) weights)"
      }
      return "  \(objective.name): \(objective.kind.choiceName)\(teacher ?? ""), "
        + objective.scheduleInWords
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The same for programs.
  var json: JSONValue {
    [
      "name": .string(config.name), "family": .string(config.architecture.choiceName),
      "parameters": .integer(parameterCount), "epochs": .integer(config.training.epochs),
      "graph": .string(config.graph.rawValue),
      "norm": RecordEncoder.encode(config.architecture.settings.trunk.norm),
      "memoryBytes": memory.map { .real($0.total) } ?? nil,
      "group": config.group.map { .string($0) } ?? nil,
      "layers": .array(
        layers.map { layer in
          [
            "name": .string(layer.name), "parameters": .integer(layer.count),
            "shapes": .object(
              Dictionary(
                uniqueKeysWithValues: layer.parameters.map {
                  ($0.name, [.integer($0.rows), .integer($0.columns)])
                })),
          ]
        }),
      "taps": .object(
        Dictionary(uniqueKeysWithValues: taps.map { ($0.name, .integer($0.width)) })),
      "objectives": .array(
        config.objectives.map { objective in
          [
            "name": .string(objective.name), "type": .string(objective.kind.choiceName),
            "teacher": objective.kind.settings.teacher.map { .string($0.name) } ?? nil,
            "schedule": .string(objective.scheduleInWords),
          ]
        }),
    ]
  }
}
