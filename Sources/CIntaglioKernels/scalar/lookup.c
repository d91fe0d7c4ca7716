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

void intaglio_lookup_cells_i32__scalar(
    size_t rows, size_t cols, const int32_t *index, size_t ldindex, uint32_t rises, uint32_t falls,
    const uint8_t *cells, uint8_t *out, size_t ldout) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j++) {
      const int32_t entry = index[i * ldindex + j];
      const int32_t inside = entry < INT16_MIN ? INT16_MIN : entry > INT16_MAX ? INT16_MAX : entry;
      const uint8_t low = (uint8_t)inside;
      const uint8_t *cell = cells + (uint8_t)(inside >> 8);
      uint32_t code = *cell;
      for (uint32_t s = 0; s < rises; s++) code += *(cell += 256) < low;
      for (uint32_t s = 0; s < falls; s++) code -= *(cell += 256) < low;
      out[i * ldout + j] = (uint8_t)code;
    }
  }
}
