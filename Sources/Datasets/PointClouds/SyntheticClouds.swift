import Foundation
import Tensor

/// The size and character of generated clouds.
public struct SyntheticCloudShape: Equatable, Sendable {
  /// Classes; ``SyntheticClouds/mostClasses`` at most.
  public var classes = 12
  /// Clouds to train on; classes take turns.
  public var trainClouds = 480
  /// Clouds to test on.
  public var testClouds = 120
  /// The standard deviation of what is added to each coordinate; shapes are about 1 in radius.
  public var noise = 0.02
  /// The share of a shape that is hidden, cut off by a plane of random direction; below 1.
  public var occlusion = 0.2

  /// The usual size.
  public init() {}
}

/// Generated clouds: points on parametric surfaces in random pose, with noise, and with a part hidden.
///
/// The twelve families are sphere, box, cylinder, cone, torus, pyramid, table, chair, bracket, helix,
/// cross and stairs. Class c is of family c mod 12; its height is 1 + 0.8 floor(c / 12) times that of
/// the first twelve.
public enum SyntheticClouds {
  /// The most classes that there are.
  public static let mostClasses = 4 * families.count

  private static let families: [(name: String, surface: Surface)] = [
    ("sphere", .sphere), ("box", .boxes([Box(0, 0, 0, 0.8, 0.5, 0.6)])), ("cylinder", .cylinder),
    ("cone", .cone), ("torus", .torus), ("pyramid", .pyramid), ("table", .boxes(Box.table)),
    ("chair", .boxes(Box.chair)),
    ("bracket", .boxes([Box(0, 0, -0.7, 0.7, 0.3, 0.1), Box(-0.6, 0, 0, 0.1, 0.3, 0.7)])),
    ("helix", .helix),
    (
      "cross",
      .boxes([
        Box(0, 0, 0, 0.9, 0.1, 0.1), Box(0, 0, 0, 0.1, 0.9, 0.1), Box(0, 0, 0, 0.1, 0.1, 0.9),
      ])
    ),
    (
      "stairs",
      .boxes(
        (0..<4).map { Box(-0.6 + 0.4 * Double($0), 0, -0.6 + 0.4 * Double($0), 0.2, 0.5, 0.2) })
    ),
  ]

  /// Clouds of `points` points.
  ///
  /// - Throws: ``DataError`` (malformed) for a number of classes that there is not.
  public static func generate(
    name: String, shape: SyntheticCloudShape, points: Int, seed: UInt64
  ) throws -> PointCloudSet {
    guard (2...mostClasses).contains(shape.classes) else {
      throw DataError.malformed(
        name, "\(shape.classes) classes of generated clouds; from 2 to \(mostClasses) can be had")
    }
    var set = PointCloudSet(
      name: name, source: "synthetic clouds, seed \(seed)", isSynthetic: true,
      classNames: (0..<shape.classes).map { label in
        let stretch = label / families.count
        return families[label % families.count].name + (stretch == 0 ? "" : " \(stretch + 1)")
      })
    func clouds(_ part: String, _ count: Int) -> [PointCloud] {
      (0..<count).map { place in
        let stream = RandomStream(seed: seed, purpose: "synthetic clouds \(part)", step: place)
        return cloud(place % shape.classes, shape, points, stream)
      }
    }
    set.train = clouds("train", shape.trainClouds)
    set.test = clouds("test", shape.testClouds)
    return set
  }

  private static func cloud(
    _ label: Int, _ shape: SyntheticCloudShape, _ points: Int, _ stream: RandomStream
  ) -> PointCloud {
    var random = stream.generator()
    let surface = families[label % families.count].surface
    let stretch = 1 + 0.8 * Double(label / families.count)
    // Pose: any turn about the vertical, a tilt of at most 0.2, and each axis 0.8 to 1.25 times as long.
    let scales = (0..<3).map { _ in pow(1.25, 2 * random.uniform() - 1) }
    let (turn, tilt) = (2 * Double.pi * random.uniform(), 0.4 * random.uniform() - 0.2)
    let direction = unitVector(&random)
    let whole = Int((Double(points) / (1 - shape.occlusion)).rounded(.up))
    var all: [SIMD3<Double>] = (0..<whole).map { _ in
      var p = surface.point(&random)
      p = SIMD3(p.x * scales[0], p.y * scales[1], p.z * scales[2] * stretch)
      p = SIMD3(p.x * cos(turn) - p.y * sin(turn), p.x * sin(turn) + p.y * cos(turn), p.z)
      return SIMD3(p.x, p.y * cos(tilt) - p.z * sin(tilt), p.y * sin(tilt) + p.z * cos(tilt))
    }
    // What lies furthest in the direction is hidden.
    let order = all.indices.sorted {
      let (a, b) = ((all[$0] * direction).sum(), (all[$1] * direction).sum())
      return (a, $0) < (b, $1)
    }
    all = random.shuffled(order.prefix(points)).map { all[$0] }
    var coordinates: [Float] = []
    coordinates.reserveCapacity(3 * points)
    for p in all {
      for axis in 0..<3 { coordinates.append(Float(p[axis] + shape.noise * random.normal())) }
    }
    return PointCloud(points: Matrix(points, 3, coordinates), label: label)
  }
}

/// A direction, each equally likely.
private func unitVector(_ random: inout RandomStream.Generator) -> SIMD3<Double> {
  let z = 2 * random.uniform() - 1
  let angle = 2 * Double.pi * random.uniform()
  let radius = (1 - z * z).squareRoot()
  return SIMD3(radius * cos(angle), radius * sin(angle), z)
}

/// A box with sides along the axes: its centre and half of its sides.
private struct Box {
  let centre: SIMD3<Double>
  let half: SIMD3<Double>

  init(_ x: Double, _ y: Double, _ z: Double, _ a: Double, _ b: Double, _ c: Double) {
    (centre, half) = (SIMD3(x, y, z), SIMD3(a, b, c))
  }

  private static let legs = [(-1.0, -1.0), (-1, 1), (1, -1), (1, 1)]
  static let table =
    [Box(0, 0, 0.4, 0.9, 0.6, 0.06)] + legs.map { Box(0.8 * $0, 0.5 * $1, -0.2, 0.06, 0.06, 0.54) }
  static let chair =
    [Box(0, 0, -0.1, 0.45, 0.45, 0.06), Box(-0.4, 0, 0.45, 0.05, 0.45, 0.5)]
    + legs.map { Box(0.38 * $0, 0.38 * $1, -0.55, 0.05, 0.05, 0.4) }

  /// Half of the areas of the sides across each axis.
  var areas: SIMD3<Double> {
    SIMD3(half.y * half.z, half.x * half.z, half.x * half.y)
  }
}

/// A surface that points can be drawn from, evenly (a torus and a helix: evenly in their parameters).
private enum Surface {
  case sphere, cylinder, cone, torus, pyramid, helix
  case boxes([Box])

  func point(_ random: inout RandomStream.Generator) -> SIMD3<Double> {
    let angle = 2 * Double.pi * random.uniform()
    let u = random.uniform()
    switch self {
    case .sphere:
      return 0.9 * unitVector(&random)
    case .cylinder:
      // Side 2 pi r h, each lid pi r^2, with r = 0.5 and h = 1.6.
      if random.uniform() < 1.6 / 2.1 {
        return SIMD3(0.5 * cos(angle), 0.5 * sin(angle), 1.6 * u - 0.8)
      }
      let radius = 0.5 * u.squareRoot()
      let lid = random.uniform() < 0.5 ? -0.8 : 0.8
      return SIMD3(radius * cos(angle), radius * sin(angle), lid)
    case .cone:
      // Side pi r s, base pi r^2, with r = 0.7, height 1.6 and s their hypotenuse.
      let slant = (0.7 * 0.7 + 1.6 * 1.6).squareRoot()
      let radius = 0.7 * u.squareRoot()
      let isSide = random.uniform() < slant / (slant + 0.7)
      let z = isSide ? 0.8 - 1.6 * radius / 0.7 : -0.8
      return SIMD3(radius * cos(angle), radius * sin(angle), z)
    case .torus:
      let other = 2 * Double.pi * u
      let radius = 0.65 + 0.25 * cos(other)
      return SIMD3(radius * cos(angle), radius * sin(angle), 0.25 * sin(other))
    case .pyramid:
      // Four sides, and a base of sides 1.2; height 1.2, so that a side is 1.2 sqrt(1.8) / 2 large.
      let side = 0.6 * (0.6 * 0.6 + 1.2 * 1.2).squareRoot()
      let place = random.uniform() * (4 * side + 1.44)
      guard place < 4 * side else {
        return SIMD3(1.2 * u - 0.6, 1.2 * random.uniform() - 0.6, -0.6)
      }
      let depth = u.squareRoot()
      let (across, out) = (0.6 * depth * (2 * random.uniform() - 1), 0.6 * depth)
      let z = 0.6 - 1.2 * depth
      switch Int(place / side) {
      case 0: return SIMD3(out, across, z)
      case 1: return SIMD3(-out, across, z)
      case 2: return SIMD3(across, out, z)
      default: return SIMD3(across, -out, z)
      }
    case .helix:
      let along = 6 * Double.pi * u
      let radius = 0.6 + 0.1 * cos(angle)
      return SIMD3(radius * cos(along), radius * sin(along), 1.6 * u - 0.8 + 0.1 * sin(angle))
    case .boxes(let boxes):
      return Self.point(on: boxes, &random)
    }
  }

  private static func point(
    on boxes: [Box], _ random: inout RandomStream.Generator
  ) -> SIMD3<Double> {
    var place = random.uniform() * boxes.reduce(0) { $0 + $1.areas.sum() }
    var chosen = boxes[boxes.count - 1]
    for box in boxes {
      if place < box.areas.sum() {
        chosen = box
        break
      }
      place -= box.areas.sum()
    }
    let areas = chosen.areas
    let axis = place < areas.x ? 0 : place < areas.x + areas.y ? 1 : 2
    var offset = SIMD3<Double>(
      2 * random.uniform() - 1, 2 * random.uniform() - 1, 2 * random.uniform() - 1)
    offset[axis] = offset[axis] < 0 ? -1 : 1
    return chosen.centre + chosen.half * offset
  }
}
