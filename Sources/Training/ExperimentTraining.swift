import Datasets
import Distill
import Foundation
import Graph
import Layers
import Records
import Tensor

/// What the training of a model leaves behind.
package struct TrainedModel<S: Scalar> {
  package var result: ModelResult
  /// The weights after the last epoch.
  package var last: [String: Matrix<S>]
  /// The weights that the checkpoint rule kept.
  package var selected: [String: Matrix<S>]
}

/// Trains the models of an experiment, group after group, each once a seed.
package struct ExperimentTraining<S: Scalar>: SeedRunner {
  let context: RunContext
  let data: ExperimentData<S>

  package init(_ context: RunContext, _ data: ExperimentData<S>) {
    self.context = context
    self.data = data
    if let advice = Machine.adviceOnKernels(OpenBLAS.coreName, flags: Machine.processorFlags) {
      context.log.warning("\(advice)")
    }
    guard let store = context.models, store.outdatedEntries > 0 else { return }
    context.log.warning(
      """
      \(store.url.path) has \(store.outdatedEntries) models of a version that kept no digests of \
      code, data and weights; they are not used, and can be removed
      """)
  }

  package var dataset: DatasetSummary { data.summary }

  package var libraries: [String: String] {
    ["openblas": OpenBLAS.configuration, "openblasKernels": OpenBLAS.coreName]
  }

  package func run(seed: UInt64, in directory: SeedDirectory) throws -> SeedResult {
    try Parallel.withThreads(context.threads) { try models(seed: seed, in: directory) }
  }

  private func models(seed: UInt64, in directory: SeedDirectory) throws -> SeedResult {
    var result = SeedResult()
    result.seed = seed
    result.threads = Parallel.threads
    var lines = 0
    if context.config.models.contains(where: { $0.graph == .rewired }) {
      context.progress.activity("rewiring the graph")
      try JSONFile.write(
        try data.rewired(seed: seed, check: context.interruption.check).rewiring.json(),
        to: directory.rewiringFile)
    }
    try writeSplit(seed: seed, to: directory)
    for group in context.config.groups {
      let done =
        try finishedResults(of: group, in: directory)
        ?? modelOfAnotherRun(group, seed: seed, in: directory, after: lines)
        ?? train(group, seed: seed, in: directory, after: lines)
      try checkpoints(of: group, seed: seed, in: directory).remove()
      if let model = alone(group) {
        try context.models?.keep(
          done[0], identity: identity(of: model, seed: seed), from: directory)
      }
      result.models += done
      lines += done.reduce(0) { $0 + $1.epochs }
    }
    return result
  }

  /// Which nodes were trained, validated and tested on, for scripts and for other runs.
  private func writeSplit(seed: UInt64, to directory: SeedDirectory) throws {
    guard let split = try data.split(seed: seed) else { return }
    var file = NPZFile()
    file.set("train", split.training)
    file.set("valid", split.validation)
    file.set("test", split.test)
    if let unseen = try data.parts(seed: seed).unseen {
      file.set("unseen", unseen.indices.filter { unseen[$0] })
    }
    try file.write(to: directory.split)
  }

  /// The model of a group of one. Others depend on the whole group, and are not handed from run to
  /// run.
  private func alone(_ group: [ModelConfig]) -> ModelConfig? {
    group.count == 1 ? group[0] : nil
  }

  private func identity(of model: ModelConfig, seed: UInt64) -> JSONValue {
    ModelIdentity.of(model, in: context.config, dataset: dataset, seed: seed)
  }

  private func modelOfAnotherRun(
    _ group: [ModelConfig], seed: UInt64, in directory: SeedDirectory, after lines: Int
  ) throws -> [ModelResult]? {
    guard let store = context.models, let model = alone(group) else { return nil }
    // A training that was begun here goes on here.
    guard !checkpoints(of: group, seed: seed, in: directory).exists,
      let result = try store.fetch(
        model.name, identity: identity(of: model, seed: seed), into: directory, after: lines,
        log: context.log)
    else { return nil }
    context.log.info("\(model.name), seed \(seed): taken from \(store.url.path), trained before")
    if let machine = result.origin.machine, machine != Self.machine {
      context.log.warning(
        """
        \(model.name), seed \(seed): trained on \(machine), and this is \(Self.machine): its last \
        bits may differ from those of a training here
        """)
    }
    return [result]
  }

  /// What the last bits depend on besides the program.
  private static var machine: String { "\(Machine.processor), OpenBLAS \(OpenBLAS.coreName)" }

  private func train(
    _ group: [ModelConfig], seed: UInt64, in directory: SeedDirectory, after lines: Int
  ) throws -> [ModelResult] {
    defer { context.interruption.holdsUnsavedWork = false }
    try context.interruption.check()
    let trainers = try trainers(of: group, seed: seed, in: directory)
    try warnOfNodesWithoutNeighbours(group, seed: seed)
    let checkpoints = checkpoints(of: group, seed: seed, in: directory)
    let trained = try GroupTrainer(
      trainers, checkpoints: checkpoints, metrics: directory.metrics, after: lines,
      isSynthetic: data.isSynthetic, context: context
    ).train()
    let epochs = try MetricsLines(of: directory.metrics, named: "\(directory.name)/metrics.jsonl")
    var results: [ModelResult] = []
    for (trainer, var model) in zip(trainers, trained) {
      let name = model.result.name
      if context.config.data.isOneGraph {
        let predictions = try predictions(of: trainer.network, group[0].graph, seed: seed)
        model.result.inferenceMilliseconds = predictions.milliseconds
        model.result.dirichletEnergy = predictions.dirichletEnergy
        model.result.meanAlpha = predictions.meanAlpha
        model.result.files = try write(predictions, of: name, to: directory)
      }
      for (file, weights) in [(ModelFile.weights, model.selected), (.lastWeights, model.last)] {
        model.result.files[file.rawValue] =
          try write(weights, to: directory.url(file, of: name))
      }
      model.result.files[ModelResult.metricsKey] = epochs.digest(of: name)
      model.result.origin = ModelOrigin(
        numerics: RunOrigin.current.numerics, revision: RunOrigin.current.revision,
        machine: Self.machine, experiment: context.config.name)
      try SealedJSON.write(RecordEncoder.encode(model.result), to: directory.result(of: name))
      results.append(model.result)
    }
    // The next model's temporaries have other sizes.
    BufferPool.shared.trim()
    return results
  }

  private func predictions(
    of network: Network<S>, _ graph: ModelConfig.GraphChoice, seed: UInt64
  ) throws -> NodePredictions<S> {
    try NodePredictions(
      of: network, on: data.parts(seed: seed, on: graph).wholeGraph,
      laplacian: data.graphs[0].normalizedLaplacian())
  }

  private func trainers(
    of group: [ModelConfig], seed: UInt64, in directory: SeedDirectory
  ) throws -> [ModelTrainer<S>] {
    // The models of a group have one graph.
    let data = try data.parts(seed: seed, on: group[0].graph)
    let networks = try group.map { try network($0, seed: seed) }
    let features = networks.map { TeacherFeatures(teacher: $0, graphs: data.train) }
    return try group.indices.map { place in
      let model = group[place]
      let objectives = try model.weightedObjectives(
        ObjectiveContext(
          graphs: data.train, student: networks[place],
          peers: features.indices.filter { $0 != place }.map { features[$0] },
          seed: model.firstValuesSeed(seed),
          teacher: { try trained($0, seed: seed, in: directory) },
          teacherInputs: {
            try self.data.parts(seed: seed, on: self.model(named: $0.name).graph).train
          }))
      return ModelTrainer(
        model, network: networks[place], features: features[place], objectives: objectives,
        in: ModelTrainer.Context(
          data: data, settings: context.config, seed: seed, place: place,
          augmentation: context.config.data.settings?.makeAugmentation()))
    }
  }

  /// A node without edges into it has no neighbours to attend to.
  private func warnOfNodesWithoutNeighbours(_ group: [ModelConfig], seed: UInt64) throws {
    let models = group.filter { $0.architecture.settings.effectOnNodesWithoutNeighbours != nil }
    guard let effect = models.first?.architecture.settings.effectOnNodesWithoutNeighbours,
      try data.parts(seed: seed, on: group[0].graph).train.contains(where: \.graph.hasZeroInDegree)
    else { return }
    context.log.warning(
      """
      \(models.map(\.name).joined(separator: ", ")): some nodes have no edge into them, and \
      \(effect); self loops would mend that
      """)
  }

  private func checkpoints(
    of group: [ModelConfig], seed: UInt64, in directory: SeedDirectory
  ) -> CheckpointFile<S> {
    CheckpointFile(
      url: directory.checkpoint(of: alone(group)?.name ?? "\(group[0].group!).group"),
      identity: ModelIdentity.digest(identity(of: group[0], seed: seed)))
  }

  /// The results of models whose training is complete, or nil.
  private func finishedResults(
    of group: [ModelConfig], in directory: SeedDirectory
  ) throws -> [ModelResult]? {
    let files = group.map { directory.result(of: $0.name) }
    guard files.allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }) else { return nil }
    let results = try group.map { try directory.modelResult(of: $0.name) }
    try directory.check(results, isWhole: false)
    return results
  }

  private func network(_ model: ModelConfig, seed: UInt64) throws -> Network<S> {
    try model.architecture.network(
      inputWidth: data.featureCount, outputWidth: data.labelCount,
      nodeCount: data.nodeCountOfOneGraph, seed: model.firstValuesSeed(seed))
  }

  /// A model of the experiment that is trained, with the weights that its files have.
  ///
  /// - Throws: Where these are missing or damaged.
  func trained(
    _ teacher: TeacherConfig, seed: UInt64, in directory: SeedDirectory
  ) throws -> Network<S> {
    let weights: ModelFile =
      switch teacher.weights {
      case .last: .lastWeights
      case .selected: .weights
      }
    return try trained(teacher.name, weights, seed: seed, in: directory)
  }

  /// A model whose training is complete.
  ///
  /// - Throws: ``InputError`` where its result is missing, ``ConfigError`` where a file is damaged.
  func trained(
    _ name: String, _ weights: ModelFile, seed: UInt64, in directory: SeedDirectory
  ) throws -> Network<S> {
    let network = try network(model(named: name), seed: seed)
    let url = directory.url(weights, of: name)
    let file = try SafetensorsFile(
      data: try directory.read(weights, of: try directory.modelResult(of: name)), path: url.path)
    for weight in network.weights {
      let value: Matrix<S> = try file.matrix(named: weight.name)
      try restore([weight], from: [weight.name: value], path: url.path)
    }
    return network
  }

  /// A model of the config.
  func model(named name: String) -> ModelConfig {
    guard let model = context.config.models.first(where: { $0.name == name }) else {
      preconditionFailure("the name \(name) of a model passed validation")
    }
    return model
  }

  /// What a student is without its graph; nothing of other networks.
  ///
  /// - Returns: The digests of the files, by ``ModelFile``.
  private func write(
    _ predictions: NodePredictions<S>, of name: String, to directory: SeedDirectory
  ) throws -> [String: String] {
    guard let tables = predictions.tables else { return [:] }
    var file = SafetensorsFile(metadata: metadata)
    tables.store(in: &file)
    return [
      ModelFile.tables.rawValue: try file.write(to: directory.url(.tables, of: name)),
      ModelFile.scores.rawValue: try predictions.scoresFile(metadata: metadata)
        .write(to: directory.url(.scores, of: name)),
    ]
  }

  private var metadata: [String: String] { data.isSynthetic ? ["data": "synthetic"] : [:] }

  private func write(_ weights: [String: Matrix<S>], to url: URL) throws -> String {
    var file = SafetensorsFile(metadata: metadata)
    for (name, matrix) in weights { file.set(matrix, named: name) }
    return try file.write(to: url)
  }
}
