#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                         \
  void intaglio_integer_softmax_softmax_i32__##target(                                            \
      size_t rows, size_t cols, const int32_t *a, size_t lda,                                     \
      const intaglio_softmax *constants, uint32_t *scratch, uint8_t *out, size_t ldout);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                                  \
  {                                                                   \
      .name = "intaglio_integer_softmax__" #target,                   \
      .isa = isa_,                                                    \
      .softmax_i32 = intaglio_integer_softmax_softmax_i32__##target,  \
  },
static const intaglio_integer_softmax_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_integer_softmax_kernels *intaglio_integer_softmax_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
