import Datasets
import Graph
import Records
import Tensor

/// A data set of point clouds, each with a class.
package protocol CloudSource: DataSource {
  /// The published number of clouds and classes; a least number where there is none.
  func counts(_ config: DataConfig) -> (clouds: Int, classes: Int)
  /// The clouds, with the numbers of points that the settings say, as their files have them.
  ///
  /// - Throws: ``DataError``.
  func clouds(_ context: RunContext, _ settings: CloudSettings) throws -> PointCloudSet
}

extension CloudSource {
  package var isOneGraph: Bool { false }
  package var labelsGraphs: Bool { true }

  package func sizes(_ config: DataConfig) -> PublishedSizes? {
    let (clouds, classes) = counts(config)
    let points = (config.settings as? CloudSettings ?? CloudSettings()).points
    return PublishedSizes(
      graphs: clouds, nodes: clouds * points, edges: 0, features: 3, labels: classes)
  }

  /// The clouds, or the stand-in where they are missing; normalised and split as the config says.
  package func load<S: Scalar>(_ context: RunContext) throws -> ExperimentData<S> {
    guard let settings = context.config.data.settings as? CloudSettings else {
      preconditionFailure("\(name) brings the settings of clouds")
    }
    var set = try orStandIn(context, settings) { try clouds(context, settings) }
    let equal = (set.train + set.test).lazy.filter(\.isOnePoint).count
    if equal > 0 { set.remarks.append("\(equal) clouds have all their points at one place") }
    if settings.normalize == .unitSphere { set = set.onUnitSphere() }
    let parts = try set.dataset(validation: settings.validationPart)
    try context.checkTasks(fit: parts)
    let words = ([words(parts, settings)] + set.remarks).joined(separator: "; ")
    context.log.info("\(set.name): \(words)")
    return ExperimentData(try parts.converted(), splitInWords: words)
  }

  private func words(_ parts: GraphDataset<Float>, _ settings: CloudSettings) -> String {
    let count = "\(parts.train.count) clouds of \(settings.points) points to train on"
    return switch settings.validation {
    case .test: "\(count), \(parts.test.count) to test on, and the same to validate on"
    case .share:
      "\(count), \(parts.valid.count) of the same part to validate on, \(parts.test.count) to test on"
    }
  }

  /// What `read` gives, or a stand-in where the data are missing, the config wants one, and the user
  /// named no folder.
  private func orStandIn(
    _ context: RunContext, _ settings: CloudSettings, _ read: () throws -> PointCloudSet
  ) throws -> PointCloudSet {
    do {
      return try read()
    } catch let error as DataError
      where error.isMissing && context.config.data.onMissing == .synthetic
      && context.dataDirectory == nil
    {
      context.log.info("\(error); going on with synthetic clouds, seed \(generatedDataSeed)")
      return try SyntheticClouds.generate(
        name: "\(name)-synthetic", shape: settings.generated.shape, points: settings.points,
        seed: generatedDataSeed)
    }
  }
}
