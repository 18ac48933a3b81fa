#include "kernel.h"
#include "exponential.h"

#define REAL float
#define NAME(x) x##_f32
#include "rows.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "rows.inc"
