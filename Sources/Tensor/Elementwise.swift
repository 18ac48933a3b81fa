// Element-by-element operations and their backward passes. All shapes are equal unless said.

extension Matrix {
  /// self += scale * other.
  public mutating func add(_ other: Matrix, scale: S = 1) {
    precondition(rows == other.rows && columns == other.columns, "sums need equal shapes")
    let target = mutablePointer
    let source = other.pointer
    Parallel.elements(count) { r in
      S.kernels.axpy(r.count, scale, source + r.lowerBound, target + r.lowerBound)
    }
  }

  /// self *= factor.
  public mutating func multiply(by factor: S) {
    let target = mutablePointer
    Parallel.elements(count) { r in
      S.kernels.scale(r.count, factor, target + r.lowerBound, target + r.lowerBound)
    }
  }

  /// The product element by element.
  public func multipliedElementwise(by other: Matrix) -> Matrix {
    precondition(rows == other.rows && columns == other.columns, "products need equal shapes")
    let (a, b) = (pointer, other.pointer)
    return mapRanges { r, target in
      S.kernels.multiply(r.count, a + r.lowerBound, b + r.lowerBound, target)
    }
  }

  /// The sum of the squares of all elements, in double precision.
  public var sumOfSquares: Double {
    let source = pointer
    return Parallel.sum(count, of: 32_768) {
      S.kernels.sumSquares($0.count, source + $0.lowerBound)
    }
  }

  /// Whether no element is infinite or not a number.
  public var isFinite: Bool { S.kernels.allFinite(count, pointer) != 0 }

  /// Adds `bias`, 1 x columns, to every row.
  public mutating func addToRows(_ bias: Matrix) {
    precondition(bias.rows == 1 && bias.columns == columns, "a bias has one number a column")
    let target = mutablePointer
    let source = bias.pointer
    let width = columns
    Parallel.ranges(rows, of: 512) { r in
      S.kernels.addBias(r.count, width, source, target + r.lowerBound * width)
    }
  }

  /// The sum of each column, 1 x columns: the gradient of a bias.
  public func columnSums() -> Matrix {
    let run = 512
    let runs = (rows + run - 1) / run
    var partial = Matrix(uninitialized: max(runs, 1), columns)
    let target = partial.mutablePointer
    let source = pointer
    let width = columns
    Parallel.ranges(rows, of: run) { r in
      S.kernels.columnSums(
        r.count, width, source + r.lowerBound * width, target + r.lowerBound / run * width)
    }
    var result = Matrix(zeros: 1, columns)
    let sums = result.mutablePointer
    for r in 0..<runs { S.kernels.axpy(columns, 1, target + r * columns, sums) }
    withExtendedLifetime(partial) {}
    return result
  }

  /// Rows as `blocks` blocks of equal width side by side: self[r, :] += scale * sum over b of
  /// wide[r, b, :]. The mean over attention heads is this with scale 1 / blocks.
  public mutating func addBlockSums(of wide: Matrix, blocks: Int, scale: S) {
    precondition(wide.rows == rows && wide.columns == blocks * columns, "blocks do not fit")
    let target = mutablePointer
    let source = wide.pointer
    let d = columns
    Parallel.ranges(rows, of: 512) { r in
      S.kernels.sumBlocks(
        r.count, blocks, d, scale, source + r.lowerBound * blocks * d, 1, target + r.lowerBound * d)
    }
  }

  /// The backward pass of ``addBlockSums(of:blocks:scale:)``: self[r, b, :] += scale * narrow[r, :].
  public mutating func addToBlocks(_ narrow: Matrix, blocks: Int, scale: S) {
    precondition(narrow.rows == rows && columns == blocks * narrow.columns, "blocks do not fit")
    let target = mutablePointer
    let source = narrow.pointer
    let d = narrow.columns
    Parallel.ranges(rows, of: 512) { r in
      S.kernels.spreadBlocks(
        r.count, blocks, d, scale, source + r.lowerBound * d, 1, target + r.lowerBound * blocks * d)
    }
  }

  /// A new matrix of this shape whose runs of elements are written by `body(range, target)`.
  func mapRanges(_ body: (Range<Int>, UnsafeMutablePointer<S>) -> Void) -> Matrix {
    var result = Matrix(uninitialized: rows, columns)
    let target = result.mutablePointer
    Parallel.elements(count) { r in body(r, target + r.lowerBound) }
    return result
  }
}

/// The exponential linear unit: y = x for x > 0, exp(x) - 1 otherwise. Clevert et al. 2016, with
/// alpha = 1.
public func elu<S>(_ x: Matrix<S>) -> Matrix<S> {
  let source = x.pointer
  return x.mapRanges { r, target in S.kernels.elu(r.count, source + r.lowerBound, target) }
}

/// Stops where a gradient has not the shape of its output.
private func expectSameShape<S>(_ output: Matrix<S>, _ dOutput: Matrix<S>) {
  precondition(
    output.rows == dOutput.rows && output.columns == dOutput.columns,
    "the gradient is \(dOutput.rows) x \(dOutput.columns), "
      + "its output \(output.rows) x \(output.columns)")
}

/// dx = dy for y > 0, dy (y + 1) otherwise, from the output y of ``elu(_:)``.
public func eluBackward<S>(output y: Matrix<S>, dOutput: Matrix<S>) -> Matrix<S> {
  expectSameShape(y, dOutput)
  let (output, gradient) = (y.pointer, dOutput.pointer)
  return y.mapRanges { r, target in
    S.kernels.eluBackward(r.count, output + r.lowerBound, gradient + r.lowerBound, target)
  }
}

/// The Gaussian error linear unit in its exact form (Hendrycks & Gimpel 2016), as PyTorch's `GELU`
/// without an approximation:
///
///     y = x Phi(x),   Phi(x) = (1 + erf(x / sqrt(2))) / 2,   phi(x) = exp(-x^2 / 2) / sqrt(2 pi)
///     dx = dy (Phi(x) + x phi(x))
public func gelu<S>(_ x: Matrix<S>) -> Matrix<S> {
  let source = x.pointer
  return x.mapRanges { r, target in S.kernels.gelu(r.count, source + r.lowerBound, target) }
}

/// The gradient of ``gelu(_:)``, from its input.
public func geluBackward<S>(input x: Matrix<S>, dOutput: Matrix<S>) -> Matrix<S> {
  precondition(x.count == dOutput.count, "a gradient has the shape of its output")
  let (source, gradient) = (x.pointer, dOutput.pointer)
  return dOutput.mapRanges { r, target in
    S.kernels.geluBackward(
      r.count, source + r.lowerBound, gradient + r.lowerBound, target)
  }
}

/// y = x for x > 0, slope x otherwise; slope 0 is the ReLU.
public func leakyReLU<S>(_ x: Matrix<S>, slope: S) -> Matrix<S> {
  let source = x.pointer
  return x.mapRanges { r, target in
    S.kernels.leakyReLU(r.count, slope, source + r.lowerBound, target)
  }
}

/// dx = dy for x > 0, slope dy otherwise. For slope >= 0 the output has the sign of the input and
/// may be given in its place.
public func leakyReLUBackward<S>(input x: Matrix<S>, dOutput: Matrix<S>, slope: S) -> Matrix<S> {
  expectSameShape(x, dOutput)
  let (input, gradient) = (x.pointer, dOutput.pointer)
  return x.mapRanges { r, target in
    S.kernels.leakyReLUBackward(
      r.count, slope, input + r.lowerBound, gradient + r.lowerBound, target)
  }
}

/// y = exp(factor x).
public func exponential<S>(_ x: Matrix<S>, factor: S) -> Matrix<S> {
  let source = x.pointer
  return x.mapRanges { r, target in
    S.kernels.exp(r.count, factor, source + r.lowerBound, target)
  }
}

/// dx = factor y dy, from the output y of ``exponential(_:factor:)``.
public func exponentialBackward<S>(output y: Matrix<S>, dOutput: Matrix<S>, factor: S) -> Matrix<S>
{
  expectSameShape(y, dOutput)
  let (output, gradient) = (y.pointer, dOutput.pointer)
  return y.mapRanges { r, target in
    S.kernels.expBackward(r.count, factor, output + r.lowerBound, gradient + r.lowerBound, target)
  }
}

/// y = 1 / (1 + exp(-x)).
public func sigmoid<S>(_ x: Matrix<S>) -> Matrix<S> {
  let source = x.pointer
  return x.mapRanges { r, target in S.kernels.sigmoid(r.count, source + r.lowerBound, target) }
}

/// dx = dy y (1 - y), from the output y of ``sigmoid(_:)``.
public func sigmoidBackward<S>(output y: Matrix<S>, dOutput: Matrix<S>) -> Matrix<S> {
  expectSameShape(y, dOutput)
  let (output, gradient) = (y.pointer, dOutput.pointer)
  return y.mapRanges { r, target in
    S.kernels.sigmoidBackward(r.count, output + r.lowerBound, gradient + r.lowerBound, target)
  }
}

/// y = (x + offset)^degree, for a degree of at least 1.
public func power<S>(_ x: Matrix<S>, offset: S, degree: Int) -> Matrix<S> {
  precondition(degree >= 1, "a polynomial's degree is at least 1")
  let source = x.pointer
  return x.mapRanges { r, target in
    S.kernels.power(r.count, offset, Int32(degree), source + r.lowerBound, target)
  }
}

/// dx = degree (x + offset)^(degree - 1) dy.
public func powerBackward<S>(
  input x: Matrix<S>, dOutput: Matrix<S>, offset: S, degree: Int
) -> Matrix<S> {
  expectSameShape(x, dOutput)
  let (input, gradient) = (x.pointer, dOutput.pointer)
  return x.mapRanges { r, target in
    S.kernels.powerBackward(
      r.count, offset, Int32(degree), input + r.lowerBound, gradient + r.lowerBound, target)
  }
}

/// Inverted dropout: each element is 0 with probability `probability`, x / (1 - probability)
/// otherwise, by the random numbers of `stream`. Applied to the gradient of the output with the
/// same stream it is its own backward pass, so no mask is stored.
public func dropout<S>(_ x: Matrix<S>, probability: S, stream: RandomStream) -> Matrix<S> {
  precondition(probability >= 0 && probability < 1, "a dropout probability is in [0, 1)")
  guard probability > 0 else { return x }
  let source = x.pointer
  return x.mapRanges { r, target in
    stream.withWords { key, words in
      S.kernels.dropout(
        r.lowerBound, r.count, probability, key, words, source + r.lowerBound, target)
    }
  }
}
