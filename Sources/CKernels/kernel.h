// What every kernel file needs: multiversioning and vectors of 64 bytes.
#include "CKernels.h"

// One binary that uses AVX-512 or AVX2 where the processor has it; plain kernels under the thread
// sanitizer, which is not set up yet when the version to run is resolved, and where PLAIN_KERNELS is
// defined.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) && !defined(PLAIN_KERNELS)
#define PLAIN_KERNELS
#endif
#endif
#if defined(__x86_64__) && defined(__linux__) && !defined(PLAIN_KERNELS)
#define KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KERNEL
#endif
#define INLINE static inline __attribute__((always_inline))

typedef float vec_f32 __attribute__((vector_size(64), aligned(4)));
typedef double vec_f64 __attribute__((vector_size(64), aligned(8)));
typedef int32_t mask_f32 __attribute__((vector_size(64)));
typedef int64_t mask_f64 __attribute__((vector_size(64)));
