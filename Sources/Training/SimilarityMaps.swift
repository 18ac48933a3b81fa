import Distill
import Graph
import Layers
import Records
import Tensor

/// How alike the points of clouds are in what LSP compares: the teacher's features at one tap and, each
/// at its own, those of students.
package struct SimilarityMaps {
  /// A model and the feature that is read of it.
  package struct Panel: Equatable {
    package var model: String
    package var weights: TeacherConfig.Weights
    package var tap: String

    package init(model: String, weights: TeacherConfig.Weights, tap: String) {
      (self.model, self.weights, self.tap) = (model, weights, tap)
    }
  }

  /// A cloud as one model sees it.
  package struct View {
    /// SIM of each point with the chosen one, which LSP puts into its softmax.
    package var similarities: [Double]
    /// The points that the model's own graph has around the chosen one.
    package var neighbors: [Int]
    /// Spearman's rank correlation of these similarities with the teacher's, the mean over all points
    /// in the place of the chosen one.
    package var rankCorrelation: Double
    /// LSP's divergence from the teacher on this cloud: the mean over its points, on the union of the
    /// two graphs.
    package var divergence: Double
  }

  /// A test cloud.
  package struct Cloud {
    /// Its place among the test clouds.
    package var number: Int
    package var label: Int
    package var points: Matrix<Double>
    package var point: Int
    /// In the order of panels.
    package var views: [View]
  }

  /// What is drawn.
  package struct Request {
    /// The teacher first.
    package var panels: [Panel]
    package var kernel: SimilarityKernel
    package var direction: LSPDirection
    /// Test clouds; nil for the first of each class.
    package var clouds: [Int]?
    /// How many classes, where no clouds are given.
    package var count: Int
    /// The point that others are compared with; nil for the one furthest from the cloud's centre.
    package var point: Int?

    package init(
      panels: [Panel], kernel: SimilarityKernel, direction: LSPDirection, clouds: [Int]?,
      count: Int, point: Int?
    ) {
      (self.panels, self.kernel, self.direction) = (panels, kernel, direction)
      (self.clouds, self.count, self.point) = (clouds, count, point)
    }
  }

  package var dataset: DatasetSummary
  package var panels: [Panel]
  package var clouds: [Cloud]
}

/// The maps that are asked for, of a seed whose models are trained.
///
/// - Throws: ``DataError`` where the data are missing, ``UsageError`` for clouds or points that there
///   are not, ``ConfigError`` for data that are no clouds and for weights that are damaged.
package func similarityMaps(
  _ request: SimilarityMaps.Request, seed: UInt64, in directory: SeedDirectory,
  _ context: RunContext
) throws -> SimilarityMaps {
  try Parallel.withThreads(context.threads) {
    switch context.config.precision {
    case .float32:
      try ExperimentTraining<Float>(context, try context.data())
        .similarityMaps(request, seed: seed, in: directory)
    case .float64:
      try ExperimentTraining<Double>(context, try context.data())
        .similarityMaps(request, seed: seed, in: directory)
    }
  }
}

extension ExperimentTraining {
  fileprivate func similarityMaps(
    _ request: SimilarityMaps.Request, seed: UInt64, in directory: SeedDirectory
  ) throws -> SimilarityMaps {
    let test = try data.parts(seed: seed).test
    guard data.featureCount == 3, test.allSatisfy({ $0.labels.rows == 1 }) else {
      throw ConfigError(
        source: "\(directory.name)",
        problems: [
          JSONProblem(
            path: "data.name",
            message: "found \"\(context.config.data.name)\", expected clouds of points")
        ])
    }
    let networks = try request.panels.map { panel in
      var config = TeacherConfig()
      (config.name, config.weights) = (panel.model, panel.weights)
      return try trained(config, seed: seed, in: directory)
    }
    let clouds = try chosenClouds(request, of: test).map { number in
      let sample = test[number]
      let features = zip(networks, request.panels).map { network, panel in
        let tap = Tap(validated: panel.tap)
        return network.forward(
          sample.features, on: sample.graph, .prediction, through: tap, keeping: [tap]
        ).taps[tap]
      }
      return try cloud(number, sample, features, request)
    }
    return SimilarityMaps(dataset: dataset, panels: request.panels, clouds: clouds)
  }

  private func chosenClouds(
    _ request: SimilarityMaps.Request, of test: [GraphSample<S>]
  ) throws -> [Int] {
    guard let clouds = request.clouds else {
      var seen: Set<Int> = []
      return Array(
        test.indices.filter { seen.insert(label(test[$0])).inserted }.prefix(request.count))
    }
    if let number = clouds.first(where: { !test.indices.contains($0) }) {
      throw UsageError(
        message: "--clouds: there is no test cloud \(number) (there are 0 to \(test.count - 1))")
    }
    return clouds
  }

  private func label(_ sample: GraphSample<S>) -> Int {
    (0..<sample.labels.columns).first { sample.labels[0, $0] == 1 } ?? 0
  }

  private func cloud(
    _ number: Int, _ sample: GraphSample<S>, _ features: [TapFeatures<S>?],
    _ request: SimilarityMaps.Request
  ) throws -> SimilarityMaps.Cloud {
    let points = sample.features.filled.converted(to: Double.self)
    if let point = request.point, point >= points.rows {
      throw UsageError(
        message: "--point \(point): the test cloud \(number) has the points 0 to \(points.rows - 1)"
      )
    }
    let point = request.point ?? furthest(points)
    let all = features.map { $0?.matrix.converted(to: Double.self) ?? points }
    let graphs = features.map { $0?.graph ?? sample.graph }
    let similarities = try all.map { try allSimilarities($0, request.kernel) }
    let views = try zip(all.indices, graphs).map { k, graph in
      SimilarityMaps.View(
        similarities: similarities[k][point],
        neighbors: graph.source[Int(graph.inStart[point])..<Int(graph.inStart[point + 1])].map {
          Int($0)
        },
        rankCorrelation: zip(similarities[0], similarities[k]).reduce(0) {
          $0 + rankCorrelation($1.0, $1.1)
        } / Double(points.rows),
        divergence: try divergence(
          all[k], from: all[0], on: graphs[0].union(graph), request))
    }
    return SimilarityMaps.Cloud(
      number: number, label: label(sample), points: points, point: point, views: views)
  }

  /// SIM of each point (the inner lists) with each point.
  private func allSimilarities(
    _ z: Matrix<Double>, _ kernel: SimilarityKernel
  ) throws -> [[Double]] {
    let all = (0..<Int32(z.rows)).map { $0 }
    return try all.map { point in
      let star = try CSRGraph(
        nodeCount: z.rows, sources: all,
        destinations: [Int32](repeating: point, count: z.rows))
      return kernel.forward(star, z).similarities.elements
    }
  }

  private func divergence(
    _ own: Matrix<Double>, from teacher: Matrix<Double>, on union: CSRGraph,
    _ request: SimilarityMaps.Request
  ) throws -> Double {
    edgeDivergence(
      union, scores: request.kernel.forward(union, own).similarities,
      logProbabilities: localStructure(union, features: teacher, kernel: request.kernel),
      direction: request.direction == .teacherToStudent ? .forward : .reverse
    ).loss
  }
}

/// The row that is furthest from the mean of all.
private func furthest(_ points: Matrix<Double>) -> Int {
  var centred = points
  let share = 1 / Double(max(points.rows, 1))
  centred.addToRows(points.columnSums().mapped { -$0 * share })
  let squares = centred.rowSquares().elements
  return squares.indices.max { squares[$0] < squares[$1] } ?? 0
}
