#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                       \
  void intaglio_quantize_round_then_clamp_f32__##target(                                        \
      size_t rows, size_t cols, const float *x, size_t ldx, const float *scale,                 \
      const float *zero, int32_t lo, int32_t hi, uint8_t *out, size_t ldout);                   \
  void intaglio_quantize_clamp_then_round_f32__##target(                                        \
      size_t rows, size_t cols, const float *x, size_t ldx, const float *scale,                 \
      const float *zero, int32_t lo, int32_t hi, uint8_t *out, size_t ldout);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                                               \
  {                                                                                \
      .name = "intaglio_quantize__" #target,                                       \
      .isa = isa_,                                                                 \
      .round_then_clamp_f32 = intaglio_quantize_round_then_clamp_f32__##target,    \
      .clamp_then_round_f32 = intaglio_quantize_clamp_then_round_f32__##target,    \
  },
static const intaglio_quantize_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_quantize_kernels *intaglio_quantize_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
