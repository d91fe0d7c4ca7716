#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                         \
  void intaglio_integer_normalize_normalize_i32__##target(                                        \
      size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *left,                \
      const intaglio_normalization *constants, int32_t *y, size_t ldy);                          \
  void intaglio_integer_normalize_codes_i32__##target(                                            \
      size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *left,                \
      const intaglio_normalization *constants, const intaglio_norm_codes *codes, uint8_t *out,    \
      size_t ldout, uint8_t *open);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                                        \
  {                                                                         \
      .name = "intaglio_integer_normalize__" #target,                       \
      .isa = isa_,                                                          \
      .codes_i32 = intaglio_integer_normalize_codes_i32__##target,   \
      .normalize_i32 = intaglio_integer_normalize_normalize_i32__##target,  \
  },
static const intaglio_integer_normalize_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_integer_normalize_kernels *intaglio_integer_normalize_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
