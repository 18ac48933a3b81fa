import Foundation
import Graph
import Layers
import Tensor

/// What the predictions of a trained network for all nodes of one graph tell besides their scores:
/// how long they take, how smooth they are, and of students that can do without the graph the tables
/// and the scores of structure against features.
struct NodePredictions<S: Scalar> {
  /// The median time of several predictions for all nodes.
  let milliseconds: Double
  /// Of the features at each tap, by its name.
  let dirichletEnergy: [String: Double]
  /// What a student is without its graph; nil for networks that need theirs.
  let tables: TabulatedStudent<S>?
  /// The scores of each step, the hidden ones first; none where there are no tables.
  let scores: [FMLPScores<S>]

  /// How many predictions the time is the median of.
  private static var repetitions: Int { 5 }

  /// Predictions of a network for a graph that it is prepared for.
  ///
  /// - Parameter laplacian: What the energy is measured by, which may be that of another graph
  ///   between the same nodes: energies compare where it is the same one.
  init(
    of network: Network<S>, on sample: GraphSample<S>, laplacian: NormalizedLaplacian
  ) throws {
    let pass = network.forward(sample.features, on: sample.graph, .prediction)
    dirichletEnergy = Dictionary(
      uniqueKeysWithValues: pass.taps.map { tap, features in
        (
          tap.description,
          Graph.dirichletEnergy(laplacian, features.matrix, normalization: .squaredNorm)
        )
      })
    if network.layers.allSatisfy({ $0 is FMLPLayer<S> }) {
      let tables = try TabulatedStudent(of: network, on: sample.graph)
      scores = tables.predict(features: sample.features).scores
      milliseconds = Self.median { _ = tables.predict(features: sample.features) }
      self.tables = tables
    } else {
      (tables, scores) = (nil, [])
      milliseconds = Self.median {
        _ = network.forward(sample.features, on: sample.graph, .prediction, keeping: [.logits])
      }
    }
  }

  private static func median(_ work: () -> Void) -> Double {
    let times = (0..<repetitions).map { _ in
      let begun = DispatchTime.now().uptimeNanoseconds
      work()
      return Double(DispatchTime.now().uptimeNanoseconds - begun) / 1e6
    }
    return times.sorted()[repetitions / 2]
  }

  /// How much of the low pass, and of the high pass, each step takes against the node's own features:
  /// the mean over all nodes, by branch.
  var meanAlpha: [String: [Double]] {
    guard !scores.isEmpty else { return [:] }
    func mean(_ share: (FMLPScores<S>) -> Matrix<S>) -> [Double] {
      scores.map { step in
        let share = share(step)
        return share.elements.reduce(0) { $0 + Double($1) } / Double(share.rows)
      }
    }
    return ["low": mean(\.lowShare), "high": mean(\.highShare)]
  }

  /// The scores as a file: for step k "steps.k.low" and "steps.k.high", one row a node.
  func scoresFile(metadata: [String: String]) -> SafetensorsFile {
    var file = SafetensorsFile(metadata: metadata)
    for (k, step) in scores.enumerated() {
      file.set(step.low, named: "steps.\(k).low")
      file.set(step.high, named: "steps.\(k).high")
    }
    return file
  }
}
