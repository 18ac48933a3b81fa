import Distill
import Foundation
import Graph
import Layers
import Tensor

/// What the training of a model leaves behind.
struct TrainedModel<S: Scalar> {
  var result: ModelResult
  /// The weights after the last epoch.
  var last: [String: Matrix<S>]
  /// The weights that the checkpoint rule kept.
  var selected: [String: Matrix<S>]
}

/// Trains the models of an experiment one after the other, each once a seed.
struct ExperimentTraining<S: Scalar>: SeedRunner {
  private let context: RunContext
  private let data: InductiveDataset<S>

  init(_ context: RunContext, _ data: InductiveDataset<S>) {
    self.context = context
    self.data = data
  }

  var dataset: DatasetSummary {
    var summary = DatasetSummary()
    summary.name = data.name
    summary.source = data.source
    summary.synthetic = data.isSynthetic
    summary.nodes = data.nodeCount
    summary.edges = data.edgeCount
    summary.labelledShare = data.labelledShare
    return summary
  }

  var libraries: [String: String] {
    ["openblas": OpenBLAS.configuration, "openblasKernels": OpenBLAS.coreName]
  }

  func run(seed: UInt64, in directory: SeedDirectory) throws -> SeedResult {
    var result = SeedResult()
    result.seed = seed
    result.threads = context.threads
    var lines = 0
    for model in context.config.models {
      let done =
        try finishedResult(of: model, in: directory)
        ?? modelOfAnotherRun(model, seed: seed, in: directory, after: lines)
        ?? train(model, seed: seed, in: directory, after: lines)
      try context.models?.keep(
        model.name,
        identity: ModelStore.identity(of: model, in: context.config, dataset: dataset, seed: seed),
        from: directory, lines: lines..<lines + done.epochs)
      result.models.append(done)
      lines += done.epochs
    }
    return result
  }

  private func modelOfAnotherRun(
    _ model: ModelConfig, seed: UInt64, in directory: SeedDirectory, after lines: Int
  ) throws -> ModelResult? {
    guard let store = context.models else { return nil }
    // A training that was begun here goes on here.
    let begun = FileManager.default.fileExists(atPath: directory.checkpoint(of: model.name).path)
    let identity = ModelStore.identity(
      of: model, in: context.config, dataset: dataset, seed: seed)
    guard !begun,
      try store.fetch(model.name, identity: identity, into: directory, after: lines)
    else { return nil }
    context.log.info("\(model.name), seed \(seed): taken from \(store.url.path), trained before")
    return try finishedResult(of: model, in: directory)
  }

  private func train(
    _ model: ModelConfig, seed: UInt64, in directory: SeedDirectory, after lines: Int
  ) throws -> ModelResult {
    let student = network(model, seed: seed)
    let objectives = try model.weightedObjectives(
      ObjectiveContext(graphs: data.train, student: student, seed: seed) {
        try teacher($0, seed: seed, in: directory)
      })
    let trainer = try ModelTrainer(
      model, data: data, seed: seed, in: directory, after: lines, objectives: objectives,
      network: student, context: context)
    let trained = try trainer.train()
    try write(trained.selected, to: directory.weights(of: model.name))
    try write(trained.last, to: directory.lastWeights(of: model.name))
    try JSONFile.write(RecordEncoder.encode(trained.result), to: directory.result(of: model.name))
    let checkpoint = directory.checkpoint(of: model.name)
    if FileManager.default.fileExists(atPath: checkpoint.path) {
      try FileManager.default.removeItem(at: checkpoint)
    }
    // The next model's temporaries have other sizes.
    BufferPool.shared.trim()
    return trained.result
  }

  /// The result of a model whose training is complete, or nil.
  private func finishedResult(
    of model: ModelConfig, in directory: SeedDirectory
  ) throws -> ModelResult? {
    let file = directory.result(of: model.name)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return try JSONFile.read(ModelResult.self, from: file, named: file.path)
  }

  private func network(_ model: ModelConfig, seed: UInt64) -> Network<S> {
    model.architecture.network(
      inputWidth: data.featureCount, outputWidth: data.labelCount, seed: seed)
  }

  private func teacher(
    _ teacher: TeacherConfig, seed: UInt64, in directory: SeedDirectory
  ) throws -> Network<S> {
    let name = teacher.name
    guard let model = context.config.models.first(where: { $0.name == name }) else {
      preconditionFailure("the teacher \(name) passed validation")
    }
    let network = network(model, seed: seed)
    let url =
      switch teacher.weights {
      case .last: directory.lastWeights(of: name)
      case .selected: directory.weights(of: name)
      }
    let file = try SafetensorsFile(contentsOf: url)
    for parameter in network.parameters {
      let value: Matrix<S> = try file.matrix(named: parameter.name)
      try restore([parameter], from: [parameter.name: value], path: url.path)
    }
    return network
  }

  private func write(_ weights: [String: Matrix<S>], to url: URL) throws {
    var file = SafetensorsFile(metadata: data.isSynthetic ? ["data": "synthetic"] : [:])
    for (name, matrix) in weights { file.set(matrix, named: name) }
    try file.write(to: url)
  }
}

extension SeedDirectory {
  /// A model's weights after its last epoch.
  func lastWeights(of model: String) -> URL { url.appending(path: "\(model).last.safetensors") }

  /// Where the training of a model stands; there until it is complete.
  func checkpoint(of model: String) -> URL {
    url.appending(path: "\(model).checkpoint.safetensors")
  }

  /// A model's result; there once its training is complete.
  func result(of model: String) -> URL { url.appending(path: "\(model).result.json") }
}
