import Foundation
import Graph
import Tensor

/// A mesh of triangles, read from the text format OFF: the word `OFF`, the numbers of vertices, faces
/// and edges (also in the same line, `OFF490 518 0`, as some files of ModelNet have them), a line with
/// the coordinates of each vertex, and one for each face: how many corners it has, and which vertices
/// they are, from 0. Faces of more corners are cut into a fan. What follows in a line (colours) and
/// after `#` is passed over.
public struct OFFMesh: Sendable {
  /// Coordinates.
  public private(set) var vertices: [SIMD3<Double>] = []
  /// The corners of triangles, as places among the vertices.
  public private(set) var triangles: [SIMD3<Int32>] = []
  private let location: String

  /// Parses the bytes of a file.
  ///
  /// - Throws: ``DataError`` (malformed), with the line.
  public init(parsing bytes: [UInt8], location: String) throws {
    self.location = location
    var lines = try NumberLines(bytes, location: location)
    guard var header = lines.next() else {
      throw DataError.malformed(location, "the file is empty")
    }
    guard header.text.hasPrefix("OFF") else {
      throw header.fail("the file does not begin with \"OFF\"")
    }
    header.text = header.text.dropFirst(3)
    if header.isEmpty {
      guard let next = lines.next() else { throw header.fail("the file ends after \"OFF\"") }
      header = next
    }
    let counts = try header.integers()
    guard (2...3).contains(counts.count), counts.allSatisfy({ $0 >= 0 }) else {
      throw header.fail(
        "found \"\(header.excerpt)\"; the numbers of vertices, faces and edges were expected")
    }
    // A vertex takes six bytes at least, a face eight.
    guard counts[0] <= bytes.count / 6, counts[1] <= bytes.count / 4 else {
      throw header.fail(
        "\(counts[0]) vertices and \(counts[1]) faces do not fit a file of \(bytes.count) bytes")
    }
    vertices.reserveCapacity(counts[0])
    triangles.reserveCapacity(counts[1])
    for place in 0..<counts[0] {
      guard let line = lines.next() else {
        throw DataError.malformed(
          location, "the file ends after \(place) of \(counts[0]) vertices")
      }
      let x = try line.numbers(3)
      vertices.append(SIMD3(x[0], x[1], x[2]))
    }
    for place in 0..<counts[1] {
      guard let line = lines.next() else {
        throw DataError.malformed(location, "the file ends after \(place) of \(counts[1]) faces")
      }
      let numbers = try line.integers(leading: true)
      guard let corners = numbers.first, corners >= 3, numbers.count > corners else {
        throw line.fail(
          "found \"\(line.excerpt)\"; a number of corners from 3, and so many vertices, were "
            + "expected")
      }
      let face = numbers[1...corners]
      if let wrong = face.first(where: { $0 < 0 || $0 >= vertices.count }) {
        throw line.fail("\(wrong) is no vertex; there are 0 to \(vertices.count - 1)")
      }
      for corner in 2..<corners {
        triangles.append(SIMD3(Int32(face[1]), Int32(face[corner]), Int32(face[corner + 1])))
      }
    }
  }

  /// Points drawn evenly from the surface: a triangle by its area, and in it a + sqrt(u) ((1 - v) (b - a)
  /// + v (c - a)) with u and v of U[0, 1).
  ///
  /// - Throws: ``DataError`` (malformed) for a surface without area.
  public func draw(_ count: Int, by stream: RandomStream) throws -> Matrix<Float> {
    var sums: [Double] = []
    sums.reserveCapacity(triangles.count)
    var total = 0.0
    for triangle in triangles {
      let (_, ab, ac) = edges(triangle)
      let cross = SIMD3(
        ab.y * ac.z - ab.z * ac.y, ab.z * ac.x - ab.x * ac.z, ab.x * ac.y - ab.y * ac.x)
      total += (cross * cross).sum().squareRoot() / 2
      sums.append(total)
    }
    guard total > 0, total.isFinite else {
      throw DataError.malformed(
        location, "the \(triangles.count) triangles have an area of \(total); no point can be drawn"
      )
    }
    var random = stream.generator()
    var result = Matrix<Float>(uninitialized: count, 3)
    let target = result.mutablePointer
    for row in 0..<count {
      let place = total * random.uniform()
      var (low, high) = (0, sums.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if place < sums[middle] { high = middle } else { low = middle + 1 }
      }
      let (a, ab, ac) = edges(triangles[low])
      let (u, v) = (random.uniform().squareRoot(), random.uniform())
      let point = a + u * ((1 - v) * ab + v * ac)
      for axis in 0..<3 { target[3 * row + axis] = Float(point[axis]) }
    }
    return result
  }

  /// A corner of a triangle, and the way from it to the two others.
  private func edges(
    _ triangle: SIMD3<Int32>
  ) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
    let a = vertices[Int(triangle.x)]
    return (a, vertices[Int(triangle.y)] - a, vertices[Int(triangle.z)] - a)
  }
}
