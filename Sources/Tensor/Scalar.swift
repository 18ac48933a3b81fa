import CKernels
import COpenBLAS

/// The numbers that matrices are made of: Float for speed, Double for proofs.
public protocol Scalar: BinaryFloatingPoint, SIMDScalar, LosslessStringConvertible, Codable,
  Sendable
{
  /// The native kernels for this precision.
  static var kernels: Kernels<Self> { get }
}

/// Native kernels by name, one table a precision: the first of the three tiers (kernel, operation,
/// layer). They take pointers and sizes and check nothing; `CKernels.h` says what each computes.
public struct Kernels<S: Scalar>: @unchecked Sendable {
  /// Memory that a kernel reads.
  public typealias In = UnsafePointer<S>?
  /// Memory that a kernel writes.
  public typealias Out = UnsafeMutablePointer<S>?
  /// Sums in double precision, one a column.
  public typealias Sums = UnsafeMutablePointer<Double>?
  /// Indices or row starts.
  public typealias Index = UnsafePointer<Int32>?
  /// Random keys and streams, or bytes that mark rows.
  public typealias Words = UnsafePointer<UInt32>?

  // Dense products: order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc.
  let gemm:
    (
      CBLAS_ORDER, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, Int32, Int32, Int32, S, In, Int32, In, Int32,
      S, Out, Int32
    ) -> Void

  // Element by element.
  let axpy: (Int, S, In, Out) -> Void
  let fill: (Int, S, Out) -> Void
  /// Multiplication by a number.
  public let scale: (Int, S, In, Out) -> Void
  let multiply: (Int, In, In, Out) -> Void
  let sumSquares: (Int, In) -> Double
  let allFinite: (Int, In) -> Int32
  let elu: (Int, In, Out) -> Void
  let eluBackward: (Int, In, In, Out) -> Void
  let gelu: (Int, In, Out) -> Void
  let geluBackward: (Int, In, In, Out) -> Void
  let leakyReLU: (Int, S, In, Out) -> Void
  let leakyReLUBackward: (Int, S, In, In, Out) -> Void
  let exp: (Int, S, In, Out) -> Void
  let expBackward: (Int, S, In, In, Out) -> Void
  let sigmoid: (Int, In, Out) -> Void
  let sigmoidBackward: (Int, In, In, Out) -> Void
  let power: (Int, S, Int32, In, Out) -> Void
  let powerBackward: (Int, S, Int32, In, In, Out) -> Void
  let dropout: (Int, Int, S, Words, Words, In, Out) -> Void
  let addBias: (Int, Int, In, Out) -> Void
  let columnSums: (Int, Int, In, Out) -> Void
  let sumBlocks: (Int, Int, Int, S, In, Int32, Out) -> Void
  let spreadBlocks: (Int, Int, Int, S, In, Int32, Out) -> Void

  // Rows and columns of dense matrices.
  let sum: (Int, In) -> Double
  let squareRoot: (Int, In, Out) -> Void
  let squareRootBackward: (Int, In, In, Out) -> Void
  let rowSums: (Int, Int, In, Out) -> Void
  let rowSquares: (Int, Int, In, Out) -> Void
  let scaleRows: (Int, Int, S, In, In, Int32, Out) -> Void
  let normalizeRows: (Int, Int, In, Out, Out) -> Void
  let normalizeRowsBackward: (Int, Int, In, In, In, Out) -> Void
  let standardizeRows: (Int, Int, S, In, Out, Out) -> Void
  let standardizeRowsBackward: (Int, Int, In, In, In, Out) -> Void
  let columnDots: (Int, Int, In, In, Out) -> Void
  let mixColumns: (Int, Int, In, In, In, In, In, Out) -> Void
  let squaredDistances: (Int, Int, Int, In, In, In, Out) -> Void
  let columnMoments: (Int, Int, In, In, Sums, Sums) -> Void
  let normalizedLeaky: (Int, Int, S, In, In, In, In, In, Out) -> Void
  let normalizedLeakySums: (Int, Int, S, In, In, In, In, In, In, In, Out, Sums, Sums) -> Void
  let normalizedLeakyBackward: (Int, Int, S, In, In, In, In, In, In, In, In, Out) -> Void

  /// Binary cross-entropy with logits.
  public let bce: (Int, Int, In, In, UnsafePointer<UInt8>?, S, Out) -> Double
  /// Softmax cross-entropy.
  public let crossEntropy: (Int, Int, In, In, UnsafePointer<UInt8>?, S, Out) -> Double
  /// Softmax cross-entropy with weights of classes and a focusing exponent.
  public let focalCrossEntropy:
    (Int, Int, In, In, In, Double, UnsafePointer<UInt8>?, Double, Out) -> Double
  /// Softmax cross-entropy where each row's class is known from its place.
  public let diagonalCrossEntropy: (Int, Int, Int, S, Out) -> Double
  /// Kullback-Leibler divergence of softmax distributions.
  public let softmaxDivergence:
    (Int, Int, In, In, UnsafePointer<UInt8>?, Double, Double, Out) -> Double
  /// Kullback-Leibler divergence of sigmoids.
  public let sigmoidDivergence:
    (Int, Int, In, In, UnsafePointer<UInt8>?, Double, Double, Out) -> Double
  /// Counts of right and wrong labels.
  public let confusion:
    (Int, Int, In, In, UnsafePointer<UInt8>?, S, UnsafeMutablePointer<Int>?) -> Void
  /// The number of rows whose largest logit is at the label.
  public let rightRows: (Int, Int, In, In, UnsafePointer<UInt8>?) -> Int
  /// One step of Adam.
  public let adam: (Int, S, S, S, S, S, S, Double, Double, In, Out, Out, Out) -> Void
  /// One step of SGD.
  public let sgd: (Int, S, S, S, Int32, Int32, In, Out, Out) -> Void
  /// One step of RMSprop.
  public let rmsprop: (Int, S, S, S, S, S, Int32, In, Out, Out, Out, Out) -> Void

  // Over the edges of a graph; rows begin ..< end.
  /// Sparse times dense.
  public let spmmRows: (Int, Int, Index, Index, In, In, Int, S, Int32, Out) -> Void
  /// Sparse times dense, weights found through edge numbers.
  public let spmmIndexedRows: (Int, Int, Index, Index, Index, In, In, Int, S, Int32, Out) -> Void
  /// Sampled dense times dense.
  public let sddmmRows: (Int, Int, Index, Index, In, In, Int, S, Out) -> Void
  /// The largest of a row's entries, column by column, and where it is.
  public let segmentMaxRows:
    (Int, Int, Index, Index, Int32, Int32, In, Int, Out, UnsafeMutablePointer<Int32>?) -> Void
  /// Its backward pass; columns begin ..< end of all rows.
  public let segmentMaxBackwardColumns: (Int, Int, Int, Int, Index, In, Out) -> Void
  /// The nearest points of some rows of a cloud.
  public let nearestRows:
    (
      Int, Int, Int, Int, Int, Int32, Double, Double, In, In, In, Out,
      UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Int32>?
    ) -> Void
  /// Winners and sums of an EdgeConv.
  public let edgeConvRows:
    (Int, Int, Index, Index, Int32, Int, Int, In, Out, Out, UnsafeMutablePointer<UInt8>?) -> Void
  /// Its sums over all edges.
  public let edgeConvMoments: (Int, Int, Index, Index, Int, In, In, Sums, Sums) -> Void
  /// Its gradients at the winners of rows that lead among themselves alone.
  public let edgeConvScatterRows:
    (Int, Int, Index, Index, Int32, Int, Int, UnsafePointer<UInt8>?, In, Out) -> Void
  /// Its backward pass to u and v.
  public let edgeConvGradientRows:
    (Int, Int, Index, Index, Index, Int, Int, In, In, In, In, In, In, Out) -> Void
  /// Softmax over the edges of a row.
  public let edgeSoftmaxRows: (Int, Int, Index, Int, In, Out) -> Void
  /// Its backward pass.
  public let edgeSoftmaxBackwardRows: (Int, Int, Index, Int, In, In, Out) -> Void
  /// Similarity of the two ends of an edge.
  public let edgeSimilarityRows: (Int32, Int, Int, Index, Index, In, Int, Out) -> Void
  /// Its backward pass.
  public let edgeSimilarityBackwardRows:
    (Int32, Int, Int, Index, Index, Index, Index, Index, In, In, Int, Out) -> Void
  /// Logarithm of the softmax over the edges of a row.
  public let edgeLogSoftmaxRows: (Int, Int, Index, In, Out) -> Void
  /// Kullback-Leibler divergence of rows and its gradient.
  public let edgeDivergenceRows: (Int, Int, Index, Int32, In, In, S, Out) -> Double
  /// Dot products of the heads of a row.
  public let headDotsRows: (Int, Int, Int, Int, In, In, Out) -> Void
  /// Attention scores of a GAT.
  public let gatAttentionRows: (Int, Int, Index, Index, Int, S, In, In, Out) -> Void
  /// Sums over neighbours weighted by attention.
  public let gatAggregateRows: (Int, Int, Index, Index, Int, Int, Int32, In, In, Int32, Out) -> Void
  /// Its backward pass.
  public let gatAggregateBackwardRows:
    (Int, Int, Index, Index, Index, Int, Int, Int32, In, In, In, Out, Out) -> Void
  /// Backward pass of the softmax and of the LeakyReLU before it.
  public let gatAttentionBackwardRows:
    (Int, Int, Index, Index, Int, S, In, In, In, Out, Out) -> Void
  /// Backward pass of the dot products.
  public let gatScoresBackwardRows:
    (Int, Int, Index, Index, Int, Int, In, In, In, In, In, Out, Out, Out) -> Void
  /// Attention scores of a GATv2.
  public let dynamicScoresRows: (Int, Int, Index, Index, Int, Int, S, In, In, In, Out) -> Void
  /// Their backward pass over the edges into nodes.
  public let dynamicScoresBackwardInRows:
    (Int, Int, Index, Index, Int, Int, S, In, In, In, In, Out, Out) -> Void
  /// Their backward pass over the edges out of nodes.
  public let dynamicScoresBackwardOutRows:
    (Int, Int, Index, Index, Index, Int, Int, S, In, In, In, In, Out) -> Void
}

extension Float: Scalar {
  /// The kernels for single precision.
  public static let kernels = Kernels<Float>(
    gemm: cblas_sgemm,
    axpy: ck_axpy_f32,
    fill: ck_fill_f32,
    scale: ck_scale_f32,
    multiply: ck_multiply_f32,
    sumSquares: ck_sum_squares_f32,
    allFinite: ck_all_finite_f32,
    elu: ck_elu_f32,
    eluBackward: ck_elu_backward_f32,
    gelu: ck_gelu_f32,
    geluBackward: ck_gelu_backward_f32,
    leakyReLU: ck_leaky_relu_f32,
    leakyReLUBackward: ck_leaky_relu_backward_f32,
    exp: ck_exp_f32,
    expBackward: ck_exp_backward_f32,
    sigmoid: ck_sigmoid_f32,
    sigmoidBackward: ck_sigmoid_backward_f32,
    power: ck_power_f32,
    powerBackward: ck_power_backward_f32,
    dropout: ck_dropout_f32,
    addBias: ck_add_bias_f32,
    columnSums: ck_column_sums_f32,
    sumBlocks: ck_sum_blocks_f32,
    spreadBlocks: ck_spread_blocks_f32,
    sum: ck_sum_f32,
    squareRoot: ck_square_root_f32,
    squareRootBackward: ck_square_root_backward_f32,
    rowSums: ck_row_sums_f32,
    rowSquares: ck_row_squares_f32,
    scaleRows: ck_scale_rows_f32,
    normalizeRows: ck_normalize_rows_f32,
    normalizeRowsBackward: ck_normalize_rows_backward_f32,
    standardizeRows: ck_standardize_rows_f32,
    standardizeRowsBackward: ck_standardize_rows_backward_f32,
    columnDots: ck_column_dots_f32,
    mixColumns: ck_mix_columns_f32,
    squaredDistances: ck_squared_distances_f32,
    columnMoments: ck_column_moments_f32,
    normalizedLeaky: ck_normalized_leaky_f32,
    normalizedLeakySums: ck_normalized_leaky_sums_f32,
    normalizedLeakyBackward: ck_normalized_leaky_backward_f32,
    bce: ck_bce_f32,
    crossEntropy: ck_cross_entropy_f32,
    focalCrossEntropy: ck_focal_cross_entropy_f32,
    diagonalCrossEntropy: ck_diagonal_cross_entropy_f32,
    softmaxDivergence: ck_softmax_divergence_f32,
    sigmoidDivergence: ck_sigmoid_divergence_f32,
    confusion: ck_confusion_f32,
    rightRows: ck_right_rows_f32,
    adam: ck_adam_f32,
    sgd: ck_sgd_f32,
    rmsprop: ck_rmsprop_f32,
    spmmRows: ck_spmm_rows_f32,
    spmmIndexedRows: ck_spmm_indexed_rows_f32,
    sddmmRows: ck_sddmm_rows_f32,
    segmentMaxRows: ck_segment_max_rows_f32,
    segmentMaxBackwardColumns: ck_segment_max_backward_columns_f32,
    nearestRows: ck_nearest_rows_f32,
    edgeConvRows: ck_edge_conv_rows_f32,
    edgeConvMoments: ck_edge_conv_moments_f32,
    edgeConvScatterRows: ck_edge_conv_scatter_rows_f32,
    edgeConvGradientRows: ck_edge_conv_gradient_rows_f32,
    edgeSoftmaxRows: ck_edge_softmax_rows_f32,
    edgeSoftmaxBackwardRows: ck_edge_softmax_backward_rows_f32,
    edgeSimilarityRows: ck_edge_similarity_rows_f32,
    edgeSimilarityBackwardRows: ck_edge_similarity_backward_rows_f32,
    edgeLogSoftmaxRows: ck_edge_log_softmax_rows_f32,
    edgeDivergenceRows: ck_edge_divergence_rows_f32,
    headDotsRows: ck_head_dots_rows_f32,
    gatAttentionRows: ck_gat_attention_rows_f32,
    gatAggregateRows: ck_gat_aggregate_rows_f32,
    gatAggregateBackwardRows: ck_gat_aggregate_backward_rows_f32,
    gatAttentionBackwardRows: ck_gat_attention_backward_rows_f32,
    gatScoresBackwardRows: ck_gat_scores_backward_rows_f32,
    dynamicScoresRows: ck_dynamic_scores_rows_f32,
    dynamicScoresBackwardInRows: ck_dynamic_scores_backward_in_rows_f32,
    dynamicScoresBackwardOutRows: ck_dynamic_scores_backward_out_rows_f32)
}

extension Double: Scalar {
  /// The kernels for double precision.
  public static let kernels = Kernels<Double>(
    gemm: cblas_dgemm,
    axpy: ck_axpy_f64,
    fill: ck_fill_f64,
    scale: ck_scale_f64,
    multiply: ck_multiply_f64,
    sumSquares: ck_sum_squares_f64,
    allFinite: ck_all_finite_f64,
    elu: ck_elu_f64,
    eluBackward: ck_elu_backward_f64,
    gelu: ck_gelu_f64,
    geluBackward: ck_gelu_backward_f64,
    leakyReLU: ck_leaky_relu_f64,
    leakyReLUBackward: ck_leaky_relu_backward_f64,
    exp: ck_exp_f64,
    expBackward: ck_exp_backward_f64,
    sigmoid: ck_sigmoid_f64,
    sigmoidBackward: ck_sigmoid_backward_f64,
    power: ck_power_f64,
    powerBackward: ck_power_backward_f64,
    dropout: ck_dropout_f64,
    addBias: ck_add_bias_f64,
    columnSums: ck_column_sums_f64,
    sumBlocks: ck_sum_blocks_f64,
    spreadBlocks: ck_spread_blocks_f64,
    sum: ck_sum_f64,
    squareRoot: ck_square_root_f64,
    squareRootBackward: ck_square_root_backward_f64,
    rowSums: ck_row_sums_f64,
    rowSquares: ck_row_squares_f64,
    scaleRows: ck_scale_rows_f64,
    normalizeRows: ck_normalize_rows_f64,
    normalizeRowsBackward: ck_normalize_rows_backward_f64,
    standardizeRows: ck_standardize_rows_f64,
    standardizeRowsBackward: ck_standardize_rows_backward_f64,
    columnDots: ck_column_dots_f64,
    mixColumns: ck_mix_columns_f64,
    squaredDistances: ck_squared_distances_f64,
    columnMoments: ck_column_moments_f64,
    normalizedLeaky: ck_normalized_leaky_f64,
    normalizedLeakySums: ck_normalized_leaky_sums_f64,
    normalizedLeakyBackward: ck_normalized_leaky_backward_f64,
    bce: ck_bce_f64,
    crossEntropy: ck_cross_entropy_f64,
    focalCrossEntropy: ck_focal_cross_entropy_f64,
    diagonalCrossEntropy: ck_diagonal_cross_entropy_f64,
    softmaxDivergence: ck_softmax_divergence_f64,
    sigmoidDivergence: ck_sigmoid_divergence_f64,
    confusion: ck_confusion_f64,
    rightRows: ck_right_rows_f64,
    adam: ck_adam_f64,
    sgd: ck_sgd_f64,
    rmsprop: ck_rmsprop_f64,
    spmmRows: ck_spmm_rows_f64,
    spmmIndexedRows: ck_spmm_indexed_rows_f64,
    sddmmRows: ck_sddmm_rows_f64,
    segmentMaxRows: ck_segment_max_rows_f64,
    segmentMaxBackwardColumns: ck_segment_max_backward_columns_f64,
    nearestRows: ck_nearest_rows_f64,
    edgeConvRows: ck_edge_conv_rows_f64,
    edgeConvMoments: ck_edge_conv_moments_f64,
    edgeConvScatterRows: ck_edge_conv_scatter_rows_f64,
    edgeConvGradientRows: ck_edge_conv_gradient_rows_f64,
    edgeSoftmaxRows: ck_edge_softmax_rows_f64,
    edgeSoftmaxBackwardRows: ck_edge_softmax_backward_rows_f64,
    edgeSimilarityRows: ck_edge_similarity_rows_f64,
    edgeSimilarityBackwardRows: ck_edge_similarity_backward_rows_f64,
    edgeLogSoftmaxRows: ck_edge_log_softmax_rows_f64,
    edgeDivergenceRows: ck_edge_divergence_rows_f64,
    headDotsRows: ck_head_dots_rows_f64,
    gatAttentionRows: ck_gat_attention_rows_f64,
    gatAggregateRows: ck_gat_aggregate_rows_f64,
    gatAggregateBackwardRows: ck_gat_aggregate_backward_rows_f64,
    gatAttentionBackwardRows: ck_gat_attention_backward_rows_f64,
    gatScoresBackwardRows: ck_gat_scores_backward_rows_f64,
    dynamicScoresRows: ck_dynamic_scores_rows_f64,
    dynamicScoresBackwardInRows: ck_dynamic_scores_backward_in_rows_f64,
    dynamicScoresBackwardOutRows: ck_dynamic_scores_backward_out_rows_f64)
}
