#include "../targets.h"

#define INTAGLIO_PAIR(name, type, target)                                                       \
  void intaglio_dequantize_affine_##name##__##target(                                           \
      size_t rows, size_t cols, const type *q, size_t ldq, const float *scale,                  \
      const float *offset, float *out, size_t ldout);                                           \
  void intaglio_dequantize_centered_##name##__##target(                                         \
      size_t rows, size_t cols, const type *q, size_t ldq, const int32_t *zero,                 \
      const float *scale, float *out, size_t ldout);
#define INTAGLIO_PROTOTYPES(target, isa_) \
  INTAGLIO_PAIR(i32, int32_t, target)     \
  INTAGLIO_PAIR(u8, uint8_t, target)      \
  INTAGLIO_PAIR(s8, int8_t, target)
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                                 \
  {                                                                  \
      .name = "intaglio_dequantize__" #target,                       \
      .isa = isa_,                                                   \
      .affine_i32 = intaglio_dequantize_affine_i32__##target,        \
      .affine_u8 = intaglio_dequantize_affine_u8__##target,          \
      .affine_s8 = intaglio_dequantize_affine_s8__##target,          \
      .centered_i32 = intaglio_dequantize_centered_i32__##target,    \
      .centered_u8 = intaglio_dequantize_centered_u8__##target,      \
      .centered_s8 = intaglio_dequantize_centered_s8__##target,      \
  },
static const intaglio_dequantize_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_dequantize_kernels *intaglio_dequantize_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
