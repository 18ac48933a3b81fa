import Foundation
import Graph
import Tensor

/// Points in space, and the class of the shape that they lie on.
public struct PointCloud: Sendable {
  /// n x 3, a point a row.
  public var points: Matrix<Float>
  /// The class, from 0.
  public var label: Int

  /// A cloud from its parts.
  public init(points: Matrix<Float>, label: Int) {
    self.points = points
    self.label = label
  }

  /// The cloud about its centre of mass, scaled to the unit sphere:
  ///
  ///     x_i <- (x_i - m) / max_j |x_j - m|,   m = 1/n sum_j x_j
  ///
  /// in Double. Where all points are one, they end at the origin.
  public func onUnitSphere() -> PointCloud {
    let (n, x) = (points.rows, points.pointer)
    var centre = [0.0, 0.0, 0.0]
    for i in 0..<n { for axis in 0..<3 { centre[axis] += Double(x[3 * i + axis]) } }
    for axis in 0..<3 { centre[axis] /= Double(n) }
    var largest = 0.0
    for i in 0..<n {
      var square = 0.0
      for axis in 0..<3 {
        let distance = Double(x[3 * i + axis]) - centre[axis]
        square += distance * distance
      }
      largest = max(largest, square)
    }
    let scale = isOnePoint || largest == 0 ? 0 : 1 / largest.squareRoot()
    var result = Matrix<Float>(uninitialized: n, 3)
    let target = result.mutablePointer
    for i in 0..<n {
      for axis in 0..<3 {
        target[3 * i + axis] = Float((Double(x[3 * i + axis]) - centre[axis]) * scale)
      }
    }
    return PointCloud(points: result, label: label)
  }

  /// Whether all points are one and the same.
  public var isOnePoint: Bool {
    let x = points.pointer
    return (3..<max(3, points.count)).allSatisfy { x[$0] == x[$0 % 3] }
  }
}

/// Labelled clouds in two parts, to train on and to test on.
public struct PointCloudSet: Sendable {
  /// The name for tables and files; that of a stand-in contains "synthetic".
  public var name: String
  /// Where it comes from, for a person.
  public var source: String
  /// Whether it was generated rather than measured.
  public var isSynthetic = false
  /// The names of the classes, in the order of labels.
  public var classNames: [String]
  /// To train on.
  public var train: [PointCloud] = []
  /// To test on.
  public var test: [PointCloud] = []
  /// What readers of results must know: what was left out, or filled up.
  public var remarks: [String] = []

  /// A set without clouds.
  public init(name: String, source: String, isSynthetic: Bool = false, classNames: [String]) {
    self.name = name
    self.source = source
    self.isSynthetic = isSynthetic
    self.classNames = classNames
  }

  /// The same clouds, each about its centre on the unit sphere; ``PointCloud/onUnitSphere()``.
  public func onUnitSphere() -> PointCloudSet {
    var set = self
    set.train = train.map { $0.onUnitSphere() }
    set.test = test.map { $0.onUnitSphere() }
    return set
  }

  /// Which clouds validation takes.
  public enum Validation: Equatable, Sendable {
    /// Those that are tested on, as published code for point clouds has it.
    case test
    /// So large a share of each class's training clouds, at least one where there are two or more,
    /// drawn from the seed.
    case share(Double, seed: UInt64)
  }

  /// The clouds as graphs without edges: features are coordinates, n x 3, and each graph has one
  /// target, the class in one-hot form.
  ///
  /// - Throws: ``DataError`` (malformed) for a part without clouds, a cloud of fewer than two points,
  ///   a coordinate that is no finite number, and a label that is no class.
  public func dataset(validation: Validation) throws -> GraphDataset<Float> {
    let (training, validating) = split(validation)
    let tested = try test.enumerated().map { try sample($1, "test cloud \($0)") }
    return GraphDataset(
      name: name, source: source, isSynthetic: isSynthetic,
      train: try training.map { try sample(train[$0], "training cloud \($0)") },
      valid: validation == .test
        ? tested : try validating.map { try sample(train[$0], "training cloud \($0)") },
      test: tested)
  }

  /// The places of clouds to train and to validate on, in order.
  private func split(_ validation: Validation) -> (training: [Int], validating: [Int]) {
    guard case .share(let share, let seed) = validation else { return (Array(train.indices), []) }
    var random = RandomStream(seed: seed, purpose: "validation clouds").generator()
    var validating: Set<Int> = []
    for label in classNames.indices {
      let places = random.shuffled(train.indices.filter { train[$0].label == label })
      let count = Int((share * Double(places.count)).rounded())
      validating.formUnion(places.prefix(places.count < 2 ? 0 : max(1, count)))
    }
    return (
      train.indices.filter { !validating.contains($0) }, train.indices.filter(validating.contains)
    )
  }

  private func sample(_ cloud: PointCloud, _ what: String) throws -> GraphSample<Float> {
    func fail(_ message: String) -> DataError {
      .malformed(source, "\(what) (counted from 0) \(message)")
    }
    guard cloud.points.rows >= 2 else {
      throw fail("has \(cloud.points.rows) points; two or more were expected")
    }
    guard classNames.indices.contains(cloud.label) else {
      throw fail(
        "has the label \(cloud.label), but there are \(classNames.count) classes, labelled from 0 to "
          + "\(classNames.count - 1)")
    }
    guard cloud.points.isFinite else {
      throw fail("has a coordinate that is no finite number")
    }
    var labels = Matrix<Float>(zeros: 1, classNames.count)
    labels[0, cloud.label] = 1
    return GraphSample(
      graph: CSRGraph(edgelessMembers: [cloud.points.rows]), features: cloud.points, labels: labels,
      known: [true])
  }
}

extension RandomStream.Generator {
  /// `count` of 0 ..< available: different ones where there are enough, else each drawn from all.
  mutating func choice(of count: Int, from available: Int) -> [Int] {
    guard count <= available else { return (0..<count).map { _ in below(available) } }
    var order = Array(0..<available)
    for place in 0..<count { order.swapAt(place, place + below(available - place)) }
    return Array(order[..<count])
  }
}
