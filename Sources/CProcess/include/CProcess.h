#pragma once

/// The processors that the process is bound to, or 0 where the system does not say. See start.c for
/// what else is done, before main.
int cp_bound_processors(void);
