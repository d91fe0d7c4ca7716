/// Integers of 128 bits: one or two per row, so plain C for every instruction set.
#ifndef INTAGLIO_UINT128_H
#define INTAGLIO_UINT128_H

#include <stdint.h>

typedef unsigned __int128 uint128_t;
typedef __int128 int128_t;

static inline int32_t bit_width_u64(uint64_t value) {
  return value == 0 ? 0 : 64 - __builtin_clzll(value);
}

/// How many bits `value` has; 0 for 0.
static inline int32_t bit_width(uint128_t value) {
  const uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;
  return high != 0 ? 128 - __builtin_clzll(high) : low != 0 ? 64 - __builtin_clzll(low) : 0;
}

#endif
