#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                       \
  void intaglio_normalize_layer_norm_f32__##target(                                             \
      size_t rows, size_t cols, const float *x, size_t ldx, const float *gamma,                 \
      const float *beta, float epsilon, float *out, size_t ldout);                              \
  void intaglio_normalize_softmax_f32__##target(                                                \
      size_t rows, size_t cols, const float *x, size_t ldx, float *out, size_t ldout);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                                \
  {                                                                 \
      .name = "intaglio_normalize__" #target,                       \
      .isa = isa_,                                                  \
      .layer_norm_f32 = intaglio_normalize_layer_norm_f32__##target,\
      .softmax_f32 = intaglio_normalize_softmax_f32__##target,      \
  },
static const intaglio_normalize_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_normalize_kernels *intaglio_normalize_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
