#include "kernel.h"
#include <string.h>

#define REAL float
#define NAME(x) x##_f32
#include "edgeconv.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "edgeconv.inc"
