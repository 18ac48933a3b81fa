import Distill
import Foundation
import Graph
import Layers
import Tensor
import Testing

/// Teacher and student of frameless distillation on Cora, where its files are.
@Suite struct FramelessCoraTests {
  private static let folder: String? =
    ProcessInfo.processInfo.environment[DatasetLocator.variable].flatMap {
      FileManager.default.fileExists(atPath: "\($0)/planetoid/ind.cora.x") ? $0 : nil
    }

  private let labelsOfTraining = TaskObjective<Double>(.crossEntropy(smoothing: 0))

  /// Trains on one graph with Adam.
  private func train(
    _ network: Network<Double>, on batch: GraphBatch<Double>, by objective: any Objective<Double>,
    epochs: Int, weightDecay: Double
  ) throws {
    var options = Adam<Double>.Options()
    options.weightDecay = weightDecay
    let optimizer = Adam(network.parameters, options: options)
    for step in 0..<epochs {
      let context = ForwardContext.training(seed: 1, step: step)
      for parameter in network.parameters { parameter.clearGradient() }
      let pass = network.forward(batch.features, on: batch.graph, context)
      let value = try objective.evaluate(
        ObjectiveInput(batch: batch, taps: pass.taps, context: context))
      pass.backward(value.gradients)
      optimizer.step(learningRate: 0.01)
    }
  }

  private func accuracy(
    _ logits: Matrix<Double>, _ data: NodeDataset<Double>, _ nodes: [Int]
  ) -> Double {
    let right = nodes.filter { node in
      let row = logits.row(node).elements
      return row.firstIndex(of: row.max()!) == data.classes[node]
    }
    return Double(right.count) / Double(nodes.count)
  }

  @Test(.enabled(if: folder != nil, "needs Cora in $GRAPH_DISTILL_DATA"))
  func teacherAndStudentLearn() throws {
    let locator = DatasetLocator(directory: Self.folder, environment: [:])
    let data = try NodeBenchmark.named("cora").load(locator: locator, as: Double.self)
    let split = try data.randomShares(training: 0.2, validation: 0.2, seed: 1)
    let sample = GraphSample(
      graph: data.graph, features: .sparse(data.features), labels: data.labels,
      known: split.mask(.training))
    let batch = GraphBatch([sample], members: [0])
    let options = FrameletPropagationOptions()

    let teacher = Network<Double>(
      layers: [(data.featureCount, 32), (32, data.classCount)].enumerated().map { place, widths in
        SpatialFrameletLayer<Double>(
          name: "layers.\(place)", inputWidth: widths.0, outputWidth: widths.1, options: options,
          bias: true, dropout: 0.6, seed: 1)
      }, activation: .none)
    try teacher.prepare(on: data.graph)
    try train(teacher, on: batch, by: labelsOfTraining, epochs: 200, weightDecay: 5e-3)
    let taught = teacher.forward(batch.features, on: data.graph, .evaluation).logits
    #expect(accuracy(taught, data, split.test) > 0.83)

    var student = FMLPOptions(
      nodeCount: data.nodeCount, inputWidth: data.featureCount, outputWidth: data.classCount,
      seed: 1)
    student.dropout = 0.1
    let network: Network<Double> = .fmlpO(student, hidden: [32])
    let teacherLogits = TeacherFeatures(teacher: teacher, graphs: [sample])
    let kd = KnowledgeDistillation<Double>(
      form: .softmax(.nodes), temperature: 1, reference: teacherLogits.reference(at: .logits))
    try train(network, on: batch, by: kd, epochs: 200, weightDecay: 5e-3)
    let tables = try TabulatedStudent(of: network, on: data.graph)
    let prediction = tables.predict(features: batch.features)
    #expect(
      prediction.logits == network.forward(batch.features, on: data.graph, .evaluation).logits)
    #expect(accuracy(prediction.logits, data, split.test) > 0.83)
    for scores in prediction.scores {
      #expect((scores.low.elements + scores.high.elements).allSatisfy { $0 > 0 && $0 < 1 })
    }
  }
}
