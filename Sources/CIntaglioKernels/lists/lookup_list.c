#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                         \
  void intaglio_lookup_lookup_i32__##target(                                                      \
      size_t rows, size_t cols, const int32_t *index, size_t ldindex, int32_t first,              \
      uint32_t count, const uint8_t *table, uint8_t *out, size_t ldout);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                       \
  {                                                        \
      .name = "intaglio_lookup__" #target,                 \
      .isa = isa_,                                         \
      .lookup_i32 = intaglio_lookup_lookup_i32__##target,  \
  },
static const intaglio_lookup_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_lookup_kernels *intaglio_lookup_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
