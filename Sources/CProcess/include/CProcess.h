#pragma once

/// The processors that the process is bound to, or 0 where the system does not say. See start.c for
/// what else is done, before main.
int cp_bound_processors(void);

/// Whether memory that this thread cannot have is the caller's affair (1), or ends the program with a
/// sentence (0), as it does at first.
void cp_let_allocations_fail(int may);
