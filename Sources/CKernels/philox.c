#include "kernel.h"
#include "philox.h"

void ck_philox4x32(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4]) {
  philox(key, counter[0], counter[1], counter[2], counter[3], out);
}
