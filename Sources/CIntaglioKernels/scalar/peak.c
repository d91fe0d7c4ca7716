/// One multiplication and one addition at a time, as the compiler writes them.
#include "../targets.h"

#include "../lanes/peak.h"

uint32_t intaglio_peak_run__scalar(size_t rounds) {
  uint32_t sums[SUMS] = {0}, a = 1, b = 1;
  for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < SUMS; i++) {
      INTAGLIO_OPAQUE("r", a);
      sums[i] += a * b;
    }
  }
  uint32_t total = 0;
  for (size_t i = 0; i < SUMS; i++) total += sums[i];
  return total;
}
