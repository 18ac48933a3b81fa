import Layers
import Records
import Tensor

/// A dynamic graph CNN: EdgeConvs, each on the nearest neighbours in the space of its input.
package struct DGCNNConfig: ArchitectureSettings {
  package static let name = "dgcnn"
  package static let note = "Dynamic graph CNN that classifies point clouds; see k."
  package static let citation =
    "Wang et al., Dynamic graph CNN for learning on point clouds, ACM TOG 2019"

  private var options = DGCNNOptions()

  package var hidden: [Int] { options.widths }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "hidden", &options.widths, .widths(atLeast: 1), "Columns of each EdgeConv's output.")
    visitor.field(
      "k", &options.k, .integer(1...65_536),
      "Neighbours of each point, which is one of them itself; no cloud may have fewer points.")
    visitor.field(
      "embedding", &options.embedding, .integer(1...65_536),
      "Columns of each point's embedding, made of all EdgeConvs' outputs side by side; its maximum "
        + "and mean over a cloud go into the head.")
    visitor.field(
      "head", &options.head, .widths(), "Columns of the layers between the readout and the logits.")
    visitor.field(
      "dropout", &options.dropout, .dropout, "Dropout behind each of the head's layers.")
    visitor.field(
      "slope", &options.slope, .number(.nonNegative), "Slope of all LeakyReLUs below zero.")
  }

  package var taps: [String] {
    tapsOnBuiltGraphs + ["concatenated", "embedding"] + pooledTaps
  }

  package var tapsOnBuiltGraphs: [String] {
    let last = hidden.count - 1
    return ["points"]
      + hidden.indices.flatMap { $0 < last ? ["layers.\($0)", "hidden.\($0)"] : [] }
      + ["hidden.\(last)"]
  }

  package var pooledTaps: [String] {
    ["readout.max", "readout.mean", "readout"] + options.head.indices.map { "head.\($0)" }
      + ["logits"]
  }

  package var batchNormKey: String? { "" }
  package var buildsGraphs: Bool { true }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    do {
      return try .dgcnn(
        inputWidth: context.inputWidth, outputWidth: context.outputWidth, options: options,
        seed: context.seed)
    } catch {
      preconditionFailure("a DGCNN passed the checks: \(error)")
    }
  }

  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    var input = Double(data.features)
    var sizes = hidden.map { width in
      let width = Double(width)
      defer { input = width }
      // u, v, what wins, the neighbours' sum, the output, a byte for each winner; the edge list twice.
      return LayerSize(
        parameters: 2 * input * width + 2 * width,
        keptPerNode: 5.25 * width + input + 5 * Double(options.k),
        passingPerNode: 3 * width + input)
    }
    let all = Double(hidden.reduce(0, +))
    let wide = Double(options.embedding)
    sizes.append(
      LayerSize(
        parameters: all * wide + 2 * wide, keptPerNode: all + 2 * wide, passingPerNode: 2 * wide))
    var width = 2 * wide
    for (l, next) in options.head.enumerated() {
      sizes.append(LayerSize(parameters: Double(next) * (width + (l == 0 ? 2 : 3))))
      width = Double(next)
    }
    sizes.append(LayerSize(parameters: Double(data.labels) * (width + 1)))
    return sizes
  }
}
