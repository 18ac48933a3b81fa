#include "kernel.h"
#include "exponential.h"

// The columns whose terms are worked out before they are added up.
#define BLOCK 64

#define REAL float
#define NAME(x) x##_f32
#include "losses.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "losses.inc"
