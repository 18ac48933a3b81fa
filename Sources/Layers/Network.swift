import Graph
import Tensor

/// What one forward pass of a network gives.
public struct NetworkPass<S: Scalar> {
  /// The features at the taps that were reached and are kept.
  public let taps: [Tap: TapFeatures<S>]
  /// What the pass changes of the layers' state, in order.
  public let stateUpdates: [StateUpdate<S>]
  /// Sends gradients of taps down the network, adding to the parameters' gradients. Taps without a
  /// gradient are left out; a block behind which no gradient enters is not run.
  public let backward: (_ gradients: [Tap: Matrix<S>]) -> Void

  /// A pass from its parts.
  public init(
    taps: [Tap: TapFeatures<S>], stateUpdates: [StateUpdate<S>] = [],
    backward: @escaping (_ gradients: [Tap: Matrix<S>]) -> Void
  ) {
    self.taps = taps
    self.stateUpdates = stateUpdates
    self.backward = backward
  }

  /// The output of the last layer.
  public var logits: Matrix<S> {
    guard let logits = taps[.logits] else { preconditionFailure("the pass stopped before logits") }
    return logits.matrix
  }

  /// Makes the changes of the layers' state. A trainer does so once a step.
  public func commitState() {
    for update in stateUpdates { update.commit() }
  }
}

/// Blocks one after the other, each of which reads the one before it unless it says otherwise.
///
/// Features start on the graph of the batch. A layer may put them on a graph that it builds from them,
/// and a readout has a row for each member graph instead of one for each node. Where a block puts
/// together taps that live on different graphs between the same nodes, the result lives on the
/// batch's own graph; taps of nodes and taps of graphs cannot be put together.
public final class Network<S: Scalar> {
  /// The blocks; the last gives the logits.
  public let blocks: [Block<S>]
  /// Whether every graph gets one self loop at each node before the network sees it.
  public let addsSelfLoops: Bool
  private let steps: [Step]

  /// What is known of a block before any pass.
  private struct Step {
    let tap: Tap
    /// Places of the inputs among the values: 0 is the network's input, k + 1 the output of block k.
    let inputs: [Int]
    let operation: Block<S>.Operation
    let width: Int
    let isPooled: Bool
    /// Whether gradients of the output reach a parameter.
    let needsGradient: Bool
    /// Whether gradients of some input do.
    let needsInputGradient: Bool
  }

  /// The way back of one block.
  private struct StepBackward {
    /// The gradient of each input from that of the output.
    let gradients: (Matrix<S>) -> [Matrix<S>?]
    /// The same of the one input, added to a gradient that is there already.
    var adding: ((Matrix<S>, inout Matrix<S>) -> Void)?
  }

  /// A network of blocks.
  ///
  /// - Parameters:
  ///   - inputWidth: The columns of the features that it is given.
  ///   - addsSelfLoops: Whether every graph gets one self loop at each node first.
  /// - Throws: ``NetworkError`` where the blocks do not fit together.
  public init(blocks: [Block<S>], inputWidth: Int, addsSelfLoops: Bool = false) throws {
    guard blocks.last?.output == .logits else { throw NetworkError.noLogits }
    self.blocks = blocks
    self.addsSelfLoops = addsSelfLoops
    var steps: [Step] = []
    var places: [Tap: Int] = [.input: 0]
    for block in blocks {
      let step = try Self.step(of: block, after: steps, places, inputWidth: inputWidth)
      guard places.updateValue(steps.count + 1, forKey: block.output) == nil else {
        throw NetworkError.takenName(block.output)
      }
      steps.append(step)
    }
    self.steps = steps
  }

  /// Layers one after the other, with an activation between each two and none after the last: at
  /// least one layer, whose widths fit.
  public convenience init(
    layers: [any GraphLayer<S>], activation: Activation, addsSelfLoops: Bool = false
  ) {
    precondition(!layers.isEmpty, "a network has at least one layer")
    let blocks = layers.enumerated().flatMap { l, layer -> [Block<S>] in
      l == layers.count - 1
        ? [.layer(layer, as: .logits)]
        : [
          .layer(layer, as: .hidden(l)),
          .activation(activation, width: layer.outputWidth, as: .activated(l)),
        ]
    }
    do {
      try self.init(
        blocks: blocks, inputWidth: layers[0].inputWidth, addsSelfLoops: addsSelfLoops)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func step(
    of block: Block<S>, after steps: [Step], _ places: [Tap: Int], inputWidth: Int
  ) throws -> Step {
    let tap = block.output
    let names = block.inputs ?? [steps.last?.tap ?? .input]
    let inputs = try names.map { name -> Int in
      guard let place = places[name] else {
        throw NetworkError.unknownInput(
          block: tap, input: name, known: [.input] + steps.map(\.tap))
      }
      return place
    }
    let widths = inputs.map { $0 == 0 ? inputWidth : steps[$0 - 1].width }
    let pooled = inputs.map { $0 > 0 && steps[$0 - 1].isPooled }
    func expect(_ input: Int, _ width: Int) throws {
      guard widths[input] == width else {
        throw NetworkError.width(
          block: tap, input: names[input], expected: width, found: widths[input])
      }
    }
    var takesOne = false
    var width = widths.first ?? 0
    var isPooled = pooled.first ?? false
    var learns = false
    switch block.operation {
    case .layer(let layer):
      takesOne = true
      if !inputs.isEmpty { try expect(0, layer.inputWidth) }
      if isPooled, layer.readsEdges || layer.graphEffect != .keeps {
        throw NetworkError.pooledInput(block: tap, input: names[0])
      }
      width = layer.outputWidth
      isPooled = isPooled || layer.graphEffect == .pools
      learns = !layer.parameters.isEmpty
    case .activation: takesOne = true
    case .concatenation: width = widths.reduce(0, +)
    case .sum, .maximum: for input in inputs.indices { try expect(input, width) }
    }
    guard takesOne ? inputs.count == 1 : !inputs.isEmpty else {
      throw NetworkError.inputCount(block: tap, found: inputs.count)
    }
    if let graphs = pooled.firstIndex(of: true), let nodes = pooled.firstIndex(of: false) {
      throw NetworkError.mixedRows(block: tap, nodes: names[nodes], graphs: names[graphs])
    }
    let passesOn = inputs.contains { $0 > 0 && steps[$0 - 1].needsGradient }
    return Step(
      tap: tap, inputs: inputs, operation: block.operation, width: width, isPooled: isPooled,
      needsGradient: learns || passesOn, needsInputGradient: passesOn)
  }

  // MARK: What it is made of

  /// The layers of all blocks, in their order.
  public var layers: [any GraphLayer<S>] { blocks.compactMap(\.layer) }

  /// Whether it is layers one after the other with nothing between them.
  var isChainOfLayers: Bool {
    steps.enumerated().allSatisfy { k, step in
      guard step.inputs == [k] else { return false }
      switch step.operation {
      case .layer, .activation(.none): return true
      case .activation, .concatenation, .sum, .maximum: return false
      }
    }
  }

  /// The parameters of all layers; what several layers share is there once.
  public var parameters: [Parameter<S>] { unique(layers.flatMap { $0.parameters }) }

  /// What layers keep and nobody learns.
  public var state: [LayerState<S>] { unique(layers.flatMap { $0.state }) }

  /// Parameters and state: what weight files and checkpoints hold.
  public var weights: [any NamedWeight<S>] { parameters + state }

  /// The number of learnt numbers.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }

  /// All taps, from the input to the output.
  public var taps: [Tap] { steps.map(\.tap) }

  /// The number of hidden layers, those with taps `hidden.0`, `hidden.1`, ...
  public var hiddenCount: Int {
    var count = 0
    while step(at: .hidden(count)) != nil { count += 1 }
    return count
  }

  /// The number of columns at a tap, or nil where there is no such tap.
  public func width(at tap: Tap) -> Int? { step(at: tap)?.width }

  /// Whether a tap has a row for each graph and not for each node; nil where there is no such tap.
  public func isPooled(at tap: Tap) -> Bool? { step(at: tap)?.isPooled }

  /// Whether some layer builds a graph from its features.
  public var buildsGraphs: Bool { layers.contains { $0.graphEffect == .builds } }

  private func step(at tap: Tap) -> Step? { steps.first { $0.tap == tap } }

  // MARK: Passes

  /// The graph that the layers see.
  private func own(_ graph: CSRGraph) -> CSRGraph { addsSelfLoops ? graph.selfLooped : graph }

  /// Makes what the layers need of a graph before a forward pass on it.
  ///
  /// - Throws: What ``GraphLayer/prepare(on:)`` throws.
  public func prepare(on graph: CSRGraph) throws {
    for layer in layers { try layer.prepare(on: own(graph)) }
  }

  /// Whether a training pass over the nodes of a graph is possible.
  ///
  /// - Throws: What ``GraphLayer/checkTraining(rows:)`` throws.
  public func checkTraining(on graph: CSRGraph) throws {
    for step in steps {
      guard case .layer(let layer) = step.operation else { continue }
      let isPooled = step.isPooled && layer.graphEffect != .pools
      try layer.checkTraining(rows: isPooled ? graph.memberCount : graph.nodeCount)
    }
  }

  /// A forward pass over dense features of the nodes of a graph.
  public func forward(
    _ x: Matrix<S>, on graph: CSRGraph, _ context: ForwardContext, through last: Tap = .logits,
    keeping kept: Set<Tap>? = nil
  ) -> NetworkPass<S> {
    forward(.dense(x), on: graph, context, through: last, keeping: kept)
  }

  /// A forward pass over the nodes of a graph.
  ///
  /// - Parameters:
  ///   - x: Node features, n x inputWidth.
  ///   - last: The last tap that is needed; nothing behind it is computed.
  ///   - kept: The taps that the pass shall hold; all that were reached if nil. In a context that
  ///     keeps no way back, features of others are let go of once the last block has read them.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext,
    through last: Tap = .logits,
    keeping kept: Set<Tap>? = nil
  ) -> NetworkPass<S> {
    guard let end = steps.firstIndex(where: { $0.tap == last }) else {
      preconditionFailure("the network has the taps \(taps), not \(last)")
    }
    let own = own(graph)
    var values: [NodeFeatures<S>?] = [x]
    var graphs = [own]
    var backwards: [StepBackward] = []
    var updates: [StateUpdate<S>] = []
    for (k, step) in steps[...end].enumerated() {
      let pass = run(step, values, graphs, own: own, context)
      values.append(.dense(pass.output))
      graphs.append(pass.graph)
      updates += pass.updates
      if context.keepsBackward {
        backwards.append(pass.backward)
      } else {
        for input in step.inputs where input > 0 && !isRead(input, after: k, upTo: end) {
          if let kept, !kept.contains(steps[input - 1].tap) { values[input] = nil }
        }
      }
    }
    var taps: [Tap: TapFeatures<S>] = [:]
    for (k, step) in steps[...end].enumerated() where kept?.contains(step.tap) ?? true {
      guard case .dense(let matrix) = values[k + 1] else { continue }
      taps[step.tap] = TapFeatures(matrix, on: step.isPooled ? nil : graphs[k + 1])
    }
    let (steps, keepsBackward) = (steps[...end], context.keepsBackward)
    return NetworkPass(taps: taps, stateUpdates: updates) { gradients in
      precondition(keepsBackward, "a pass that keeps no way back has no backward pass")
      Self.backward(gradients, steps, backwards)
    }
  }

  private func isRead(_ value: Int, after step: Int, upTo end: Int) -> Bool {
    step < end && steps[step + 1...end].contains { $0.inputs.contains(value) }
  }

  /// Gradients at one place are added in the order in which they arrive: what enters from outside, then
  /// block by block from the last.
  private static func backward(
    _ gradients: [Tap: Matrix<S>], _ steps: ArraySlice<Step>,
    _ backwards: [StepBackward]
  ) {
    var pending = [Matrix<S>?](repeating: nil, count: steps.count + 1)
    for (tap, gradient) in gradients {
      guard let k = steps.firstIndex(where: { $0.tap == tap }) else {
        preconditionFailure("a gradient enters at \(tap), which the pass did not reach")
      }
      pending[k + 1] = gradient
    }
    for k in steps.indices.reversed() {
      guard steps[k].needsGradient, let gradient = pending[k + 1] else { continue }
      pending[k + 1] = nil
      if let add = backwards[k].adding, var sum = pending[steps[k].inputs[0]] {
        // One owner, so that the sum is made in place.
        pending[steps[k].inputs[0]] = nil
        add(gradient, &sum)
        pending[steps[k].inputs[0]] = sum
        continue
      }
      var dInputs = backwards[k].gradients(gradient)
      for (i, input) in steps[k].inputs.enumerated() where input > 0 {
        guard var sum = dInputs[i] else { continue }
        dInputs[i] = nil
        if let other = pending[input] { sum.add(other) }
        pending[input] = sum
      }
    }
  }

  /// The output of one block, its graph, and its way back to each input.
  private func run(
    _ step: Step, _ values: [NodeFeatures<S>?], _ graphs: [CSRGraph], own: CSRGraph,
    _ context: ForwardContext
  ) -> (
    output: Matrix<S>, graph: CSRGraph, updates: [StateUpdate<S>], backward: StepBackward
  ) {
    func value(_ input: Int) -> NodeFeatures<S> {
      guard let value = values[input] else {
        preconditionFailure("a value was let go of too early")
      }
      return value
    }
    let graph = graphs[step.inputs[0]]
    switch step.operation {
    case .layer(let layer):
      let pass = layer.forward(
        value(step.inputs[0]), on: graph, context, needsInputGradient: step.needsInputGradient)
      let outputGraph: CSRGraph =
        switch (pass.graph, layer.graphEffect) {
        case (.same, .keeps): graph
        case (.built(let built), .builds): built
        case (.pooled, .pools): graph.pooled
        default: preconditionFailure("the layer at \(step.tap) does not do to graphs what it says")
        }
      precondition(
        pass.output.rows == outputGraph.nodeCount && pass.output.columns == step.width,
        "the layer at \(step.tap) gives \(pass.output.rows) x \(pass.output.columns), not "
          + "\(outputGraph.nodeCount) x \(step.width)")
      return (
        pass.output, outputGraph, pass.stateUpdates,
        StepBackward(gradients: { [pass.backward($0)] }, adding: pass.addingBackward)
      )
    case .activation(let activation):
      let pass = activation.forward(value(step.inputs[0]).filled)
      return (pass.output, graph, [], StepBackward(gradients: { [pass.backward($0)] }))
    case .concatenation, .sum, .maximum:
      let parts = step.inputs.map { value($0).filled }
      let isOneGraph = step.inputs.allSatisfy { graphs[$0] === graph }
      let (output, backward) = combined(parts, step.operation)
      return (
        output, isOneGraph || step.isPooled ? graph : own, [], StepBackward(gradients: backward)
      )
    }
  }

  private func combined(
    _ parts: [Matrix<S>], _ operation: Block<S>.Operation
  ) -> (Matrix<S>, (Matrix<S>) -> [Matrix<S>?]) {
    switch operation {
    case .concatenation:
      let widths = parts.map(\.columns)
      return (.sideBySide(parts), { $0.split(widths: widths) })
    case .maximum:
      let (output, winners) = Matrix.maximum(of: parts)
      return (output, { Matrix.maximumBackward(winners, count: parts.count, dOutput: $0) })
    case .sum, .layer, .activation:
      var sum = parts[0]
      for part in parts.dropFirst() { sum.add(part) }
      let count = parts.count
      return (sum, { [Matrix<S>?](repeating: $0, count: count) })
    }
  }
}

/// Objects in their order, each once.
private func unique<Object: AnyObject>(_ objects: [Object]) -> [Object] {
  var seen: Set<ObjectIdentifier> = []
  return objects.filter { seen.insert(ObjectIdentifier($0)).inserted }
}
