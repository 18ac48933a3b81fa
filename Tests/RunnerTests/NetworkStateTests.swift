import Foundation
import Graph
import Layers
import Tensor
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

/// What a network keeps besides its parameters goes wherever weights go.
@Suite struct NetworkStateTests {
  private func network(seed: UInt64) throws -> Network<Float> {
    var options = TrunkOptions()
    options.normalization = .batch()
    return try Network(
      inputWidth: 3, hidden: 1, outputWidth: 2, options: options, seed: seed
    ) { name, place, input in
      LinearLayer<Float>(
        name: name, inputWidth: input, outputWidth: place == 0 ? 4 : 2, bias: true, seed: seed)
    }
  }

  @Test func runningStatisticsComeBackWithTheWeights() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let graph = CSRGraph(edgelessMembers: [9])
    let x = Matrix<Float>.normal(9, 3, deviation: 3, stream: RandomStream(seed: 1, purpose: "x"))
    let trained = try network(seed: 1)
    for step in 0..<3 {
      trained.forward(x, on: graph, .training(seed: 1, step: step)).commitState()
    }
    var checkpoint = Checkpoint<Float>()
    checkpoint.parameters = values(of: trained.weights)
    #expect(checkpoint.parameters.keys.contains("layers.0.norm.runningVariance"))
    let file = CheckpointFile<Float>(
      url: folder.appending(path: "state.safetensors"), identity: "test")
    try file.write([("model", checkpoint)], metrics: "none")
    var read: [String: Matrix<Float>] = [:]
    try file.restore(["model"], warn: { _ in }) { read = $0.checkpoints[0].parameters }
    let other = try network(seed: 2)
    try restore(other.weights, from: read, path: "state")
    #expect(
      other.forward(x, on: graph, .evaluation).logits
        == trained.forward(x, on: graph, .evaluation).logits)
    #expect(
      other.forward(x, on: graph, .evaluation).logits
        != other.forward(x, on: graph, .training(seed: 1, step: 0)).logits)
    // Weights without the state are not a checkpoint of this network.
    #expect(throws: CheckpointError.self) {
      try restore(other.weights, from: values(of: trained.parameters), path: "state")
    }
  }
}
