import Tensor

/// Framelet operators W = V diag(w) V^T from L = V diag(lambda) V^T, where w is the band's product
/// of masks at lambda. V is n x n.
struct ExactFramelets<S: Scalar>: FrameletOperators {
  private let vectors: Matrix<S>
  private let options: FrameletOptions
  /// The spectrum of each mask r at each level, [level - 1][r], n x 1: lows included.
  private let spectra: [[Matrix<S>]]

  init(
    values: [Double], vectors: Matrix<Double>, options: FrameletOptions, largestEigenvalue: Double
  ) {
    self.vectors = vectors.converted()
    self.options = options
    var low = [Double](repeating: 1, count: values.count)
    var spectra: [[Matrix<S>]] = []
    for level in 1...options.levels {
      let scale = options.scale(ofLevel: level, largestEigenvalue: largestEigenvalue)
      let masks = values.map { options.bank.masks(at: scale * $0) }
      spectra.append(
        (0..<options.bank.maskCount).map { r in
          Matrix(values.count, 1, zip(masks, low).map { S($0[r] * $1) })
        })
      low = zip(masks, low).map { $0[0] * $1 }
    }
    self.spectra = spectra
  }

  /// The spectra in the order of ``FrameletTransform/bands``.
  private var bandSpectra: [Matrix<S>] {
    [spectra[options.levels - 1][0]]
      + (1..<options.bank.maskCount).flatMap { r in spectra.map { $0[r] } }
  }

  func decompose(_ x: Matrix<S>) -> [Matrix<S>] {
    let modes = Matrix.product(vectors, x, transposing: .left)
    return bandSpectra.map { .product(vectors, modes.scaledRows(by: $0)) }
  }

  func reconstruct(_ parts: [Matrix<S>]) -> Matrix<S> {
    var modes = Matrix<S>(zeros: vectors.rows, parts[0].columns)
    for (part, spectrum) in zip(parts, bandSpectra) {
      modes.addScaledRows(of: .product(vectors, part, transposing: .left), by: spectrum)
    }
    return .product(vectors, modes)
  }

  func apply(_ band: FrameletBand, to x: Matrix<S>) -> Matrix<S> {
    let modes = Matrix.product(vectors, x, transposing: .left)
    return .product(vectors, modes.scaledRows(by: spectra[band.level - 1][band.mask]))
  }
}
