import Graph
import Layers
import Tensor

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
