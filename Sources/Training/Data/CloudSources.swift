import Datasets
import Foundation
import Graph
import Records
import Tensor

extension RunContext {
  /// Where clouds are kept that were read before.
  fileprivate var cloudCache: CloudCache {
    var cache = CloudCache(locator)
    cache.log = { log.info("\($0)") }
    return cache
  }

  /// The folder that a config's `path` names: in the folder that the user gave, else in the
  /// environment's and the cache.
  ///
  /// - Throws: ``DataError`` (missing).
  fileprivate func folder(_ path: String) throws -> URL {
    if let absence = locator.absentDirectory { throw absence }
    let roots = locator.directory.map { [$0] } ?? locator.searched.map(\.path)
    let places = roots.map { URL(filePath: path, relativeTo: URL(filePath: $0 + "/")).absoluteURL }
    if let place = places.first(where: { FileManager.default.fileExists(atPath: $0.path) }) {
      return place.standardizedFileURL
    }
    throw DataError(
      .missing, at: "",
      "the folder of data.path, \"\(path)\", is missing: none of "
        + "\(places.map(\.path).joined(separator: ", ")) is there; give the folder that it lies in with "
        + "--data or $\(DatasetLocator.variable)")
  }
}

/// ModelNet10 from voxels.
package struct ModelNet10Source: CloudSource {
  package let name = "modelnet10"
  package let note =
    "4,899 shapes of furniture in 10 classes, as clouds on the surface of voxels (32 x 32 x 32)."
  package let citation =
    "Wu et al., 3D ShapeNets: a deep representation for volumetric shapes, CVPR 2015"
  package let layout: (any FileLayout)? = VoxelLayout()

  package var settings: (any DataSettings)? { CloudSettings(classes: Self.classNames.count) }

  /// In the order of labels.
  private static let classNames = [
    "bathtub", "bed", "chair", "desk", "dresser", "monitor", "night_stand", "sofa", "table",
    "toilet",
  ]

  package func counts(_ config: DataConfig) -> (clouds: Int, classes: Int) {
    (4_899, Self.classNames.count)
  }

  package func clouds(
    _ context: RunContext, _ settings: CloudSettings
  ) throws -> PointCloudSet {
    let files = DatasetFiles(
      name: name, folder: "modelnet10-voxel", files: ["modelnet10.npz"], url: nil)
    guard let folder = files.find(context.locator) else { throw files.missing(context.locator) }
    let file = folder.appending(path: "modelnet10.npz")
    return try context.cloudCache.clouds(
      name, source: file.path, files: [file],
      settings: ["\(settings.points) points", "seed \(generatedDataSeed)"]
    ) {
      try VoxelClouds.load(
        name, from: Archive(path: file.path), classNames: Self.classNames, points: settings.points,
        seed: generatedDataSeed)
    }
  }
}

/// Clouds in HDF5 files.
package struct HDF5Source: CloudSource {
  package let name: String
  package let note: String
  package let citation: String
  package let layout: (any FileLayout)? = HDF5Layout()
  private let published: (clouds: Int, classes: Int)
  private let files: DatasetFiles
  /// The files of the parts in the folder that has them.
  private let parts: @Sendable (URL) throws -> HDF5Clouds.Files

  package var settings: (any DataSettings)? {
    CloudSettings(normalize: .none, classes: published.classes)
  }

  /// ModelNet40 as the authors of PointNet distribute it.
  package static let modelNet40 = HDF5Source(
    name: "modelnet40", note: "12,311 shapes of 40 classes, as clouds of 2,048 points.",
    citation: "Wu et al., 3D ShapeNets: a deep representation for volumetric shapes, CVPR 2015; "
      + "clouds of Qi et al., PointNet, CVPR 2017",
    published: (12_311, 40),
    files: DatasetFiles(
      name: "modelnet40", folder: "modelnet40_ply_hdf5_2048",
      files: ["train_files.txt", "test_files.txt", "shape_names.txt"], url: nil)
  ) { try HDF5Clouds.Files(listedIn: $0) }

  /// BIMNet10, whose labels have no names in the files.
  package static let bimNet10 = HDF5Source(
    name: "bimnet10",
    note:
      "216 building elements of 10 classes, as clouds of 2,048 points in the layout of ModelNet40.",
    citation: "", published: (216, 10),
    files: DatasetFiles(
      name: "bimnet10", folder: "bimnet10", files: ["train.h5", "test.h5"], url: nil)
  ) { folder in
    HDF5Clouds.Files(
      train: [folder.appending(path: "train.h5").path],
      test: [folder.appending(path: "test.h5").path], classNames: (0..<10).map { "class \($0)" })
  }

  package func counts(_ config: DataConfig) -> (clouds: Int, classes: Int) { published }

  package func clouds(
    _ context: RunContext, _ settings: CloudSettings
  ) throws -> PointCloudSet {
    guard let folder = files.find(context.locator) else { throw files.missing(context.locator) }
    let parts = try parts(folder)
    return try context.cloudCache.clouds(
      name, source: folder.path, files: (parts.train + parts.test).map { URL(filePath: $0) },
      settings: ["\(settings.points) points", folder.path, "\(parts.train.count) to train on"]
        + parts.classNames
    ) {
      try HDF5Clouds.load(name, from: parts, source: folder.path, points: settings.points)
    }
  }
}

/// Clouds or meshes of the user's, in a folder that has a folder for each class. Nothing is known of
/// their number before they are read; a batch and ten classes stand for it.
package struct CloudFolderSource: CloudSource {
  package let name: String
  package let note: String
  package let layout: (any FileLayout)?
  /// Whether the files are meshes with parts of their own.
  private let isOfMeshes: Bool

  package static let meshes = CloudFolderSource(
    name: "off",
    note: "Meshes in a folder: CLASS/train/*.off, CLASS/test/*.off, as ModelNet has them.",
    layout: OFFLayout(), isOfMeshes: true)
  package static let clouds = CloudFolderSource(
    name: "cloud-folder",
    note: "Clouds in a folder: CLASS/*.xyz, *.txt, *.npy; parts are drawn.",
    layout: CloudFolderLayout(), isOfMeshes: false)

  package var settings: (any DataSettings)? {
    CloudSettings(hasPath: true, isUnsplit: !isOfMeshes)
  }

  package func counts(_ config: DataConfig) -> (clouds: Int, classes: Int) {
    (max(2, config.batchSize), 10)
  }

  package func clouds(
    _ context: RunContext, _ settings: CloudSettings
  ) throws -> PointCloudSet {
    let folder = try context.folder(settings.path)
    var inputs = [folder.path, "\(settings.points) points", "seed \(generatedDataSeed)"]
    if !isOfMeshes { inputs += ["\(settings.testShare)", "\(settings.splitSeed)"] }
    return try context.cloudCache.clouds(
      name, source: folder.path, files: CloudFolder.allFiles(in: folder), settings: inputs
    ) {
      isOfMeshes
        ? try CloudFolder.meshes(
          name, in: folder, points: settings.points, seed: generatedDataSeed)
        : try CloudFolder.clouds(
          name, in: folder, points: settings.points, seed: generatedDataSeed,
          testShare: settings.testShare, splitSeed: settings.splitSeed)
    }
  }
}

/// Generated clouds.
package struct GeneratedClouds: CloudSource {
  package let name = "synthetic-clouds"
  package let note =
    "Generated clouds on parametric shapes in random pose, with noise and a hidden part."
  package let layout: (any FileLayout)? = nil
  package let isGenerated = true

  package var settings: (any DataSettings)? { CloudSettings(hasPath: false) }

  package func counts(_ config: DataConfig) -> (clouds: Int, classes: Int) {
    let shape = (config.settings as? CloudSettings ?? CloudSettings()).generated.shape
    return (shape.trainClouds + shape.testClouds, shape.classes)
  }

  package func clouds(
    _ context: RunContext, _ settings: CloudSettings
  ) throws -> PointCloudSet {
    try SyntheticClouds.generate(
      name: name, shape: settings.generated.shape, points: settings.points, seed: generatedDataSeed)
  }
}
