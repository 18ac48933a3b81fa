#include "kernel.h"
#include "philox.h"
#include "exponential.h"

#define REAL float
#define NAME(x) x##_f32
#include "elementwise.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "elementwise.inc"
