#define _GNU_SOURCE
#include "CProcess.h"

#if defined(__linux__)
#include <sched.h>

int cp_bound_processors(void) {
  // A bit a processor, for more of them than there are.
  enum { MOST = 1 << 16 };
  static const size_t size = CPU_ALLOC_SIZE(MOST);
  cpu_set_t *set = CPU_ALLOC(MOST);
  if (set == NULL) return 0;
  CPU_ZERO_S(size, set);
  const int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
  CPU_FREE(set);
  return count;
}
#else
int cp_bound_processors(void) { return 0; }
#endif
