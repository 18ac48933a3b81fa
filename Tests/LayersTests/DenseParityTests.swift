import Graph
import Layers
import Tensor
import Testing

/// Dense layers and activations against PyTorch.
@Suite struct DenseParityTests {
  @Test(arguments: Precision.allCases) func linear(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("linear", as: S.self)
      let layer = LinearLayer<S>(
        name: "layer", inputWidth: 5, outputWidth: 4, bias: true, seed: 1)
      try fixture.fill(layer.parameters)
      try fixture.expectPass(of: layer, on: edgeless(6))
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  @Test(arguments: Precision.allCases) func multilayerPerceptron(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("mlp", as: S.self)
      let layers = [(9, 8), (8, 6), (6, 4)].enumerated().map { l, widths in
        LinearLayer<S>(
          name: "layer\(l)", inputWidth: widths.0, outputWidth: widths.1, bias: true, seed: 1)
      }
      let network = Network(layers: layers, activation: .elu)
      try fixture.fill(network.parameters)
      let pass = try network.forward(fixture["input"], on: edgeless(7), .evaluation)
      try fixture.expect("output", pass.logits)
      try pass.backward([.logits: fixture["cotangent"]])
      try fixture.expectGradients(of: network.parameters)

      // A network keeps the gradient of its input to itself: the same layers one by one.
      var chain: [LayerPass<S>] = []
      var x = try fixture["input"]
      for layer in layers {
        if !chain.isEmpty {
          chain.append(Activation.elu.forward(x))
          x = chain.last!.output
        }
        chain.append(
          try layer.forward(x, on: edgeless(7), .evaluation, needsInputGradient: true))
        x = chain.last!.output
      }
      let dInput = try chain.reversed().reduce(fixture["cotangent"]) { dOutput, pass in
        try #require(pass.backward(dOutput))
      }
      try fixture.expect("gradient.input", dInput)
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  @Test(arguments: Precision.allCases) func activations(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("activations", as: S.self)
      let activations: [(String, Activation)] = [
        ("elu", .elu), ("relu", .relu), ("leaky_relu", .leakyReLU(slope: 0.2)),
        ("gelu", .gelu),
      ]
      for (name, activation) in activations {
        let pass = try activation.forward(fixture["\(name).input"])
        try fixture.expect("\(name).output", pass.output)
        let dInput = try #require(try pass.backward(fixture["\(name).cotangent"]))
        try fixture.expect("\(name).gradient.input", dInput)
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  @Test(arguments: Precision.allCases) func learntSlope(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("prelu", as: S.self)
      let layer = PReLULayer<S>(name: "layer", width: 5)
      #expect(layer.parameters[0].value == Matrix(1, 1, [0.25]))
      try fixture.fill(layer.parameters)
      try fixture.expectPass(of: layer, on: edgeless(6))
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  private func edgeless(_ nodeCount: Int) throws -> CSRGraph {
    try CSRGraph(nodeCount: nodeCount, sources: [], destinations: [])
  }
}
