import Datasets
import Graph
import Records
import Tensor

/// The settings of point clouds.
package struct CloudSettings: DataSettings {
  package var points = 1_024
  package var normalize = Normalization.unitSphere
  package var validation = Validation.test
  package var validationShare = 0.1
  package var dropLast = false
  package var testBatchSize = 16
  package var augmentation = CloudAugmentationConfig()
  package var generated = SyntheticCloudConfig()
  package var path = ""
  package var testShare = 0.2
  package var splitSeed: UInt64 = 0
  /// Whether the source is a folder that "path" names.
  private var hasPath = true
  /// Whether the source has no parts of its own.
  private var isUnsplit = true

  /// What becomes of coordinates.
  package enum Normalization: String, CaseIterable {
    /// They stay as they are in the files.
    case none
    /// Each cloud is centred and scaled to radius 1.
    case unitSphere
  }

  /// The clouds that are validated on.
  package enum Validation: String, CaseIterable {
    /// The test part, as in published code.
    case test
    /// A share of the training clouds, by class.
    case share
  }

  package init() {}

  package init(
    normalize: Normalization = .unitSphere, classes: Int = 12, hasPath: Bool = false,
    isUnsplit: Bool = false
  ) {
    self.normalize = normalize
    self.hasPath = hasPath
    self.isUnsplit = isUnsplit
    generated.shape.classes = classes
  }

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("points", &points, .integer(2...100_000), "Clouds: points of each.")
    visitor.field(
      "normalize", &normalize, .choice,
      "Clouds: leave coordinates as they are, or centre each cloud and scale it to radius 1. By "
        + "default \"none\" for HDF5 files, which are normalised, else \"unitSphere\".")
    visitor.field(
      "validation", &validation, .choice,
      "Clouds: validate on the test part, as published code does, or on a share of the training "
        + "clouds of each class, which are then not trained on.")
    visitor.field(
      "validationShare", &validationShare, .number(.above(0, atMost: 0.9)),
      "Clouds, validation \"share\": the share of each class.")
    visitor.field(
      "dropLast", &dropLast, .boolean,
      "Clouds: leave out an epoch's last batch where it has fewer clouds than the others.")
    visitor.field(
      "testBatchSize", &testBatchSize, .integer(1...1_000_000), "Clouds: those of a test batch.")
    visitor.record("augmentation", &augmentation, "Clouds: random changes in training.")
    visitor.record(
      "generated", &generated, "Clouds: the size of \"synthetic-clouds\", or of the stand-in.")
    visitor.field(
      "splitSeed", &splitSeed, .seed,
      "Clouds: the seed of parts that are drawn, the same for all seeds of a run.")
    if hasPath {
      visitor.field(
        "path", &path, .text,
        "off, cloud-folder: the folder, as it lies in the folder of data.")
    }
    if isUnsplit {
      visitor.field(
        "testShare", &testShare, .number(.above(0, atMost: 0.9)),
        "cloud-folder: the share of each class's clouds to test on.")
    }
  }

  package var inconsistencies: [Inconsistency] {
    guard hasPath, path.isEmpty else { return [] }
    return [
      Inconsistency(key: "path", message: "missing; expected the folder with the files")
    ]
  }

  package var dropsLastBatch: Bool { dropLast }
  package var evaluationBatchSize: Int? { testBatchSize }

  package func makeAugmentation<S: Scalar>() -> (any BatchAugmentation<S>)? {
    augmentation.isNone
      ? nil
      : CloudAugmentation(
        scale: augmentation.scale, shift: augmentation.shift, shuffle: augmentation.shuffle)
  }

  /// The clouds that are validated on.
  package var validationPart: PointCloudSet.Validation {
    switch validation {
    case .test: .test
    case .share: .share(validationShare, seed: splitSeed)
    }
  }
}

/// Random changes of clouds in training; none by default.
package struct CloudAugmentationConfig: Record {
  package var scale = 1.0
  package var shift = 0.0
  package var shuffle = false

  package init() {}

  /// Whether clouds stay as they are.
  package var isNone: Bool { self == CloudAugmentationConfig() }

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "scale", &scale, .number(.closed(1, 100)),
      "Each axis of a cloud is multiplied by a number of U[1/scale, scale]; as published 1.5.")
    visitor.field(
      "shift", &shift, .number(.closed(0, 100)),
      "Each axis is shifted by a number of U[-shift, shift]; as published 0.2.")
    visitor.field("shuffle", &shuffle, .boolean, "Points are put into random order.")
  }
}

/// The size and character of generated clouds.
package struct SyntheticCloudConfig: Record {
  package var shape = SyntheticCloudShape()

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    let clouds = FieldRule<Int>.integer(2...1_000_000)
    visitor.field(
      "classes", &shape.classes, .integer(2...SyntheticClouds.mostClasses),
      "Classes. By default as many as the data have that they stand for.")
    visitor.field("trainClouds", &shape.trainClouds, clouds, "Clouds to train on.")
    visitor.field("testClouds", &shape.testClouds, clouds, "Clouds to test on.")
    visitor.field(
      "noise", &shape.noise, .number(.closed(0, 10)),
      "The standard deviation of what is added to coordinates; shapes are about 1 in radius.")
    visitor.field(
      "occlusion", &shape.occlusion, .number(.closed(0, 0.9)),
      "The share of a shape that is hidden.")
  }
}
