import Layers
import Tensor
import Testing

/// Optimisers against those of PyTorch.
@Suite struct OptimizerParityTests {
  @Test(arguments: Precision.allCases) func fiveSteps(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("optimizers", as: S.self)
      func adam(
        _ name: String, rate: Double = 0.05, _ change: (inout Adam<S>.Options) -> Void = { _ in }
      ) throws {
        var options = Adam<S>.Options()
        change(&options)
        try expectSteps(name, rate, fixture) { Adam($0, options: options) }
      }
      func sgd(_ name: String, _ change: (inout SGD<S>.Options) -> Void = { _ in }) throws {
        var options = SGD<S>.Options()
        change(&options)
        try expectSteps(name, 0.1, fixture) { SGD($0, options: options) }
      }
      try adam("adam")
      try adam("adam_coupled") { $0.weightDecay = 0.1 }
      try adam("adam_decoupled") {
        $0.weightDecay = 0.1
        $0.decoupled = true
      }
      try adam("adam_betas", rate: 0.02) {
        $0.beta1 = 0.8
        $0.beta2 = 0.95
        $0.epsilon = 1e-3
      }
      try sgd("sgd")
      try sgd("sgd_momentum") { $0.momentum = 0.9 }
      try sgd("sgd_momentum_decay") {
        $0.momentum = 0.9
        $0.weightDecay = 0.05
      }
      try sgd("sgd_nesterov_decay") {
        $0.momentum = 0.9
        $0.weightDecay = 0.05
        $0.nesterov = true
      }
      func rmsprop(
        _ name: String, _ rate: Double, _ change: (inout RMSprop<S>.Options) -> Void = { _ in }
      ) throws {
        var options = RMSprop<S>.Options()
        change(&options)
        try expectSteps(name, rate, fixture) { RMSprop($0, options: options) }
      }
      try rmsprop("rmsprop", 0.05)
      try rmsprop("rmsprop_momentum_decay", 0.02) {
        $0.alpha = 0.9
        $0.epsilon = 1e-3
        $0.momentum = 0.8
        $0.weightDecay = 0.1
      }
      try rmsprop("rmsprop_centered", 0.02) {
        $0.alpha = 0.9
        $0.momentum = 0.5
        $0.centered = true
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  /// The parameter after each step, with the gradients of the file.
  private func expectSteps<S: Scalar>(
    _ name: String, _ rate: Double, _ fixture: Fixture<S>,
    _ makeOptimizer: ([Parameter<S>]) -> any Optimizer<S>
  ) throws {
    let parameter = try Parameter("parameter", fixture["initial"])
    let optimizer = makeOptimizer([parameter])
    let gradients = try fixture["gradients"]
    let steps = (0..<gradients.rows).map { step in
      parameter.clearGradient()
      parameter.accumulate(gradients.row(step))
      optimizer.step(learningRate: rate)
      return parameter.value
    }
    try fixture.expect(name, .stacked(steps))
  }
}
