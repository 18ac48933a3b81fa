/// A dense, row-major matrix of `rows` x `columns` numbers, 64-byte aligned.
///
/// A value: a copy shares its memory until one of the two is changed. Element (r, c) is at
/// position r * columns + c of the memory.
public struct Matrix<S: Scalar>: @unchecked Sendable {
  /// The number of rows; 0 is allowed.
  public let rows: Int
  /// The number of columns; 0 is allowed.
  public let columns: Int
  var buffer: Buffer<S>

  /// The number of elements, rows * columns.
  public var count: Int { rows * columns }

  /// A matrix whose elements are unspecified, for kernels that write every element.
  public init(uninitialized rows: Int, _ columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot have the shape \(rows) x \(columns)")
    self.rows = rows
    self.columns = columns
    self.buffer = Buffer(count: rows * columns)
  }

  /// A matrix of zeros.
  public init(zeros rows: Int, _ columns: Int) {
    self.init(repeating: 0, rows, columns)
  }

  /// A matrix in which every element is `value`.
  public init(repeating value: S, _ rows: Int, _ columns: Int) {
    self.init(uninitialized: rows, columns)
    S.kernels.fill(count, value, buffer.pointer)
  }

  /// A matrix from its elements in row-major order; there must be rows * columns of them.
  public init(_ rows: Int, _ columns: Int, _ elements: [S]) {
    precondition(
      elements.count == rows * columns,
      "\(elements.count) elements do not fill a \(rows) x \(columns) matrix")
    self.init(uninitialized: rows, columns)
    elements.withUnsafeBufferPointer {
      if let base = $0.baseAddress { copyNumbers(from: base, to: buffer.pointer, count) }
    }
  }

  /// The elements, for reading. Valid while this matrix is alive and unchanged, which the caller sees
  /// to: take it from an argument or from a variable that is used again after the work, or keep that
  /// alive with `withExtendedLifetime`.
  public var pointer: UnsafePointer<S> { UnsafePointer(buffer.pointer) }

  /// The elements, for writing; copies them first if the memory is shared. Valid as ``pointer`` is.
  public var mutablePointer: UnsafeMutablePointer<S> {
    mutating get {
      if !isKnownUniquelyReferenced(&buffer) {
        let copy = Buffer<S>(count: count)
        copyNumbers(from: UnsafePointer(buffer.pointer), to: copy.pointer, count)
        buffer = copy
      }
      return buffer.pointer
    }
  }

  /// The element in row `row` and column `column`.
  public subscript(row: Int, column: Int) -> S {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
      return buffer.pointer[row * columns + column]
    }
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
      mutablePointer[row * columns + column] = newValue
    }
  }

  /// The elements in row-major order.
  public var elements: [S] {
    [S](unsafeUninitializedCapacity: count) { memory, written in
      if let base = memory.baseAddress { copyNumbers(from: pointer, to: base, count) }
      written = count
    }
  }

  /// The same numbers in another precision.
  public func converted<T: Scalar>(to type: T.Type = T.self) -> Matrix<T> {
    if let same = self as? Matrix<T> { return same }
    var result = Matrix<T>(uninitialized: rows, columns)
    let source = pointer
    let target = result.mutablePointer
    for i in 0..<count { target[i] = T(source[i]) }
    return result
  }

  /// The same elements as a matrix of another shape with as many elements. Copies nothing.
  public func reshaped(_ rows: Int, _ columns: Int) -> Matrix {
    precondition(rows * columns == count, "\(count) elements cannot be \(rows) x \(columns)")
    return Matrix(rows: rows, columns: columns, buffer: buffer)
  }

  private init(rows: Int, columns: Int, buffer: Buffer<S>) {
    self.rows = rows
    self.columns = columns
    self.buffer = buffer
  }

  /// The transpose, columns x rows.
  public func transposed() -> Matrix {
    var result = Matrix(uninitialized: columns, rows)
    let source = pointer
    let target = result.mutablePointer
    for r in 0..<rows { for c in 0..<columns { target[c * rows + r] = source[r * columns + c] } }
    return result
  }

  /// Row `row` as a 1 x columns matrix.
  public func row(_ row: Int) -> Matrix { slice(rows: row..<row + 1) }

  /// A copy of some rows that follow each other.
  public func slice(rows range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    var result = Matrix(uninitialized: range.count, columns)
    result.mutablePointer.update(
      from: pointer + range.lowerBound * columns, count: range.count * columns)
    return result
  }

  /// The matrices one below the other; all have the same number of columns.
  public static func stacked(_ parts: [Matrix]) -> Matrix {
    let columns = parts.first?.columns ?? 0
    precondition(parts.allSatisfy { $0.columns == columns }, "stacked matrices differ in width")
    var result = Matrix(uninitialized: parts.reduce(0) { $0 + $1.rows }, columns)
    var target = result.mutablePointer
    for part in parts {
      target.update(from: part.pointer, count: part.count)
      target += part.count
    }
    return result
  }
}

/// As one piece of memory: code that is generic over other modules' numbers would copy one at a time.
private func copyNumbers<S: Scalar>(
  from source: UnsafePointer<S>, to target: UnsafeMutablePointer<S>, _ count: Int
) {
  UnsafeMutableRawPointer(target).copyMemory(
    from: source, byteCount: count * MemoryLayout<S>.stride)
}

extension Matrix: Equatable {
  /// Whether shapes and all elements are equal (so a matrix with a NaN differs from itself).
  public static func == (a: Matrix, b: Matrix) -> Bool {
    guard a.rows == b.rows, a.columns == b.columns else { return false }
    return UnsafeBufferPointer(start: a.pointer, count: a.count)
      .elementsEqual(UnsafeBufferPointer(start: b.pointer, count: b.count))
  }
}
