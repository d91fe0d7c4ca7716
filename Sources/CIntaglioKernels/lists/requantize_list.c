#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                       \
  void intaglio_requantize_steps_i32__##target(                                                 \
      size_t rows, size_t cols, const int32_t *acc, size_t ldacc, size_t rising,                \
      const int32_t *rises, size_t falling, const int32_t *falls, const int32_t *base,          \
      uint8_t *out, size_t ldout);                                                              \
  void intaglio_requantize_dyadic_i32__##target(                                                \
      size_t rows, size_t cols, const int32_t *acc, size_t ldacc, const int32_t *multiplier,    \
      const int64_t *bias, const int32_t *shift, int32_t lo, int32_t hi, uint8_t *out,          \
      size_t ldout);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                            \
  {                                                             \
      .name = "intaglio_requantize__" #target,                  \
      .isa = isa_,                                              \
      .steps_i32 = intaglio_requantize_steps_i32__##target,     \
      .dyadic_i32 = intaglio_requantize_dyadic_i32__##target,   \
  },
static const intaglio_requantize_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_requantize_kernels *intaglio_requantize_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
