// Sparse, element-wise and random kernels that a BLAS does not have.
//
// Kernels take pointers and sizes, allocate nothing and report no errors: the Swift operations that
// call them check shapes. Each exists for float (_f32) and double (_f64). A kernel that ends in
// `_rows` works on rows begin ..< end, so that callers can cut work into pieces; every row is
// computed by one piece, in one fixed order, whatever the number of threads.
//
// Graphs come in compressed sparse rows: row i owns entries start[i] ..< start[i + 1].
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdatomic.h>
#include <stdint.h>

// Similarities between the features of an edge's two ends.
enum {
  CK_L1 = 0,   // sum |a - b|
  CK_L2 = 1,   // sum (a - b)^2
  CK_DOT = 2,  // sum a b
};

// Adds one to a counter that several threads share; returns the value before.
static inline long ck_next_piece(long *counter) {
  return atomic_fetch_add_explicit((_Atomic long *)counter, 1, memory_order_relaxed);
}

// Philox 4x32-10 (Salmon et al., SC 2011): 128 random bits from a 64-bit key and a 128-bit counter.
void ck_philox4x32(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4]);

#define CK_DECLARE(REAL, SUFFIX)                                                                   \
  /* y += a x */                                                                                   \
  void ck_axpy_##SUFFIX(long n, REAL a, const REAL *x, REAL *y);                                   \
  /* y = a x */                                                                                    \
  void ck_scale_##SUFFIX(long n, REAL a, const REAL *x, REAL *y);                                  \
  /* y = a */                                                                                      \
  void ck_fill_##SUFFIX(long n, REAL a, REAL *y);                                                  \
  /* y = a * b, element by element */                                                              \
  void ck_multiply_##SUFFIX(long n, const REAL *a, const REAL *b, REAL *y);                        \
  /* sum x^2, accumulated in double */                                                             \
  double ck_sum_squares_##SUFFIX(long n, const REAL *x);                                           \
  /* 1 if every element is finite */                                                               \
  int ck_all_finite_##SUFFIX(long n, const REAL *x);                                               \
  /* y = x > 0 ? x : exp(x) - 1;  dx = dy * (y > 0 ? 1 : y + 1) */                                 \
  void ck_elu_##SUFFIX(long n, const REAL *x, REAL *y);                                            \
  void ck_elu_backward_##SUFFIX(long n, const REAL *y, const REAL *dy, REAL *dx);                  \
  /* y = x Phi(x) with the normal distribution Phi;  dx = dy (Phi(x) + x phi(x)) */                 \
  void ck_gelu_##SUFFIX(long n, const REAL *x, REAL *y);                                           \
  void ck_gelu_backward_##SUFFIX(long n, const REAL *x, const REAL *dy, REAL *dx);                 \
  /* y = x > 0 ? x : slope x;  dx = dy * (x > 0 ? 1 : slope); slope 0 is the ReLU */               \
  void ck_leaky_relu_##SUFFIX(long n, REAL slope, const REAL *x, REAL *y);                         \
  void ck_leaky_relu_backward_##SUFFIX(long n, REAL slope, const REAL *x, const REAL *dy,          \
                                       REAL *dx);                                                  \
  /* y = keep ? x / (1 - p) : 0 for elements first ..< first + n of a stream; its own backward.    \
     `first` is a multiple of 4. */                                                                \
  void ck_dropout_##SUFFIX(long first, long n, REAL p, const uint32_t key[2],                      \
                           const uint32_t stream[2], const REAL *x, REAL *y);                      \
  /* y = exp(a x);  dx = a y dy */                                                                 \
  void ck_exp_##SUFFIX(long n, REAL a, const REAL *x, REAL *y);                                    \
  void ck_exp_backward_##SUFFIX(long n, REAL a, const REAL *y, const REAL *dy, REAL *dx);          \
  /* y = 1 / (1 + exp(-x));  dx = dy y (1 - y) */                                                  \
  void ck_sigmoid_##SUFFIX(long n, const REAL *x, REAL *y);                                        \
  void ck_sigmoid_backward_##SUFFIX(long n, const REAL *y, const REAL *dy, REAL *dx);              \
  /* y = (x + offset)^degree;  dx = degree (x + offset)^(degree - 1) dy;  degree >= 1 */           \
  void ck_power_##SUFFIX(long n, REAL offset, int degree, const REAL *x, REAL *y);                 \
  void ck_power_backward_##SUFFIX(long n, REAL offset, int degree, const REAL *x, const REAL *dy,  \
                                  REAL *dx);                                                       \
  /* y[r, :] += bias */                                                                            \
  void ck_add_bias_##SUFFIX(long rows, long columns, const REAL *bias, REAL *y);                   \
  /* sums[c] = sum over rows of x[r, c] */                                                         \
  void ck_column_sums_##SUFFIX(long rows, long columns, const REAL *x, REAL *sums);                \
  /* y[r, :] (+)= scale * sum over b of x[r, b, :], for `blocks` blocks of width d a row */        \
  void ck_sum_blocks_##SUFFIX(long rows, long blocks, long d, REAL scale, const REAL *x,           \
                              int accumulate, REAL *y);                                            \
  /* y[r, b, :] (+)= scale * x[r, :] */                                                            \
  void ck_spread_blocks_##SUFFIX(long rows, long blocks, long d, REAL scale, const REAL *x,        \
                                 int accumulate, REAL *y);                                         \
  /* Binary cross-entropy with logits over the rows that count: returns the sum of losses and      \
     writes gradient = scale (sigmoid(x) - y), 0 in other rows. gradient may be null. */           \
  double ck_bce_##SUFFIX(long rows, long columns, const REAL *logits, const REAL *labels,          \
                         const uint8_t *counts, REAL scale, REAL *gradient);                       \
  /* Softmax cross-entropy against the distributions `target`, as above;                           \
     gradient = scale (softmax(x) - target). Rows of target add up to 1. */                        \
  double ck_cross_entropy_##SUFFIX(long rows, long columns, const REAL *logits,                    \
                                   const REAL *target, const uint8_t *counts, REAL scale,          \
                                   REAL *gradient);                                                \
  /* The sum over the rows that count of sum over c of w[c] q[c] (1 - p[c])^focus (-log p[c]), with p =  \
     softmax(x) and q a row of target, as above; gradient = scale times its gradient. */            \
  double ck_focal_cross_entropy_##SUFFIX(long rows, long columns, const REAL *logits,              \
                                         const REAL *target, const REAL *w, double focus,          \
                                         const uint8_t *counts, double scale, REAL *gradient);     \
  /* Adds to confusion[0 .. 3] the numbers of true positives, false positives, false negatives and  \
     true negatives over the rows that count; a label is predicted where its logit is >= threshold. \
   */                                                                                              \
  void ck_confusion_##SUFFIX(long rows, long columns, const REAL *logits, const REAL *labels,      \
                             const uint8_t *counts, REAL threshold, long confusion[4]);            \
  /* The number of rows that count whose largest logit is at their largest label; the first of     \
     equal ones is taken. */                                                                       \
  long ck_right_rows_##SUFFIX(long rows, long columns, const REAL *logits, const REAL *labels,     \
                              const uint8_t *counts);                                              \
  /* The sum of x, accumulated in double. */                                                       \
  double ck_sum_##SUFFIX(long n, const REAL *x);                                                   \
  /* y = sqrt(x);  dx = dy / (2 y), and 0 where y is 0 */                                          \
  void ck_square_root_##SUFFIX(long n, const REAL *x, REAL *y);                                    \
  void ck_square_root_backward_##SUFFIX(long n, const REAL *y, const REAL *dy, REAL *dx);          \
  /* sums[r] = sum over c of x[r, c];  squares[r] = sum over c of x[r, c]^2 */                     \
  void ck_row_sums_##SUFFIX(long rows, long columns, const REAL *x, REAL *sums);                   \
  void ck_row_squares_##SUFFIX(long rows, long columns, const REAL *x, REAL *squares);             \
  /* y[r, :] (+)= scale factors[r] x[r, :] */                                                      \
  void ck_scale_rows_##SUFFIX(long rows, long columns, REAL scale, const REAL *factors,            \
                              const REAL *x, int accumulate, REAL *y);                             \
  /* y[r, :] = x[r, :] inverse[r], inverse[r] = 1 / |x[r, :]|, or 0 for a norm up to 1e-12;        \
     dx[r, :] = inverse[r] (dy[r, :] - y[r, :] (y[r, :] . dy[r, :])) */                            \
  void ck_normalize_rows_##SUFFIX(long rows, long columns, const REAL *x, REAL *y, REAL *inverse); \
  void ck_normalize_rows_backward_##SUFFIX(long rows, long columns, const REAL *y,                 \
                                           const REAL *inverse, const REAL *dy, REAL *dx);         \
  /* y[r, :] = (x[r, :] - mean) inverse[r], inverse[r] = 1 / sqrt(variance + epsilon), of row r;   \
     dx[r, :] = inverse[r] (dy[r, :] - mean of dy - y[r, :] mean of (y dy)) */                     \
  void ck_standardize_rows_##SUFFIX(long rows, long columns, REAL epsilon, const REAL *x, REAL *y, \
                                    REAL *inverse);                                                \
  void ck_standardize_rows_backward_##SUFFIX(long rows, long columns, const REAL *y,               \
                                             const REAL *inverse, const REAL *dy, REAL *dx);       \
  /* sums[c] = sum over rows of a[r, c] b[r, c] */                                                 \
  void ck_column_dots_##SUFFIX(long rows, long columns, const REAL *a, const REAL *b, REAL *sums); \
  /* y[r, c] = a[c] x[r, c] + b[c] z[r, c] + offset[c]; without z or offset their terms are 0. */  \
  void ck_mix_columns_##SUFFIX(long rows, long columns, const REAL *a, const REAL *x,              \
                               const REAL *b, const REAL *z, const REAL *offset, REAL *y);         \
  /* d[r, c] = a[r] + b[c] - 2 inner[r, c], at least 0, and 0 for c = own + r (own < 0: nowhere). */   \
  void ck_squared_distances_##SUFFIX(long rows, long columns, long own, const REAL *a,             \
                                     const REAL *b, const REAL *inner, REAL *d);                   \
  /* Softmax cross-entropy where row r has the class first + r: returns the sum of losses and      \
     puts scale (softmax(x) - one-hot) in the place of the logits x. */                            \
  double ck_diagonal_cross_entropy_##SUFFIX(long rows, long columns, long first, REAL scale,       \
                                            REAL *x);                                              \
  /* The sum over the rows that count (all without `counts`) of KL(softmax(a t) || softmax(a s));  \
     gradient = scale (softmax(a s) - softmax(a t)), 0 in other rows. No term is negative. */      \
  double ck_softmax_divergence_##SUFFIX(long rows, long columns, const REAL *s, const REAL *t,     \
                                        const uint8_t *counts, double a, double scale,             \
                                        REAL *gradient);                                           \
  /* The same for the two-point distributions (sigmoid(a x), 1 - sigmoid(a x)) of each element. */ \
  double ck_sigmoid_divergence_##SUFFIX(long rows, long columns, const REAL *s, const REAL *t,     \
                                        const uint8_t *counts, double a, double scale,             \
                                        REAL *gradient);                                           \
  /* One Adam step; correction1 = 1 - beta1^t, correction2 = 1 - beta2^t. `coupled` decay is added \
     to the gradient, `decoupled` decay (a factor on the parameter) is applied before the step. */ \
  void ck_adam_##SUFFIX(long n, REAL rate, REAL beta1, REAL beta2, REAL epsilon, REAL coupled,     \
                        REAL decoupled, double correction1, double correction2,                    \
                        const REAL *gradient, REAL *m, REAL *v, REAL *parameter);                  \
  /* One SGD step with momentum as in PyTorch; `first` marks the step that fills the velocity. */  \
  void ck_sgd_##SUFFIX(long n, REAL rate, REAL momentum, REAL decay, int nesterov, int first,      \
                       const REAL *gradient, REAL *velocity, REAL *parameter);                     \
  /* One RMSprop step as in PyTorch: square (+)= of g^2, and centred the mean of g is taken out of it;  \
     `mean` and `velocity` may be null where they are not used (uncentred, without momentum). */    \
  void ck_rmsprop_##SUFFIX(long n, REAL rate, REAL alpha, REAL epsilon, REAL momentum, REAL decay, \
                           int centered, const REAL *gradient, REAL *square, REAL *mean,           \
                           REAL *velocity, REAL *parameter);                                       \
  /* out[i, :] (+)= scale * sum over entries e of row i of w[e] x[index[e], :]; w may be null. */  \
  void ck_spmm_rows_##SUFFIX(long begin, long end, const int32_t *start, const int32_t *index,     \
                             const REAL *w, const REAL *x, long width, REAL scale, int accumulate, \
                             REAL *out);                                                           \
  /* As spmm, where entry e has the weight w[edge[e]]. */                                          \
  void ck_spmm_indexed_rows_##SUFFIX(long begin, long end, const int32_t *start,                   \
                                     const int32_t *index, const int32_t *edge, const REAL *w,     \
                                     const REAL *x, long width, REAL scale, int accumulate,        \
                                     REAL *out);                                                   \
  /* dw[e] = scale * dOut[i, :] . x[index[e], :] for the entries e of row i. */                    \
  void ck_sddmm_rows_##SUFFIX(long begin, long end, const int32_t *start, const int32_t *index,    \
                              const REAL *d_out, const REAL *x, long width, REAL scale, REAL *dw); \
  /* out[i, c] = the largest of x[index[e], c] over the entries e of row i, and argument[i, c] the \
     index[e] of the first entry that has it; 0 and -1 in rows without entries. `rectified` raises \
     what is below 0 to 0, and then the argument is -1. What is not a number wins; `finite` tells  \
     that there is no such x. */                                                                   \
  void ck_segment_max_rows_##SUFFIX(long begin, long end, const int32_t *start,                    \
                                    const int32_t *index, int rectified, int finite,               \
                                    const REAL *x, long width, REAL *out, int32_t *argument);      \
  /* dx[j, c] = sum over the rows i with argument[i, c] = j of dOut[i, c], in the order of i, for  \
     the columns c in begin ..< end. */                                                            \
  void ck_segment_max_backward_columns_##SUFFIX(long rows, long begin, long end, long width,       \
                                                const int32_t *argument, const REAL *d_out,        \
                                                REAL *dx);                                         \
  /* The k nearest points of rows own ..< own + rows of a cloud of n points x, by squared Euclidean   \
     distance; the point itself comes before all, then ties go by place. `inner` are the inner       \
     products of these rows with all points after a common shift, `squares` the points' squared      \
     norms after it, `radius` the largest norm; they decide where they differ by more than twice     \
     the error bound slack (|a| + radius)^2, and exact distances choose among the rest.              \
     nearest[r, :] = first + places, ascending. Scratch: score 3 (n + 16), candidate n + k, distance \
     k numbers. Rows of what is not a number get the point itself and the first places.              \
     1 <= k <= n. */                                                                                 \
  void ck_nearest_rows_##SUFFIX(long rows, long own, long n, long width, long k, int32_t first,      \
                                double slack, double radius, const REAL *inner,                      \
                                const REAL *squares, const REAL *x, REAL *score,                     \
                                int32_t *candidate, double *distance, int32_t *nearest);             \
  /* EdgeConv, uv n x 2 stride with u before v, for the first `width` of the columns that pointers \
     begin at: for row i over its entries e, slot[i, c] = the place of the first largest           \
     u[index[e], c] among them, z[i, c] = that + v[i, c], sum[i, c] = the sum of u[index[e], c].   \
     Slots are bytes, or int32 where `wide`. 0 in rows without entries. */                         \
  void ck_edge_conv_rows_##SUFFIX(long begin, long end, const int32_t *start, const int32_t *index,\
                                  int wide, long width, long stride, const REAL *uv, REAL *z,      \
                                  REAL *sum, uint8_t *slot);                                       \
  /* The share of nodes begin ..< end of the sums over all edges of z = u_j + v_i and z^2, in        \
     double: sums[c] = sum of out u + in v, squares[c] = sum of out u^2 + in v^2 + 2 v sum. */       \
  void ck_edge_conv_moments_##SUFFIX(long begin, long end, const int32_t *start,                     \
                                     const int32_t *out_start, long width, const REAL *uv,           \
                                     const REAL *sum, double *sums, double *squares);                \
  /* du[j, c] = sum of g[i, c] over the rows i whose winner in channel c is j, in the order of i,  \
     for j and i in begin ..< end, which no entry leaves, and `width` columns; du is the first half\
     of the rows of duv. */                                                                        \
  void ck_edge_conv_scatter_rows_##SUFFIX(long begin, long end, const int32_t *start,              \
                                          const int32_t *index, int wide, long width, long stride, \
                                          const uint8_t *slot, const REAL *g, REAL *duv);          \
  /* With G in du, R_j = sum of v over the out-edges of j, in- and out-degrees n and d:            \
     du = scale (G - d a - b (d u + R)),  dv = scale (g - n a - b (sum + n v)). */                 \
  void ck_edge_conv_gradient_rows_##SUFFIX(long begin, long end, const int32_t *start,             \
                                           const int32_t *out_start, const int32_t *destination,   \
                                           long width, long stride, const REAL *scale,             \
                                           const REAL *a, const REAL *b, const REAL *uv,           \
                                           const REAL *sum, const REAL *g, REAL *duv);             \
  /* sums[c] = sum of x[r, c] - pivot[c], squares[c] = sum of its square, in double. */              \
  void ck_column_moments_##SUFFIX(long rows, long columns, const REAL *x, const REAL *pivot,         \
                                  double *sums, double *squares);                                    \
  /* y = leaky(scale ((x - high) - low) + offset), leaky(v) = v > 0 ? v : slope v; a vector a column. \
   */                                                                                                \
  void ck_normalized_leaky_##SUFFIX(long rows, long columns, REAL slope, const REAL *high,           \
                                    const REAL *low, const REAL *scale, const REAL *offset,          \
                                    const REAL *x, REAL *y);                                         \
  /* g = v > 0 ? dy : slope dy of v = scale ((x - high) - low) + offset (kept unless null);        \
     sums[c] = sum g, dots[c] = sum g xhat, in double, xhat = inverse ((x - high) - low). */       \
  void ck_normalized_leaky_sums_##SUFFIX(long rows, long columns, REAL slope, const REAL *high,    \
                                         const REAL *low, const REAL *scale, const REAL *offset,   \
                                         const REAL *inverse, const REAL *x, const REAL *dy,       \
                                         REAL *g, double *sums, double *dots);                     \
  /* dx = scale (g - a - b ((x - high) - low)) */                                                  \
  void ck_normalized_leaky_backward_##SUFFIX(long rows, long columns, REAL slope, const REAL *high,\
                                             const REAL *low, const REAL *scale,                   \
                                             const REAL *offset, const REAL *a, const REAL *b,     \
                                             const REAL *x, const REAL *dy, REAL *dx);             \
  /* p[e, h] = exp(s[e, h]) / sum of the same over row i, stable; s and p may be the same. */      \
  void ck_edge_softmax_rows_##SUFFIX(long begin, long end, const int32_t *start, long heads,       \
                                     const REAL *s, REAL *p);                                      \
  /* ds = p (dp - sum over row i of p dp); dp and ds may be the same. */                           \
  void ck_edge_softmax_backward_rows_##SUFFIX(long begin, long end, const int32_t *start,          \
                                              long heads, const REAL *p, const REAL *dp,           \
                                              REAL *ds);                                           \
  /* out[e] = similarity `kind` of x[i, :] and x[index[e], :] for the entries e of row i. */       \
  void ck_edge_similarity_rows_##SUFFIX(int kind, long begin, long end, const int32_t *start,      \
                                        const int32_t *index, const REAL *x, long width,           \
                                        REAL *out);                                                \
  /* dx[i, :] = sum of g * d similarity / d x[i, :] over the in-edges and out-edges of i. */       \
  void ck_edge_similarity_backward_rows_##SUFFIX(                                                  \
      int kind, long begin, long end, const int32_t *in_start, const int32_t *source,              \
      const int32_t *out_start, const int32_t *destination, const int32_t *out_edge,               \
      const REAL *g, const REAL *x, long width, REAL *dx);                                         \
  /* l[e] = log of the softmax of s over row i. */                                                 \
  void ck_edge_log_softmax_rows_##SUFFIX(long begin, long end, const int32_t *start,               \
                                         const REAL *s, REAL *l);                                  \
  /* The sum over the rows of the divergence between q = softmax of s and p = exp(log_p):          \
     KL(p || q), or with `reversed` KL(q || p); ds = scale * its gradient. */                      \
  double ck_edge_divergence_rows_##SUFFIX(long begin, long end, const int32_t *start,              \
                                          int reversed, const REAL *s, const REAL *log_p,          \
                                          REAL scale, REAL *ds);                                   \
  /* out[i, h] = x[i, h, :] . a[h, :] for `heads` heads of width d. */                            \
  void ck_head_dots_rows_##SUFFIX(long begin, long end, long heads, long d, const REAL *x,         \
                                  const REAL *a, REAL *out);                                       \
  /* Attention of a GAT: alpha[e, h] = softmax over row i of leaky(from[index[e], h] + to[i, h]).  \
   */                                                                                              \
  void ck_gat_attention_rows_##SUFFIX(long begin, long end, const int32_t *start,                  \
                                      const int32_t *index, long heads, REAL slope,                \
                                      const REAL *from, const REAL *to, REAL *alpha);              \
  /* out[i, h, :] (+)= sum over row i of alpha[e, h] x[index[e], h, :]; with `average`,            \
     out[i, :] (+)= mean over h of the same. */                                                    \
  void ck_gat_aggregate_rows_##SUFFIX(long begin, long end, const int32_t *start,                  \
                                      const int32_t *index, long heads, long d, int average,       \
                                      const REAL *alpha, const REAL *x, int accumulate,            \
                                      REAL *out);                                                  \
  /* Backward of aggregate, over the out-edges of row j:                                           \
     dx[j, h, :] = sum over k of alpha[edge[k], h] dOut[index[k], h, :] and                        \
     dAlpha[edge[k], h] = dOut[index[k], h, :] . x[j, h, :]. */                                    \
  void ck_gat_aggregate_backward_rows_##SUFFIX(                                                    \
      long begin, long end, const int32_t *out_start, const int32_t *index, const int32_t *edge,   \
      long heads, long d, int average, const REAL *alpha, const REAL *x, const REAL *d_out,        \
      REAL *dx, REAL *d_alpha);                                                                    \
  /* Backward of attention, over the in-edges of row i, in place: dAlpha becomes the gradient of   \
     from[] + to[] before leaky; dTo[i, h] is its sum. */                                          \
  void ck_gat_attention_backward_rows_##SUFFIX(                                                    \
      long begin, long end, const int32_t *start, const int32_t *index, long heads, REAL slope,    \
      const REAL *from, const REAL *to, const REAL *alpha, REAL *d_alpha, REAL *d_to);             \
  /* dFrom[j, h] = sum over out-edges of dScore; then dx[j, h, :] += dFrom[j, h] aFrom[h, :] +     \
     dTo[j, h] aTo[h, :], and the rows' shares of daFrom[h, :] = sum dFrom x and daTo are          \
     written to daFrom, daTo (heads x d each). */                                                  \
  void ck_gat_scores_backward_rows_##SUFFIX(                                                       \
      long begin, long end, const int32_t *out_start, const int32_t *edge, long heads, long d,     \
      const REAL *d_score, const REAL *d_to, const REAL *a_from, const REAL *a_to, const REAL *x,  \
      REAL *dx, REAL *da_from, REAL *da_to);                                                       \
  /* Attention with the nonlinearity inside, for the in-edges of row i:                            \
     score[e, h] = sum over c of a[h, c] leaky(from[index[e], h, c] + to[i, h, c]). */              \
  void ck_dynamic_scores_rows_##SUFFIX(long begin, long end, const int32_t *start,                 \
                                       const int32_t *index, long heads, long d, REAL slope,       \
                                       const REAL *from, const REAL *to, const REAL *a,            \
                                       REAL *score);                                               \
  /* Its backward over in-edges: dTo[i, h, :], and the rows' share of da (heads x d), both written. \
   */                                                                                              \
  void ck_dynamic_scores_backward_in_rows_##SUFFIX(                                                \
      long begin, long end, const int32_t *start, const int32_t *index, long heads, long d,        \
      REAL slope, const REAL *from, const REAL *to, const REAL *a, const REAL *d_score,            \
      REAL *d_to, REAL *da);                                                                       \
  /* The same over out-edges: dFrom[j, h, :] is added to. */                                       \
  void ck_dynamic_scores_backward_out_rows_##SUFFIX(                                               \
      long begin, long end, const int32_t *out_start, const int32_t *index, const int32_t *edge,   \
      long heads, long d, REAL slope, const REAL *from, const REAL *to, const REAL *a,             \
      const REAL *d_score, REAL *d_from);

CK_DECLARE(float, f32)
CK_DECLARE(double, f64)

#undef CK_DECLARE
#endif
