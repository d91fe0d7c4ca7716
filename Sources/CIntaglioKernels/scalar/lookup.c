#include "../targets.h"

void intaglio_lookup_lookup_i32__scalar(
    size_t rows, size_t cols, const int32_t *index, size_t ldindex, int32_t first, uint32_t count,
    const uint8_t *table, uint8_t *out, size_t ldout) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j++) {
      const int64_t entry = (int64_t)index[i * ldindex + j] - first;
      out[i * ldout + j] = table[entry < 0 ? 0 : entry < count ? entry : count - 1];
    }
  }
}
