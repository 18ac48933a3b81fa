import Tensor

// What the fast operations compute, as plain loops in double precision, and how far they may be off.

extension Scalar {
  /// How far an operation in this precision may be from the naive one, as a share of the largest
  /// number expected.
  static var tolerance: Double { self == Float.self ? 1e-5 : 1e-12 }
}

/// The same numbers in double precision. (Loops in this file are plain `while` loops over pointers:
/// tests are built without optimisation, where those are many times faster than all else.)
func inDouble<S: Scalar>(_ x: Matrix<S>) -> Matrix<Double> {
  if let same = x as? Matrix<Double> { return same }
  guard let single = x as? Matrix<Float> else { preconditionFailure("a third precision") }
  var result = Matrix<Double>(zeros: x.rows, x.columns)
  let (source, target) = (single.pointer, result.mutablePointer)
  var i = 0
  while i < x.count {
    target[i] = Double(source[i])
    i += 1
  }
  return result
}

/// The largest difference as a share of the largest number expected; infinite where the shapes
/// differ or a number is not finite.
func deviation<S: Scalar>(_ actual: Matrix<S>, from expected: Matrix<Double>) -> Double {
  guard actual.rows == expected.rows, actual.columns == expected.columns else { return .infinity }
  let actual = inDouble(actual)
  let (a, e) = (actual.pointer, expected.pointer)
  var (largest, difference) = (0.0, 0.0)
  var i = 0
  while i < expected.count {
    guard a[i].isFinite, e[i].isFinite else { return .infinity }
    largest = max(largest, abs(e[i]))
    difference = max(difference, abs(a[i] - e[i]))
    i += 1
  }
  return largest > 0 ? difference / largest : difference
}

/// The memory of a matrix, for comparisons that tell -0 from 0 and find equal NaNs equal.
func bits<S: Scalar>(_ x: Matrix<S>) -> [UInt8] {
  Array(UnsafeRawBufferPointer(start: x.pointer, count: x.count * MemoryLayout<S>.stride))
}

/// Normal random numbers, other ones for each name.
func random<S: Scalar>(_ rows: Int, _ columns: Int, _ name: String = "x") -> Matrix<S> {
  .normal(rows, columns, stream: RandomStream(seed: 7, purpose: name))
}

/// The rows `picked` of op(A) op(B), one below the other.
func naiveProduct<S: Scalar>(
  _ a: Matrix<S>, _ b: Matrix<S>, _ transposing: Transposing, rows picked: [Int]
) -> Matrix<Double> {
  let aTransposed = transposing == .left || transposing == .both
  let bTransposed = transposing == .right || transposing == .both
  let k = aTransposed ? a.rows : a.columns
  let n = bTransposed ? b.rows : b.columns
  let (left, right) = (inDouble(a), inDouble(b))
  let (aStep, bStep) = (aTransposed ? a.columns : 1, bTransposed ? 1 : b.columns)
  let (aRow, bColumn) = (aTransposed ? 1 : a.columns, bTransposed ? b.columns : 1)
  var result = Matrix<Double>(zeros: picked.count, n)
  var target = result.mutablePointer
  for i in picked {
    for j in 0..<n {
      let (x, y) = (left.pointer + i * aRow, right.pointer + j * bColumn)
      var sum = 0.0
      var p = 0
      while p < k {
        sum += x[p * aStep] * y[p * bStep]
        p += 1
      }
      target.pointee = sum
      target += 1
    }
  }
  return result
}

/// f of every element.
func naiveMap<S: Scalar>(_ x: Matrix<S>, _ f: (Double) -> Double) -> Matrix<Double> {
  var result = inDouble(x)
  let target = result.mutablePointer
  var i = 0
  while i < x.count {
    target[i] = f(target[i])
    i += 1
  }
  return result
}

/// f of every pair of elements.
func naiveMap<S: Scalar>(
  _ x: Matrix<S>, _ y: Matrix<S>, _ f: (Double, Double) -> Double
) -> Matrix<Double> {
  var result = inDouble(x)
  let right = inDouble(y)
  let (target, source) = (result.mutablePointer, right.pointer)
  var i = 0
  while i < x.count {
    target[i] = f(target[i], source[i])
    i += 1
  }
  return result
}

/// The sum of each column.
func naiveColumnSums<S: Scalar>(_ x: Matrix<S>) -> Matrix<Double> {
  let values = inDouble(x)
  var sums = Matrix<Double>(zeros: 1, x.columns)
  let (source, target) = (values.pointer, sums.mutablePointer)
  var i = 0
  while i < x.count {
    target[i % x.columns] += source[i]
    i += 1
  }
  return sums
}

/// narrow[r, c] + scale * sum over b of wide[r, b d + c].
func naiveBlockSums<S: Scalar>(
  _ narrow: Matrix<S>, _ wide: Matrix<S>, blocks: Int, scale: Double
) -> Matrix<Double> {
  let (values, d) = (inDouble(wide), narrow.columns)
  var sums = inDouble(narrow)
  let (source, target) = (values.pointer, sums.mutablePointer)
  var i = 0
  while i < wide.count {
    target[i / (blocks * d) * d + i % d] += scale * source[i]
    i += 1
  }
  return sums
}

/// wide[r, b d + c] + scale * narrow[r, c].
func naiveSpread<S: Scalar>(
  _ wide: Matrix<S>, _ narrow: Matrix<S>, blocks: Int, scale: Double
) -> Matrix<Double> {
  let (values, d) = (inDouble(narrow), narrow.columns)
  var sums = inDouble(wide)
  let (source, target) = (values.pointer, sums.mutablePointer)
  var i = 0
  while i < wide.count {
    target[i] += scale * source[i / (blocks * d) * d + i % d]
    i += 1
  }
  return sums
}
