#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                       \
  void intaglio_exceptions_replace_i32__##target(                                               \
      size_t rows, size_t cols, const int32_t *acc, size_t ldacc, size_t count,                 \
      const int32_t *values, const uint8_t *codes, uint8_t *out, size_t ldout);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                              \
  {                                                               \
      .name = "intaglio_exceptions__" #target,                    \
      .isa = isa_,                                                \
      .replace_i32 = intaglio_exceptions_replace_i32__##target,   \
  },
static const intaglio_exceptions_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_exceptions_kernels *intaglio_exceptions_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
