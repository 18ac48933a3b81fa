import Distill
import Graph
import Layers
import Tensor

/// Steps of a student of 1/18 of the published DGCNN's parameters on 32 clouds, on labels and with LSP at
/// three pairs of taps, for which the teacher's first three EdgeConvs run too.
func cloudStudentWork(points: Int) throws -> [(String, () -> Void)] {
  let samples = (0..<32).map { cloud in
    GraphSample<Float>(
      graph: CSRGraph(edgelessMembers: [points]),
      features: .normal(points, 3, stream: RandomStream(seed: 1, purpose: "cloud \(cloud)")),
      labels: Matrix(1, 10, (0..<10).map { $0 == cloud % 10 ? 1 : 0 }), known: [true])
  }
  let batch = GraphBatch(samples, members: Array(samples.indices))
  var small = DGCNNOptions()
  (small.widths, small.embedding, small.head) = ([32, 32, 64, 128], 128, [128, 64])
  let student = try Network<Float>.dgcnn(
    inputWidth: 3, outputWidth: 10, options: small, seed: 1)
  precondition(student.parameterCount == 98_314)
  let teacher = TeacherFeatures(
    teacher: try Network<Float>.dgcnn(
      inputWidth: 3, outputWidth: 10, options: DGCNNOptions(), seed: 2), graphs: samples)
  let kernel = SimilarityKernel.rbf(sigma: 0.7071067811865476)
  let lsp = term(
    "lsp",
    AveragedObjectives(
      (0..<3).map {
        LocalStructurePreserving(
          tap: .hidden($0), kernel: kernel, direction: .teacherToStudent,
          reference: teacher.structure(at: .hidden($0), kernel))
      }))
  let task = term("task", TaskObjective<Float>(.crossEntropy(smoothing: 0.2, over: .others)))
  let optimizer = Adam(student.parameters)
  return [
    (
      "DGCNN student step, \(points) points",
      { step(student, optimizer, WeightedObjectives([task]), on: batch) }
    ),
    (
      "the same with LSP, \(points) points",
      {
        teacher.networkChanged()
        step(student, optimizer, WeightedObjectives([task, lsp]), on: batch)
      }
    ),
  ]
}

/// A training step of the published DGCNN on 16 clouds of 1,024 points, 40 classes, and its parts.
func pointCloudWork() throws -> [(String, () -> Void)] {
  let clouds = CSRGraph(edgelessMembers: [Int](repeating: 1_024, count: 16))
  func normal(_ columns: Int) -> Matrix<Float> {
    .normal(clouds.nodeCount, columns, stream: RandomStream(seed: 1, purpose: "clouds"))
  }
  let points = normal(3)
  let hidden = normal(64)
  let graph = try kNearestNeighbors(clouds, hidden, k: 20)
  let wide = EdgeConvLayer<Float>(name: "wide", inputWidth: 64, outputWidth: 128, seed: 1)
  let cotangent = normal(128)
  let network = try Network<Float>.dgcnn(
    inputWidth: 3, outputWidth: 40, options: DGCNNOptions(), seed: 1)
  var options = SGD<Float>.Options()
  (options.momentum, options.weightDecay) = (0.9, 1e-4)
  let sgd = SGD(network.parameters, options: options)
  let labels = Matrix<Float>(16, 40, (0..<640).map { $0 % 40 == $0 / 40 ? 1 : 0 })
  let context = ForwardContext.training(seed: 1, step: 0)
  return [
    ("20 nearest neighbours, width 64", { _ = nearestNeighborGraph(clouds, hidden, k: 20) }),
    (
      "EdgeConv 64 to 128",
      {
        for parameter in wide.parameters { parameter.clearGradient() }
        _ = wide.forward(hidden, on: graph, context, needsInputGradient: true).backward(cotangent)
      }
    ),
    (
      "DGCNN step",
      {
        let pass = network.forward(points, on: clouds, context)
        let loss = crossEntropy(
          logits: pass.logits, target: labels, counts: [UInt8](repeating: 1, count: 16))
        for parameter in network.parameters { parameter.clearGradient() }
        pass.backward([.logits: loss.dLogits])
        pass.commitState()
        sgd.step(learningRate: 0.1)
      }
    ),
  ]
}
