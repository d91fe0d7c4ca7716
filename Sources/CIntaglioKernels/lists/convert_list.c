#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                       \
  void intaglio_convert_row_sums_u8__##target(                                                  \
      size_t rows, size_t cols, const uint8_t *a, size_t lda, int32_t *sums);                   \
  void intaglio_convert_offset_x8__##target(                                                    \
      size_t rows, size_t cols, const uint8_t *in, size_t ldin, uint8_t offset, uint8_t *out,   \
      size_t ldout);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                        \
  {                                                         \
      .name = "intaglio_convert__" #target,                 \
      .isa = isa_,                                          \
      .row_sums_u8 = intaglio_convert_row_sums_u8__##target,\
      .offset_x8 = intaglio_convert_offset_x8__##target,    \
  },
static const intaglio_convert_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_convert_kernels *intaglio_convert_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
