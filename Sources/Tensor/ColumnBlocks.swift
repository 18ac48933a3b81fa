// Matrices of equal rows put together, each beside its backward pass.

extension Matrix {
  /// The columns of all parts side by side, in their order; all parts have the same number of rows.
  /// Its backward pass is ``split(widths:)``.
  public static func sideBySide(_ parts: [Matrix]) -> Matrix {
    let rows = parts.first?.rows ?? 0
    precondition(parts.allSatisfy { $0.rows == rows }, "columns side by side differ in length")
    var result = Matrix(uninitialized: rows, parts.reduce(0) { $0 + $1.columns })
    let (target, width) = (result.mutablePointer, result.columns)
    var first = 0
    for part in parts {
      let (source, columns, place) = (part.pointer, part.columns, first)
      Parallel.ranges(rows, of: 512) { r in
        for i in r {
          (target + i * width + place).update(from: source + i * columns, count: columns)
        }
      }
      first += columns
    }
    return result
  }

  /// The columns in blocks of the given widths, which add up to all of them.
  public func split(widths: [Int]) -> [Matrix?] {
    precondition(widths.reduce(0, +) == columns, "blocks of \(widths) of \(columns) columns")
    let (source, width) = (pointer, columns)
    var first = 0
    return widths.map { columns in
      var part = Matrix(uninitialized: rows, columns)
      let (target, place) = (part.mutablePointer, first)
      Parallel.ranges(rows, of: 512) { r in
        for i in r {
          (target + i * columns).update(from: source + i * width + place, count: columns)
        }
      }
      first += columns
      return part
    }
  }

  /// The largest element at each place of at most 255 matrices of one shape, and the number of the
  /// matrix that it is from: of equal ones the first; what is not a number is taken before all others.
  public static func maximum(of parts: [Matrix]) -> (output: Matrix, winners: [UInt8]) {
    precondition(
      !parts.isEmpty && parts.count <= 255
        && parts.allSatisfy { $0.rows == parts[0].rows && $0.columns == parts[0].columns },
      "a maximum is of matrices of one shape")
    var result = parts[0]
    let target = result.mutablePointer
    let winners = [UInt8](unsafeUninitializedCapacity: result.count) { memory, count in
      count = result.count
      guard let from = memory.baseAddress else { return }
      from.initialize(repeating: 0, count: count)
      for (p, part) in parts.enumerated().dropFirst() {
        let source = part.pointer
        Parallel.elements(count) { r in
          for i in r where source[i] > target[i] || (source[i].isNaN && !target[i].isNaN) {
            target[i] = source[i]
            from[i] = UInt8(p)
          }
        }
      }
    }
    return (result, winners)
  }

  /// The backward pass of ``maximum(of:)``: each gradient goes to the matrix that its element is from,
  /// the others get 0.
  public static func maximumBackward(
    _ winners: [UInt8], count: Int, dOutput: Matrix
  ) -> [Matrix?] {
    precondition(winners.count == dOutput.count, "one winner an element")
    let gradient = dOutput.pointer
    return (0..<count).map { p in
      dOutput.mapRanges { r, target in
        for i in r { target[i - r.lowerBound] = winners[i] == UInt8(p) ? gradient[i] : 0 }
      }
    }
  }
}
