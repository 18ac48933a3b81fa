import Graph
import Layers
import Tensor

/// Passes there and back of the parts that stand between layers, on hidden features of 136 columns, and
/// the union of two graphs.
func partsBetweenLayers(_ graph: CSRGraph, _ x: Matrix<Float>) -> [(String, () -> Void)] {
  func work(_ name: String, _ layer: any GraphLayer<Float>) -> (String, () -> Void) {
    let context = ForwardContext.training(seed: 1, step: 0)
    let rows = layer.graphEffect == .pools ? graph.memberCount : x.rows
    let dOutput = Matrix<Float>.normal(
      rows, x.columns, stream: RandomStream(seed: 1, purpose: "cotangent"))
    return (
      name,
      {
        for parameter in layer.parameters { parameter.clearGradient() }
        _ = layer.forward(x, on: graph, context, needsInputGradient: true).backward(dOutput)
      }
    )
  }
  let other = graph.selfLooped
  return [
    work("batch norm, width 136", BatchNormLayer(name: "norm", width: x.columns)),
    work("layer norm, width 136", LayerNormLayer(name: "norm", width: x.columns)),
    work("readout by mean, width 136", ReadoutLayer(.mean, width: x.columns)),
    work("readout by maximum, width 136", ReadoutLayer(.max, width: x.columns)),
    ("union of two graphs", { _ = graph.union(other) }),
    (
      "three taps side by side, width 136",
      { _ = Matrix.sideBySide([x, x, x]).split(widths: [x.columns, x.columns, x.columns]) }
    ),
    (
      "maximum of three taps, width 136",
      {
        let (output, winners) = Matrix.maximum(of: [x, x, x])
        _ = Matrix.maximumBackward(winners, count: 3, dOutput: output)
      }
    ),
  ]
}
