import COpenBLAS
import Foundation

/// Which operands of a product are transposed.
public enum Transposing: Sendable {
  /// C = A B
  case none
  /// C = A^T B
  case left
  /// C = A B^T
  case right
  /// C = A^T B^T
  case both
}

extension Matrix {
  /// The matrix product A B, A^T B, A B^T or A^T B^T, times `scale`.
  ///
  /// Shapes: op(A) is m x k, op(B) is k x n, the result m x n.
  public static func product(
    _ a: Matrix, _ b: Matrix, transposing: Transposing = .none, scale: S = 1
  ) -> Matrix {
    let m = transposing == .left || transposing == .both ? a.columns : a.rows
    let n = transposing == .right || transposing == .both ? b.rows : b.columns
    var c = Matrix(uninitialized: m, n)
    c.setProduct(a, b, transposing: transposing, scale: scale, accumulating: false)
    return c
  }

  /// self += scale op(A) op(B).
  public mutating func addProduct(
    _ a: Matrix, _ b: Matrix, transposing: Transposing = .none, scale: S = 1
  ) {
    setProduct(a, b, transposing: transposing, scale: scale, accumulating: true)
  }

  /// OpenBLAS may give other bits with another number of threads, so it runs on one, inside
  /// pieces of our own: panels of the result's rows, or, where the result is small and the inner
  /// dimension long (weight gradients), runs of the inner dimension whose partial products are
  /// added in order.
  private mutating func setProduct(
    _ a: Matrix, _ b: Matrix, transposing: Transposing, scale: S, accumulating: Bool
  ) {
    let aTransposed = transposing == .left || transposing == .both
    let bTransposed = transposing == .right || transposing == .both
    let (m, k) = aTransposed ? (a.columns, a.rows) : (a.rows, a.columns)
    let (kb, n) = bTransposed ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(
      k == kb && rows == m && columns == n,
      "a product of \(a.rows) x \(a.columns) and \(b.rows) x \(b.columns) "
        + "(transposing \(transposing)) does not fit \(rows) x \(columns)")
    guard m > 0, n > 0 else { return }
    let c = mutablePointer
    guard k > 0 else {
      if !accumulating { c.update(repeating: 0, count: count) }
      return
    }
    OpenBLAS.useOneThread()
    let aElements = a.pointer
    let bElements = b.pointer
    let (aStride, bStride) = (a.columns, b.columns)

    // C[rows, :] (+)= op(A)[rows, inner] op(B)[inner, :]
    func block(
      _ rows: Range<Int>, _ inner: Range<Int>, _ beta: S, _ target: UnsafeMutablePointer<S>
    ) {
      let aOffset =
        aTransposed
        ? inner.lowerBound * aStride + rows.lowerBound
        : rows.lowerBound * aStride + inner.lowerBound
      let bOffset = bTransposed ? inner.lowerBound : inner.lowerBound * bStride
      S.kernels.gemm(
        CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans,
        bTransposed ? CblasTrans : CblasNoTrans, Int32(rows.count), Int32(n), Int32(inner.count),
        scale, aElements + aOffset, Int32(aStride), bElements + bOffset, Int32(bStride), beta,
        target, Int32(n))
    }

    let beta: S = accumulating ? 1 : 0
    let work = m * n * k
    let worthSharing = 2_000_000
    if work < worthSharing {
      block(0..<m, 0..<k, beta, c)
    } else if (m * n <= 65_536 && k >= 2_048) || (m * n <= 1_048_576 && k >= 8_192) {
      // Few results, long sums: no piece of the result is large enough to share, or each would read
      // and pack all of the other operand anew.
      let run = m * n <= 65_536 ? 1_024 : (k / 8 + 63) / 64 * 64
      let runs = (k + run - 1) / run
      let partial = Buffer<S>(count: runs * m * n)
      Parallel.ranges(k, of: run) { inner in
        block(0..<m, inner, 0, partial.pointer + inner.lowerBound / run * m * n)
      }
      Parallel.elements(m * n) { range in
        let target = c + range.lowerBound
        if !accumulating { target.update(repeating: 0, count: range.count) }
        for r in 0..<runs {
          S.kernels.axpy(range.count, 1, partial.pointer + r * m * n + range.lowerBound, target)
        }
      }
      withExtendedLifetime(partial) {}
    } else {
      // Panels of at least 32 M multiply-adds keep OpenBLAS near its peak. It packs B again for each,
      // so they are as high as still leaves about eight to share.
      let least = max(32_000_000 / (n * k), m / 8)
      let panel = max(64, min(512, (least + 63) / 64 * 64))
      Parallel.ranges(m, of: panel) { rows in
        block(rows, 0..<k, beta, c + rows.lowerBound * n)
      }
    }
  }
}

/// What is used of OpenBLAS, and how: on one thread, since it may give other bits with more.
public enum OpenBLAS {
  private static let oneThread: Void = openblas_set_num_threads(1)

  static func useOneThread() { _ = oneThread }

  /// The address space of a thread's work: the buffer that each product takes on x86-64, and the
  /// thread's stack.
  public static let bytesPerThread = (128 + 16) << 20

  /// Takes the buffers of so many threads, which are kept from then on. OpenBLAS itself asks for a
  /// buffer that it does not get again and again, for ever.
  ///
  /// - Returns: Whether they could be had.
  public static func reserveBuffers(threads: Int) -> Bool {
    useOneThread()
    let (bytes, isHuge) = threads.multipliedReportingOverflow(by: bytesPerThread)
    guard !isHuge,
      let space = mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      space != MAP_FAILED
    else { return false }
    munmap(space, bytes)
    // Its own functions, which some builds keep to themselves: there the space was there at least.
    guard let library = dlopen(nil, RTLD_LAZY), let allocate = dlsym(library, "blas_memory_alloc"),
      let release = dlsym(library, "blas_memory_free")
    else { return true }
    typealias Allocate = @convention(c) (CInt) -> UnsafeMutableRawPointer?
    typealias Release = @convention(c) (UnsafeMutableRawPointer?) -> Void
    let buffers = (0..<threads).map { _ in unsafeBitCast(allocate, to: Allocate.self)(0) }
    for buffer in buffers { unsafeBitCast(release, to: Release.self)(buffer) }
    return true
  }

  /// The version and build options, for the record of a run.
  public static var configuration: String {
    String(cString: openblas_get_config()).trimmingCharacters(in: .whitespaces)
  }

  /// The name of the processor kernels that it chose.
  public static var coreName: String { String(cString: openblas_get_corename()) }
}
