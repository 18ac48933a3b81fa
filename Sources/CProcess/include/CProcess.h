#pragma once

/// The processors that the process is bound to, or 0 where the system does not say. See start.c for
/// what else is done, before main.
int cp_bound_processors(void);

/// The set of kernels that OpenBLAS should have taken in the place of one for processors of long ago, by
/// what the processor can do (AVX2 with FMA; AVX-512 F, BW, CD, DQ and VL); NULL where its choice is good.
const char *cp_better_kernels(const char *kernels, int avx2, int avx512);

/// Whether memory that this thread cannot have is the caller's affair (1), or ends the program with a
/// sentence (0), as it does at first.
void cp_let_allocations_fail(int may);
