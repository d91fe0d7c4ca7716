#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                         \
  void intaglio_stream_sum_i32__##target(                                                         \
      size_t rows, size_t cols, const int32_t *a, size_t lda, const int64_t *ma,                  \
      const int32_t *b, size_t ldb, const int64_t *mb, const int64_t *offset,                     \
      const int32_t *shift, int32_t lo, int32_t hi, int32_t *out, size_t ldout,                   \
      uint64_t *saturated);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                 \
  {                                                  \
      .name = "intaglio_stream__" #target,           \
      .isa = isa_,                                   \
      .sum_i32 = intaglio_stream_sum_i32__##target,  \
  },
static const intaglio_stream_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_stream_kernels *intaglio_stream_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
