import Foundation
import Tensor
import Testing

@testable import Layers

@Suite struct OptimizerTests {
  /// A parameter and its gradients of several steps; long enough for a loop that is cut into pieces.
  private struct Problem<S: Scalar> {
    let parameters = [
      Parameter<S>("a", random(3, 5, "a")), Parameter<S>("b", random(70, 1_000, "b")),
    ]

    func setGradients(step: Int) {
      for parameter in parameters {
        parameter.clearGradient()
        parameter.accumulate(
          random(parameter.value.rows, parameter.value.columns, "\(parameter.name) \(step)"))
      }
    }
  }

  /// What an optimiser makes of the first numbers of each parameter, by `update` applied to single
  /// numbers with their own state in double precision.
  private func expect<S: Scalar>(
    _ optimizer: any Optimizer<S>, of problem: Problem<S>, steps: Int,
    update: (_ p: inout Double, _ g: Double, _ state: inout [Double], _ step: Int) -> Void
  ) {
    let places = problem.parameters.map { [0, 1, $0.value.count / 2, $0.value.count - 1] }
    func numbers(_ matrices: [Matrix<S>]) -> [Double] {
      zip(matrices, places).flatMap { m, p in p.map { Double(m.pointer[$0]) } }
    }
    var expected = numbers(problem.parameters.map { $0.value })
    var states = expected.map { _ in [0.0, 0.0] }
    for step in 1...steps {
      problem.setGradients(step: step)
      optimizer.step(learningRate: 0.01 * Double(step))
      let gradients = numbers(problem.parameters.compactMap { $0.gradient })
      for k in expected.indices { update(&expected[k], gradients[k], &states[k], step) }
    }
    let tolerance = S.self == Float.self ? 2e-6 : 1e-14
    for (a, e) in zip(numbers(problem.parameters.map { $0.value }), expected) {
      #expect(abs(a - e) <= tolerance * max(1, abs(e)))
    }
    #expect(optimizer.stepCount == steps)
  }

  @Test(arguments: [0, 0.1], [false, true]) func adamFollowsItsFormula(
    _ decay: Double, _ isDecoupled: Bool
  ) {
    func check<S: Scalar>(_: S.Type) {
      let problem = Problem<S>()
      var options = Adam<S>.Options()
      options.beta1 = 0.8
      options.beta2 = 0.95
      options.epsilon = 1e-3
      options.weightDecay = decay
      options.decoupled = isDecoupled
      expect(Adam(problem.parameters, options: options), of: problem, steps: 6) {
        p, gradient, state, step in
        let rate = 0.01 * Double(step)
        if isDecoupled { p *= 1 - rate * decay }
        let g = isDecoupled ? gradient : gradient + decay * p
        state[0] = 0.8 * state[0] + 0.2 * g
        state[1] = 0.95 * state[1] + 0.05 * g * g
        let m = state[0] / (1 - pow(0.8, Double(step)))
        let v = state[1] / (1 - pow(0.95, Double(step)))
        p -= rate * m / (v.squareRoot() + 1e-3)
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test func theFirstStepOfAdamIsTheRateTimesTheSign() {
    let parameter = Parameter<Double>("p", Matrix(1, 3, [1, 2, 3]))
    parameter.accumulate(Matrix(1, 3, [1e-3, -40, 0]))
    Adam([parameter]).step(learningRate: 0.1)
    let expected = [1 - 0.1 * 1e-3 / (1e-3 + 1e-8), 2 + 0.1 * 40 / (40 + 1e-8), 3]
    #expect(zip(parameter.value.elements, expected).allSatisfy { abs($0 - $1) < 1e-14 })
  }

  @Test(arguments: [0, 0.9], [false, true]) func gradientDescentFollowsItsFormula(
    _ momentum: Double, _ isNesterov: Bool
  ) {
    func check<S: Scalar>(_: S.Type) {
      let problem = Problem<S>()
      var options = SGD<S>.Options()
      options.momentum = momentum
      options.nesterov = isNesterov
      options.weightDecay = 0.05
      expect(SGD(problem.parameters, options: options), of: problem, steps: 6) {
        p, gradient, state, step in
        let g = gradient + 0.05 * p
        state[0] = step == 1 ? g : momentum * state[0] + g
        p -= 0.01 * Double(step) * (isNesterov ? g + momentum * state[0] : state[0])
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: [0, 0.9], [false, true]) func rmspropFollowsItsFormula(
    _ momentum: Double, _ isCentered: Bool
  ) {
    func check<S: Scalar>(_: S.Type) {
      let problem = Problem<S>()
      var options = RMSprop<S>.Options()
      options.alpha = 0.8
      options.epsilon = 1e-3
      options.momentum = momentum
      options.centered = isCentered
      options.weightDecay = 0.05
      var velocities: [Double: Double] = [:]
      var place = 0.0
      expect(RMSprop(problem.parameters, options: options), of: problem, steps: 6) {
        p, gradient, state, step in
        // Eight numbers are asked for in turn.
        place = place.truncatingRemainder(dividingBy: 8) + 1
        let g = gradient + 0.05 * p
        state[0] = 0.8 * state[0] + 0.2 * g * g
        state[1] = 0.8 * state[1] + 0.2 * g
        let variance = isCentered ? state[0] - state[1] * state[1] : state[0]
        let u = momentum * velocities[place, default: 0] + g / (variance.squareRoot() + 1e-3)
        velocities[place] = u
        p -= 0.01 * Double(step) * u
      }
    }
    check(Float.self)
    check(Double.self)
  }

  /// Equal gradients have no variance but for the first steps; rounding must not make it negative.
  @Test func aCentredVarianceThatRoundsBelowZeroIsZero() {
    var options = RMSprop<Float>.Options()
    options.centered = true
    options.alpha = 0.5
    let parameter = Parameter<Float>("p", Matrix(1, 4, [1, 2, 3, 4]))
    let optimizer = RMSprop([parameter], options: options)
    for step in 0..<300 {
      parameter.clearGradient()
      parameter.accumulate(Matrix(1, 4, [0.1, 1e-3, 3.3333333, 0]))
      optimizer.step(learningRate: 0)
      #expect(parameter.value == Matrix(1, 4, [1, 2, 3, 4]), "step \(step)")
    }
  }

  // MARK: Weight decay of some parameters

  private func decays(_ groups: [String: Double], _ names: [String]) -> [Double?] {
    names.map { WeightDecayGroups(groups).decay(of: $0) }
  }

  @Test func theNearestPatternCounts() {
    let names = ["layers.0.weight", "layers.0.bias", "layers.1.bias", "layers.10.weight", "fit.w"]
    #expect(decays([:], names) == [nil, nil, nil, nil, nil])
    #expect(decays(["layers.0": 1], names) == [1, 1, nil, nil, nil])
    #expect(
      decays(["layers": 1, "layers.0": 2, "layers.*.bias": 3], names) == [2, 3, 3, 1, nil])
    #expect(
      decays(["layers.*.bias": 3, "layers.0.bias": 4, "*": 5], names) == [5, 4, 3, 5, 5])
    #expect(
      WeightDecayGroups(["layers.1": 0, "layers.2": 0, "*.*.gamma": 1, "fit": 2])
        .unused(among: names) == ["*.*.gamma", "layers.2"])
    #expect(WeightDecayGroups(["layers.0.weight.more": 0]).decay(of: "layers.0.weight") == nil)
  }

  @Test func patternsThatSayTwoThingsAreFound() throws {
    let both = try #require(WeightDecayGroups(["layers.*": 1, "*.0": 2]).ambiguity)
    #expect(both == ("*.0", "layers.*"))
    #expect(WeightDecayGroups(["layers.*": 1, "*.0": 1]).ambiguity == nil)
    #expect(WeightDecayGroups(["layers.*": 1, "layers.0": 2]).ambiguity == nil)
    #expect(WeightDecayGroups(["layers.1.*": 1, "*.0.bias": 2]).ambiguity == nil)
    #expect(WeightDecayGroups.isPattern("layers.*.bias"))
    for text in ["", ".", "layers.", "layers..bias"] {
      #expect(!WeightDecayGroups.isPattern(text), "\(text)")
    }
  }

  /// Each optimiser treats a parameter of a group as one of its own with that decay.
  @Test(arguments: [0, 1, 2], [false, true]) func groupsDecayAsTheirOwn(
    _ kind: Int, _ decoupled: Bool
  ) {
    func optimizer(
      _ parameters: [Parameter<Double>], _ decay: Double, _ groups: [String: Double]
    ) -> any Optimizer<Double> {
      switch kind {
      case 0:
        var options = Adam<Double>.Options()
        (options.weightDecay, options.decayGroups) = (decay, WeightDecayGroups(groups))
        options.decoupled = decoupled
        return Adam(parameters, options: options)
      case 1:
        var options = SGD<Double>.Options()
        (options.weightDecay, options.decayGroups) = (decay, WeightDecayGroups(groups))
        return SGD(parameters, options: options)
      default:
        var options = RMSprop<Double>.Options()
        (options.weightDecay, options.decayGroups) = (decay, WeightDecayGroups(groups))
        return RMSprop(parameters, options: options)
      }
    }
    func values(_ decay: Double, _ groups: [String: Double]) -> [Matrix<Double>] {
      let problem = Problem<Double>()
      let optimizer = optimizer(problem.parameters, decay, groups)
      for step in 1...3 {
        problem.setGradients(step: step)
        optimizer.step(learningRate: 0.05)
      }
      return problem.parameters.map { $0.value }
    }
    let mixed = values(0.5, ["b": 0.1])
    #expect(mixed[0] == values(0.5, [:])[0] && mixed[1] == values(0.1, [:])[1])
    #expect(mixed[1] != values(0.5, [:])[1])
  }

  private static func optimizer(_ kind: Int, _ parameters: [Parameter<Float>]) -> any Optimizer<
    Float
  > {
    if kind == 0 { return Adam(parameters) }
    if kind == 2 {
      var options = RMSprop<Float>.Options()
      options.momentum = 0.9
      options.centered = true
      return RMSprop(parameters, options: options)
    }
    var options = SGD<Float>.Options()
    options.momentum = 0.9
    return SGD(parameters, options: options)
  }

  @Test(arguments: [0, 1, 2]) func aRestoredOptimizerGoesOnWithTheSameBits(_ kind: Int) throws {
    let problem = Problem<Float>()
    let optimizer = Self.optimizer(kind, problem.parameters)
    for step in 1...3 {
      problem.setGradients(step: step)
      optimizer.step(learningRate: 0.01)
    }
    let (state, stepCount) = (optimizer.state, optimizer.stepCount)
    let other = Problem<Float>()
    for (a, b) in zip(other.parameters, problem.parameters) { a.value = b.value }
    let restored = Self.optimizer(kind, other.parameters)
    try restored.restore(state: state, stepCount: stepCount)
    for step in 4...6 {
      for (problem, optimizer) in [(problem, optimizer), (other, restored)] {
        problem.setGradients(step: step)
        optimizer.step(learningRate: 0.01)
      }
    }
    #expect(restored.stepCount == 6)
    #expect(other.parameters.map { $0.value } == problem.parameters.map { $0.value })
    #expect(restored.state == optimizer.state)
    // The saved state is a copy: going on has not changed it.
    #expect(state != optimizer.state)
  }

  @Test(arguments: [0, 1, 2]) func aStateOfOtherParametersIsAnError(_ kind: Int) throws {
    let problem = Problem<Float>()
    let optimizer = Self.optimizer(kind, problem.parameters)
    problem.setGradients(step: 1)
    optimizer.step(learningRate: 0.01)
    for name in optimizer.state.keys {
      var state = optimizer.state
      state[name] = Matrix(zeros: 2, 2)
      let error = try #require(throws: OptimizerStateError.self) {
        try optimizer.restore(state: state, stepCount: 1)
      }
      #expect(error.name == name && error.description.contains(name))
    }
    if kind != 1 {
      #expect(throws: OptimizerStateError.self) {
        try optimizer.restore(state: [:], stepCount: 1)
      }
    }
  }

  /// A velocity that the restored state does not have is as if no step had been taken.
  @Test func velocitiesThatAreNotRestoredStartAnew() throws {
    let parameter = Parameter<Double>("p", Matrix(1, 1, [0]))
    var options = SGD<Double>.Options()
    options.momentum = 0.5
    let optimizer = SGD([parameter], options: options)
    parameter.accumulate(Matrix(1, 1, [8]))
    optimizer.step(learningRate: 1)
    optimizer.step(learningRate: 1)
    #expect(parameter.value[0, 0] == -20)
    try optimizer.restore(state: [:], stepCount: 0)
    optimizer.step(learningRate: 1)
    #expect(parameter.value[0, 0] == -28 && optimizer.stepCount == 1)
  }

  @Test(arguments: [0, 1, 2]) func parametersWithoutAGradientStayAsTheyAre(_ kind: Int) {
    let problem = Problem<Float>()
    let optimizer = Self.optimizer(kind, problem.parameters)
    let before = problem.parameters.map { $0.value }
    problem.parameters[0].accumulate(Matrix(repeating: 1, 3, 5))
    optimizer.step(learningRate: 0.1)
    #expect(problem.parameters[0].value != before[0])
    #expect(problem.parameters[1].value == before[1])
  }

  @Test(arguments: [0, 1, 2]) func aSavedCopyOfAParameterIsNotChangedByASteps(_ kind: Int) {
    let problem = Problem<Float>()
    let saved = problem.parameters.map { $0.value }
    let elements = saved.map { $0.elements }
    problem.setGradients(step: 1)
    Self.optimizer(kind, problem.parameters).step(learningRate: 0.1)
    #expect(saved.map { $0.elements } == elements)
  }

  // MARK: Clipping

  private func parameters(_ gradients: [[Double]?]) -> [Parameter<Double>] {
    gradients.enumerated().map { k, gradient in
      let parameter = Parameter<Double>("\(k)", Matrix(zeros: 1, gradient?.count ?? 2))
      if let gradient { parameter.accumulate(Matrix(1, gradient.count, gradient)) }
      return parameter
    }
  }

  @Test func gradientsAreScaledDownTogether() throws {
    let list = parameters([[3, 0], nil, [0, 4, 12]])
    #expect(clipGradientNorm(list, limit: 6.5) == 13)
    #expect(list[0].gradient == Matrix(1, 2, [1.5, 0]))
    #expect(list[1].gradient == nil)
    #expect(list[2].gradient == Matrix(1, 3, [0, 2, 6]))
    #expect(clipGradientNorm(list, limit: 6.5) == 6.5)
    #expect(list[0].gradient == Matrix(1, 2, [1.5, 0]))
    #expect(clipGradientNorm(parameters([nil]), limit: 1) == 0)
  }

  @Test func aNormThatIsNotFiniteIsReportedAndClipsNothing() {
    let list = parameters([[3, .infinity], [1]])
    #expect(clipGradientNorm(list, limit: 1) == .infinity)
    #expect(list[1].gradient == Matrix(1, 1, [1]))
    #expect(clipGradientNorm(parameters([[.nan]]), limit: 1).isNaN)
  }
}
