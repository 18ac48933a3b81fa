import Graph
import Tensor
import Testing

@testable import Layers

@Suite struct NetworkTests {
  /// Layers of three kinds. Their parameters are large enough for attention scores of both signs
  /// into one node: else the gradient of `attentionDestination` is 0 but for rounding.
  private func network(_ activation: Activation = .elu) -> Network<Double> {
    var options = GATLayer<Double>.Options(heads: 2, headWidth: 3)
    options.residual = .perHead
    options.bias = true
    options.attentionDropout = 0.3
    let network = Network<Double>(
      layers: [
        GATLayer(name: "0", inputWidth: 4, options: options, seed: 1),
        GCNLayer(
          name: "1", inputWidth: 6, outputWidth: 5, normalization: .both, bias: true, dropout: 0.2,
          seed: 1),
        LinearLayer(name: "2", inputWidth: 5, outputWidth: 3, bias: true, seed: 1),
      ], activation: activation)
    for parameter in network.parameters {
      parameter.value = random(
        parameter.value.rows, parameter.value.columns, parameter.name, deviation: 0.7)
    }
    return network
  }

  private let x: Matrix<Double> = random(7, 4, "x")
  private let context = ForwardContext.training(seed: 2, step: 5)

  /// Random gradients of the taps.
  private func cotangents(_ taps: [Tap], _ network: Network<Double>) -> [Tap: Matrix<Double>] {
    Dictionary(
      uniqueKeysWithValues: taps.map { ($0, random(7, network.width(at: $0) ?? 0, "\($0)")) })
  }

  /// The gradients, against central differences, of all parameters that a backward pass from `taps` reaches.
  private func errors(
    _ network: Network<Double>, _ taps: [Tap], through last: Tap = .logits
  ) -> [String: GradientCheck.Comparison] {
    let cotangents = cotangents(taps, network)
    for parameter in network.parameters { parameter.clearGradient() }
    network.forward(x, on: smallGraph, context, through: last).backward(cotangents)
    let reached = network.parameters.filter { $0.gradient != nil }
    return GradientCheck.compare(reached) {
      let pass = network.forward(x, on: smallGraph, context)
      return taps.reduce(0) {
        guard let features = pass.taps[$1], let cotangent = cotangents[$1] else { return .nan }
        return $0 + GradientCheck.projection(features.matrix, on: cotangent)
      }
    }
  }

  private func names(_ layers: ClosedRange<Int>) -> Set<String> {
    Set(layers.flatMap { l in network().layers[l].parameters.map { $0.name } })
  }

  @Test(arguments: [Activation.elu, .relu, .leakyReLU(slope: 0.2), .none])
  func gradientsEnterAtEveryTapAtOnce(_ activation: Activation) {
    let network = network(activation)
    let errors = errors(network, network.taps)
    #expect(Set(errors.keys) == names(0...2))
    #expect(errors.values.allSatisfy { $0.agrees }, "\(errors)")
  }

  @Test func gradientsEnterAtASingleTap() {
    let network = network()
    let reached: [(Tap, ClosedRange<Int>)] = [
      (.hidden(0), 0...0), (.activated(0), 0...0), (.hidden(1), 0...1), (.activated(1), 0...1),
      (.logits, 0...2),
    ]
    for (tap, layers) in reached {
      let errors = errors(network, [tap])
      #expect(Set(errors.keys) == names(layers), "\(tap)")
      #expect(errors.values.allSatisfy { $0.agrees }, "\(tap): \(errors)")
    }
  }

  @Test func aPassStopsAtTheLastTapThatIsNeeded() {
    let network = network()
    let whole = network.forward(x, on: smallGraph, context)
    #expect(Set(whole.taps.keys) == Set(network.taps))
    for (position, last) in network.taps.enumerated() {
      let pass = network.forward(x, on: smallGraph, context, through: last)
      #expect(Set(pass.taps.keys) == Set(network.taps[...position]), "through \(last)")
      #expect(pass.taps.allSatisfy { $0.value == whole.taps[$0.key] })
      let errors = errors(network, Array(network.taps[...position]), through: last)
      #expect(Set(errors.keys) == names(0...position / 2))
      #expect(errors.values.allSatisfy { $0.agrees }, "through \(last): \(errors)")
    }
  }

  @Test func gradientsOfTwoBackwardPassesAddUp() {
    let network = network()
    let cotangents = cotangents(network.taps, network)
    func gradients(_ parts: [[Tap: Matrix<Double>]]) -> [Matrix<Double>] {
      for parameter in network.parameters { parameter.clearGradient() }
      let pass = network.forward(x, on: smallGraph, context)
      for part in parts { pass.backward(part) }
      return network.parameters.compactMap { $0.gradient }
    }
    let together = gradients([cotangents])
    let apart = gradients(cotangents.map { [$0.key: $0.value] })
    #expect(together.count == network.parameters.count && apart.count == together.count)
    for (a, b) in zip(together, apart) {
      #expect(GradientCheck.compare(a, with: b, within: .share(1e-13)).agrees)
    }
    #expect(gradients([[:]]).isEmpty)
  }

  @Test func aNetworkOfOneLayerHasOneTap() {
    let network = Network<Double>(
      layers: [LinearLayer(name: "0", inputWidth: 4, outputWidth: 2, bias: true, seed: 1)],
      activation: .relu)
    #expect(network.taps == [.logits])
    #expect(network.parameterCount == 10)
    let y = network.forward(x, on: smallGraph, .evaluation).logits
    #expect(y == .product(x, network.parameters[0].value))
  }

  @Test func tapsHaveNamesAndWidths() {
    let network = network()
    #expect(
      network.taps == [.hidden(0), .activated(0), .hidden(1), .activated(1), .logits])
    #expect(network.taps.map { network.width(at: $0) } == [6, 6, 5, 5, 3])
    #expect(network.width(at: .hidden(2)) == nil && network.width(at: .activated(9)) == nil)
    for tap in network.taps + [.hidden(12)] { #expect(Tap("\(tap)") == tap) }
    for wrong in [
      "", "hidden", "hidden.", "hidden.-1", "hidden.+1", "hidden.01", "hidden.x", "logits.0",
      "hidden.0.activate", "hidden.0.activated.", "Logits",
    ] { #expect(Tap(wrong) == nil, "\(wrong)") }
  }
}
