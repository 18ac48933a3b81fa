// Philox 4x32 with 10 rounds; Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011.
INLINE void philox(const uint32_t key[2], uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3,
                   uint32_t out[4]) {
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = (uint64_t)0xD2511F53u * c0;
    const uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

enum { PHILOX_LANES = 16 };

// The same of consecutive blocks c, c + 1, ..., their outputs one after the other. Lanes are of 64 bits,
// which is what vector units multiply 32 bits into.
INLINE void philox_lanes(const uint32_t key[2], uint64_t c, uint32_t s0, uint32_t s1,
                         uint32_t out[4 * PHILOX_LANES]) {
  const uint64_t low = 0xFFFFFFFFu;
  uint64_t c0[PHILOX_LANES], c1[PHILOX_LANES], c2[PHILOX_LANES], c3[PHILOX_LANES];
  for (int l = 0; l < PHILOX_LANES; l++) {
    c0[l] = (c + (uint64_t)l) & low;
    c1[l] = (c + (uint64_t)l) >> 32;
    c2[l] = s0;
    c3[l] = s1;
  }
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    for (int l = 0; l < PHILOX_LANES; l++) {
      const uint64_t p0 = (uint64_t)0xD2511F53u * c0[l];
      const uint64_t p1 = (uint64_t)0xCD9E8D57u * c2[l];
      c0[l] = (p1 >> 32) ^ c1[l] ^ k0;
      c1[l] = p1 & low;
      c2[l] = (p0 >> 32) ^ c3[l] ^ k1;
      c3[l] = p0 & low;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  for (int l = 0; l < PHILOX_LANES; l++) {
    out[4 * l] = (uint32_t)c0[l];
    out[4 * l + 1] = (uint32_t)c1[l];
    out[4 * l + 2] = (uint32_t)c2[l];
    out[4 * l + 3] = (uint32_t)c3[l];
  }
}
