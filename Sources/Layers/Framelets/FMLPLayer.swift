import Graph
import Tensor

/// One step of a framelet MLP (FMLP), for the n nodes of one graph with operators P of
/// ``GraphKnowledge``:
///
///     H_s     = relu(dropout(P_s^power Theta_s + b_s))    for s = low, high
///     H_x     = relu(dropout(X Theta_x + b_x))
///     alpha_s = sigmoid(a . [H_s, H_x] + c)
///     Y       = sum over s of alpha_s V_s + (1 - alpha_s) V_x
///
/// with V = H in a hidden step and V = H C + b_C, its classifiers, in the output step. FMLP-S is one
/// output step without the relu. X is n x in, Theta_s n x h, Theta_x in x h, Y n x h or n x classes.
///
/// P^power Theta is a chain of sparse products with thin matrices, and P its own transpose:
/// dTheta_s = P_s^power dT_s for the gradient dT_s of what the relu and dropout are given. The other
/// gradients are those of `FMLPMixture` and of linear maps:
///
///     dH_s = dV_s (C_s^T) + dz_s a_1^T,   dH_x = dV_x (C_x^T) + (dz_low + dz_high) a_2^T
///     da = [sum over s of H_s^T dz_s, H_x^T (dz_low + dz_high)],   dc = sum of all dz
///
/// Once trained, an FMLP needs no graph: see ``TabulatedStudent``, which also gives the scores.
///
/// Source: D. Shi et al., "Frameless graph knowledge distillation", TNNLS 2025.
public final class FMLPLayer<S: Scalar>: GraphLayer {
  /// The options of a step.
  public struct Options: Sendable {
    /// The operators.
    public var knowledge = GraphKnowledge()
    /// Their power, at least 1.
    public var power = 1
    /// Whether branches pass a relu.
    public var rectified = true
    /// The probability that an element of an encoded branch is dropped.
    public var dropout = 0.0
    /// Where the high branch comes from; the others than `own` are published slips.
    public var highBranch = FMLPHighBranch.own
    /// What a score multiplies; `features` is a published slip.
    public var scored = FMLPScoredBranch.structure

    /// A hidden step of power 1.
    public init() {}
  }

  let name: String
  let options: Options
  let encoders: FMLPEncoders<S>
  let featureEncoder: AffineMap<S>
  let classifiers: FMLPClassifiers<S>?

  /// The number of input columns.
  public var inputWidth: Int { featureEncoder.inputWidth }
  /// The number of output columns.
  public var outputWidth: Int { classifiers?.low.outputWidth ?? encoders.width }
  /// Those of the encoders that the step uses, of the features' encoder, then of the classifiers.
  public var parameters: [Parameter<S>] {
    encoders.low.parameters
      + (options.highBranch == .own ? encoders.high?.parameters ?? [] : [])
      + encoders.attention.parameters + featureEncoder.parameters + (classifiers?.parameters ?? [])
  }

  /// A step.
  ///
  /// - Parameters:
  ///   - encoders: Of the structure; may be shared with other steps. They need one of the high pass
  ///     where `options.highBranch` is `own`.
  ///   - featureEncoder: Theta_x and b_x, in x h; may be shared with other steps.
  ///   - classifiers: Those of an output step; nil for a hidden step.
  public init(
    name: String, encoders: FMLPEncoders<S>, featureEncoder: AffineMap<S>,
    classifiers: FMLPClassifiers<S>? = nil, options: Options
  ) {
    precondition(options.power >= 1, "a power of operators is at least 1")
    precondition(featureEncoder.outputWidth == encoders.width, "encoders have one width")
    precondition(
      classifiers?.low.inputWidth ?? encoders.width == encoders.width,
      "classifiers take what encoders give")
    precondition(
      options.highBranch != .own
        || (encoders.high != nil && (classifiers == nil || classifiers?.high != nil)),
      "a high branch of its own has an encoder and a classifier of its own")
    self.name = name
    self.options = options
    self.encoders = encoders
    self.featureEncoder = featureEncoder
    self.classifiers = classifiers
  }

  /// Makes the operators of the graph.
  ///
  /// - Throws: ``GraphLayerError/otherNodeCount(layer:expected:found:)``, and as
  ///   ``CSRGraph/frameletPropagation(_:as:)``.
  public func prepare(on graph: CSRGraph) throws {
    guard graph.nodeCount == encoders.nodeCount else {
      throw GraphLayerError.otherNodeCount(
        layer: name, expected: encoders.nodeCount, found: graph.nodeCount)
    }
    _ = try graph.frameletPropagation(options.knowledge.propagation, as: S.self)
  }

  // MARK: Branches

  /// The encoder and operator of the high branch.
  private var high: (encoder: AffineMap<S>, operator: GraphKnowledge.Operator) {
    switch options.highBranch {
    case .own: (encoders.high!, .high)
    case .lowEncoder: (encoders.low, .high)
    case .lowOperatorAndEncoder: (encoders.low, .low)
    }
  }

  /// The classifier of the high branch.
  var highClassifier: AffineMap<S>? {
    options.highBranch == .own ? classifiers?.high : classifiers?.low
  }

  /// P^power y, its own transpose.
  private func filtered(
    _ which: GraphKnowledge.Operator, _ y: Matrix<S>, _ operators: FrameletPropagation<S>
  ) -> Matrix<S> {
    operators.filter(options.knowledge.bands(which), power: options.power, y)
  }

  /// relu(dropout(t)).
  private func activated(
    _ t: Matrix<S>, _ part: String, _ context: ForwardContext
  ) -> LayerPass<S> {
    let drop = context.dropout(S(options.dropout), purpose: "\(name) \(part)")
    func dropped(_ y: Matrix<S>) -> Matrix<S> {
      drop.map { dropout(y, probability: $0.probability, stream: $0.stream) } ?? y
    }
    let y = dropped(t)
    guard options.rectified else { return LayerPass(output: y, backward: dropped) }
    let rectified = leakyReLU(y, slope: 0)
    return LayerPass(output: rectified) {
      dropped(leakyReLUBackward(input: rectified, dOutput: $0, slope: 0))
    }
  }

  /// H_low and H_high.
  func structure(
    on graph: CSRGraph, _ context: ForwardContext
  ) -> (low: LayerPass<S>, high: LayerPass<S>) {
    precondition(
      graph.nodeCount == encoders.nodeCount,
      "\(name) is for a graph of \(encoders.nodeCount) nodes, not of \(graph.nodeCount)")
    let operators: FrameletPropagation<S> = graph.preparedPropagation(
      options.knowledge.propagation, for: name)
    func encoded(
      _ encoder: AffineMap<S>, _ which: GraphKnowledge.Operator
    ) -> Matrix<S> {
      encoder.adding(to: filtered(which, encoder.weight.value, operators))
    }
    func branch(
      _ t: Matrix<S>, _ encoder: AffineMap<S>, _ which: GraphKnowledge.Operator, _ part: String
    ) -> LayerPass<S> {
      let pass = activated(t, part, context)
      return LayerPass(output: pass.output) { [self] dOutput in
        guard let dT = pass.backward(dOutput) else { return nil }
        encoder.weight.accumulate(filtered(which, dT, operators))
        encoder.bias?.accumulate(dT.columnSums())
        return nil
      }
    }
    let low = encoded(encoders.low, .low)
    let high = high
    return (
      branch(low, encoders.low, .low, "low"),
      branch(
        options.highBranch == .lowOperatorAndEncoder ? low : encoded(high.encoder, high.operator),
        high.encoder, high.operator, "high")
    )
  }

  // MARK: A step

  /// Y, on a graph for which ``prepare(on:)`` does not throw.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (lowPass, highPass) = structure(on: graph, context)
    let featurePass = activated(featureEncoder(x), "features", context)
    let (low, high, features) = (lowPass.output, highPass.output, featurePass.output)
    let (ofStructure, ofFeatures) = (encoders.structureAttention, encoders.featureAttention)
    let mixture = FMLPMixture(
      low: .product(low, ofStructure), high: .product(high, ofStructure),
      features: encoders.attention.adding(to: .product(features, ofFeatures)),
      scored: options.scored)
    let values = (
      low: classifiers?.low(low) ?? low, high: highClassifier?(high) ?? high,
      features: classifiers?.features(features) ?? features
    )
    let output = mixture(low: values.low, high: values.high, features: values.features)
    return LayerPass(output: output) { [self] dOutput in
      let d = mixture.backward(
        low: values.low, high: values.high, features: values.features, dOutput: dOutput)
      var dBothSums = d.dLowSum
      dBothSums.add(d.dHighSum)
      var dOfStructure = Matrix.product(low, d.dLowSum, transposing: .left)
      dOfStructure.addProduct(high, d.dHighSum, transposing: .left)
      encoders.attention.weight.accumulate(
        .stacked([dOfStructure, .product(features, dBothSums, transposing: .left)]))
      encoders.attention.bias?.accumulate(dBothSums.columnSums())

      /// The gradient of H from that of V = H C + b_C and that of H's part of the scores.
      func dHidden(
        _ hidden: Matrix<S>, _ classifier: AffineMap<S>?, _ dValue: Matrix<S>,
        _ dSum: Matrix<S>, _ attention: Matrix<S>
      ) -> Matrix<S> {
        classifier?.accumulate(input: .dense(hidden), dOutput: dValue)
        var dHidden = classifier?.inputGradient(dValue) ?? dValue
        dHidden.addProduct(dSum, attention, transposing: .right)
        return dHidden
      }
      _ = lowPass.backward(dHidden(low, classifiers?.low, d.dLow, d.dLowSum, ofStructure))
      _ = highPass.backward(dHidden(high, highClassifier, d.dHigh, d.dHighSum, ofStructure))
      guard
        let dEncoded = featurePass.backward(
          dHidden(features, classifiers?.features, d.dFeatures, dBothSums, ofFeatures))
      else { return nil }
      featureEncoder.accumulate(input: x, dOutput: dEncoded)
      return needsInputGradient ? featureEncoder.inputGradient(dEncoded) : nil
    }
  }
}
