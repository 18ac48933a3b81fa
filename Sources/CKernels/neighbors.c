#include "kernel.h"
#include <math.h>
#include <string.h>

#define REAL float
#define NAME(x) x##_f32
#include "neighbors.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "neighbors.inc"
