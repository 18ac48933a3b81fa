import Graph
import Tensor

/// What both framelet convolutions learn: a weight Theta_b for each band, in x out, and a bias.
struct FrameletParameters<S: Scalar> {
  let bands: [FrameletBand]
  let weights: [Parameter<S>]
  let bias: Parameter<S>?

  var all: [Parameter<S>] { weights + (bias.map { [$0] } ?? []) }

  /// "NAME.low", "NAME.high.MASK.LEVEL" for each high pass, and "NAME.bias".
  init(
    name: String, inputWidth: Int, outputWidth: Int, bands: [FrameletBand], bias: Bool,
    initialization: Initialization, seed: UInt64
  ) {
    self.bands = bands
    weights = bands.map { band in
      let purpose =
        band.mask == 0 ? "\(name).low" : "\(name).high.\(band.mask).\(band.level)"
      return Parameter(
        purpose,
        initialization.values(
          inputWidth, outputWidth, stream: RandomStream(seed: seed, purpose: purpose)))
    }
    self.bias = bias ? Parameter("\(name).bias", Matrix(zeros: 1, outputWidth)) : nil
  }

  /// Whether the product with the weights comes before the operators: where it is not wider, or
  /// where it is the one that takes sparse features.
  func projectsFirst(_ x: NodeFeatures<S>) -> Bool {
    x.isSparse || weights[0].value.columns <= weights[0].value.rows
  }
}

extension CSRGraph {
  /// The operators for a layer whose `prepare` has succeeded on this graph.
  func preparedPropagation<S: Scalar>(
    _ options: FrameletPropagationOptions, for layer: String
  ) -> FrameletPropagation<S> {
    do {
      return try frameletPropagation(options)
    } catch {
      preconditionFailure("\(layer) was not prepared for this graph: \(error)")
    }
  }
}
