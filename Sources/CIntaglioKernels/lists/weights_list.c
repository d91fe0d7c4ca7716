#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                      \
  void intaglio_weights_pack__##target(                                                        \
      uint32_t width, size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride,               \
      ptrdiff_t column_stride, void *packed, int32_t *column_sums);                            \
  void intaglio_weights_multiply_rows__##target(                                               \
      uint32_t width, size_t m, size_t n, size_t k, const uint8_t *a, size_t lda,              \
      const void *packed, const int32_t *initial, int32_t *c, size_t ldc);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                             \
  {                                                              \
      .name = "intaglio_weights__" #target,                      \
      .isa = isa_,                                               \
      .pack = intaglio_weights_pack__##target,                   \
      .multiply_rows = intaglio_weights_multiply_rows__##target, \
  },
static const intaglio_weights_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_weights_kernels *intaglio_weights_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}

size_t intaglio_weights_packed_size(uint32_t width, size_t k, size_t n) {
  return ((k + 3) / 4) * ((n + 15) / 16) * 8 * width;
}
