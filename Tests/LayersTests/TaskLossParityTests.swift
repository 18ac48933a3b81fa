import Layers
import Tensor
import Testing

/// Task losses against PyTorch.
@Suite struct TaskLossParityTests {
  @Test(arguments: Precision.allCases) func binaryCrossEntropy(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("bce", as: S.self)
      let known = try fixture.flags("known")
      for (name, counts) in [
        ("masked", known.map { $0 ? 1 : 0 }), ("all", [UInt8](repeating: 1, count: known.count)),
      ] {
        let value = try Layers.binaryCrossEntropy(
          logits: fixture["logits"], labels: fixture["labels"], counts: counts)
        try fixture.expect("\(name).loss", value.loss)
        try fixture.expect("\(name).gradient.logits", value.dLogits)
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  @Test(arguments: Precision.allCases) func crossEntropy(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("cross_entropy", as: S.self)
      let logits = try fixture["logits"]
      let counts: [UInt8] = try fixture.flags("known").map { $0 ? 1 : 0 }
      let classes = try fixture.integers("classes")
      var oneHot = Matrix<S>(zeros: logits.rows, logits.columns)
      for (node, label) in classes.enumerated() { oneHot[node, label] = 1 }
      let amount = try #require(fixture.options["smoothing"].flatMap { S($0) })
      for (name, target) in [
        ("plain", oneHot), ("smoothed", smoothed(oneHot, amount: amount)),
        ("smoothed_others", smoothed(oneHot, amount: amount, over: .others)),
      ] {
        let value = Layers.crossEntropy(logits: logits, target: target, counts: counts)
        try fixture.expect("\(name).loss", value.loss)
        try fixture.expect("\(name).gradient.logits", value.dLogits)
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  /// PyTorch's weight of classes, with and without smoothing, and the focal loss.
  @Test(arguments: Precision.allCases) func weightedCrossEntropy(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("weighted_cross_entropy", as: S.self)
      let logits = try fixture["logits"]
      let counts: [UInt8] = try fixture.flags("known").map { $0 ? 1 : 0 }
      let weights = try fixture["weights"].elements.map { Double($0) }
      var labels = Matrix<S>(zeros: logits.rows, logits.columns)
      for (node, label) in try fixture.integers("classes").enumerated() { labels[node, label] = 1 }
      let soft = smoothed(labels, amount: 0.2 as S)
      let cases: [(String, Matrix<S>, CrossEntropyWeighting)] = [
        ("weighted", labels, .init(classes: weights)),
        ("weighted_smoothed", soft, .init(classes: weights)), ("focal", labels, .init(focus: 2)),
        ("focal_weighted_smoothed", soft, .init(classes: weights, focus: 0.5)),
      ]
      for (name, target, weighting) in cases {
        let value = Layers.weightedCrossEntropy(
          logits: logits, target: target, labels: labels, counts: counts, weighting)
        try fixture.expect("\(name).loss", value.loss)
        try fixture.expect("\(name).gradient.logits", value.dLogits)
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }
}
